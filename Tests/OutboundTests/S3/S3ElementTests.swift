import Testing

@testable import Outbound

@Suite("The XML of object stores")
struct S3ElementTests {
    private func element(_ text: String) -> S3Element? { S3Element(parsing: Array(text.utf8)) }

    @Test("is read with its entities, prefixes and attributes")
    func reading() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>

            <ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/' a = "&gt;/">
              <IsTruncated>false</IsTruncated><Prefix/>
              <Contents><Key>a&amp;b&lt;&gt;&quot;&apos;&#228;&#x1F600;ü</Key><Size>1</Size></Contents>
              <x:Contents><x:Key>b</x:Key ></x:Contents>
            </ListBucketResult>

            """
        let list = try #require(element(text))
        #expect(list.name == "ListBucketResult")
        #expect(list.value("IsTruncated") == "false")
        #expect(list.value("Prefix") == "")
        #expect(list.value("Absent") == nil)
        #expect(list.all("Contents").map { $0.value("Key") } == ["a&b<>\"'ä😀ü", "b"])
    }

    @Test(
        "that is not one whole element, or more than that, is none",
        arguments: [
            "", " ", "text", "<a>", "<a></b>", "<a></a><b/>", "<a></a>b", "<a", "<a b></a>", "<a b=c></a>",
            "<a b=\"<\"/>",
            "<a b='1></a>", "<a>&nbsp;</a>", "<a>&#xD800;</a>", "<a>&#+38;</a>", "<a>&amp</a>", "<a>&", "< a/>", "<1/>",
            "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><!-- b --></a>",
            "<a><![CDATA[b]]></a>",
            "<a><?b c?></a>", "<?xml version='1.0'", "<a/ >", "</a>",
            String(repeating: "<a>", count: 20) + String(repeating: "</a>", count: 20),
        ]
    )
    func refusing(text: String) {
        #expect(element(text) == nil)
    }

    @Test("with bytes that are not UTF-8 is none")
    func encoding() {
        #expect(S3Element(parsing: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) == nil)
    }

    @Test("is written so that it reads as it was")
    func escaping() {
        let text = "a<b>&amp;\"c\"'"
        #expect(element("<a>\(S3Element.escape(text))</a>")?.text == text)
    }
}
