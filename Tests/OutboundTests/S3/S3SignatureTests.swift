import Foundation
import Testing

@testable import Outbound

@Suite("The signature of S3's requests")
struct S3SignatureTests {
    private static let documented = SignatureV4(
        credentials: .init(keyID: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1"
    )
    private static let may2013 = Date(timeIntervalSince1970: 1_369_353_600)

    private static let suite = SignatureV4(
        credentials: .init(keyID: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1",
        service: "service"
    )
    private static let august2015 = Date(timeIntervalSince1970: 1_440_938_160)
    private static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    private func authorization(_ headers: [(name: String, value: String)]) -> String? {
        headers.last { $0.name == "Authorization" }?.value
    }

    struct Example: Sendable {
        let method: String
        let path: String
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = ""
        let signature: String
        var names = "host;x-amz-date"
    }

    /// From "Authenticating Requests (AWS Signature Version 4)" of the S3 documentation.
    @Test(
        "are those of the documentation's examples",
        arguments: [
            Example(
                method: "GET",
                path: "/test.txt",
                headers: [("Range", "bytes=0-9")],
                signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                names: "host;range;x-amz-content-sha256;x-amz-date"
            ),
            Example(
                method: "PUT",
                path: "/test%24file.text",
                headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
                body: "Welcome to Amazon S3.",
                signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
                names: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class"
            ),
            Example(
                method: "GET",
                path: "/",
                query: [("lifecycle", "")],
                signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
                names: "host;x-amz-content-sha256;x-amz-date"
            ),
            Example(
                method: "GET",
                path: "/",
                query: [("prefix", "J"), ("max-keys", "2")],
                signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
                names: "host;x-amz-content-sha256;x-amz-date"
            ),
        ]
    )
    func documentation(example: Example) {
        let hash = SignatureV4.hash(Array(example.body.utf8))
        let request = SignatureV4.Request(
            method: example.method,
            host: "examplebucket.s3.amazonaws.com",
            path: example.path,
            query: example.query,
            headers: example.headers + [("x-amz-content-sha256", hash)],
            bodyHash: hash
        )
        let expected =
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            + "SignedHeaders=\(example.names), Signature=\(example.signature)"
        #expect(authorization(Self.documented.headers(for: request, at: Self.may2013)) == expected)
    }

    /// From AWS's test suite for signature version 4, whose service is none and sends no digest of the body. What it normalises in
    /// paths is not S3's.
    @Test(
        "are those of the general test suite",
        arguments: [
            Example(
                method: "GET",
                path: "/",
                signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
            ),
            Example(
                method: "POST",
                path: "/",
                signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
            ),
            Example(
                method: "GET",
                path: "/",
                query: [("Param1", "value1")],
                signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
            ),
            Example(
                method: "POST",
                path: "/",
                query: [("Param1", "value1")],
                signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
            ),
            Example(
                method: "GET",
                path: "/",
                query: [("Param2", "value2"), ("Param1", "value1")],
                signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
            ),
            Example(
                method: "GET",
                path: "/",
                query: [(unreserved, unreserved)],
                signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
            ),
            Example(
                method: "GET",
                path: "/",
                query: [("\u{1234}", "bar")],
                signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
            ),
            Example(
                method: "GET",
                path: "/\(unreserved)",
                signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
            ),
            Example(
                method: "GET",
                path: "/\u{1234}",
                signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
            ),
            Example(
                method: "GET",
                path: "/example space/",
                signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
            ),
            Example(
                method: "GET",
                path: "/",
                headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
                signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
                names: "host;my-header1;x-amz-date"
            ),
            Example(
                method: "GET",
                path: "/",
                headers: ["value4", "value1", "value3", "value2"].map { ("My-Header1", $0) },
                signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
                names: "host;my-header1;x-amz-date"
            ),
            Example(
                method: "GET",
                path: "/",
                headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
                signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
                names: "host;my-header1;my-header2;x-amz-date"
            ),
            Example(
                method: "POST",
                path: "/",
                headers: [("My-Header1", "VALUE1")],
                signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
                names: "host;my-header1;x-amz-date"
            ),
            Example(
                method: "POST",
                path: "/",
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: "Param1=value1",
                signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
                names: "content-type;host;x-amz-date"
            ),
        ]
    )
    func general(example: Example) {
        let request = SignatureV4.Request(
            method: example.method,
            host: "example.amazonaws.com",
            path: SignatureV4.encode(example.path, keeping: true),
            query: example.query,
            headers: example.headers,
            bodyHash: SignatureV4.hash(Array(example.body.utf8))
        )
        let expected =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + "SignedHeaders=\(example.names), Signature=\(example.signature)"
        #expect(authorization(Self.suite.headers(for: request, at: Self.august2015)) == expected)
    }

    @Test("are another implementation's for odd keys and queries", arguments: SignatureVector.all)
    func odd(vector: SignatureVector) throws {
        let endpoint = try #require(
            S3Endpoint("https://s3.amazonaws.com", bucket: "examplebucket", addressing: .virtualHost)
        )
        let request = SignatureV4.Request(
            method: "GET",
            host: endpoint.host,
            path: endpoint.path(vector.key),
            query: vector.query,
            headers: [("X-Amz-Content-Sha256", SignatureV4.emptyHash)]
        )
        let headers = Self.documented.headers(for: request, at: Self.may2013)
        #expect(authorization(headers)?.hasSuffix(", Signature=\(vector.signature)") == true)
    }

    @Test("A session token is sent and signed")
    func token() {
        var signature = Self.suite
        // The token of the test suite's post-sts-header-before.
        let token =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7m"
            + "SEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+x"
            + "o0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
        signature.credentials.sessionToken = token
        let request = SignatureV4.Request(method: "POST", host: "example.amazonaws.com", path: "/")
        let headers = signature.headers(for: request, at: Self.august2015)
        #expect(headers.contains { $0.name == "X-Amz-Security-Token" && $0.value == token })
        #expect(
            authorization(headers)?.hasSuffix(
                "SignedHeaders=host;x-amz-date;x-amz-security-token, "
                    + "Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
            ) == true
        )
    }

    @Test("Printing who signs shows no secret")
    func printing() {
        let shown = "\(Self.documented) \(Self.documented.credentials) \(String(reflecting: Self.documented))"
        #expect(!shown.contains("bPxRfiCY") && !shown.contains("AKIA"))
    }

    @Test(
        "A bucket stands in the path or before the host, and a scheme's own port is left out",
        arguments: [
            ("https://s3.example", S3Endpoint.Addressing.path, "s3.example", "https://s3.example/bucket/a%20b"),
            ("https://S3.Example:443/", .virtualHost, "bucket.s3.example", "https://bucket.s3.example/a%20b"),
            ("http://s3.example:80", .path, "s3.example", "http://s3.example/bucket/a%20b"),
            ("http://127.0.0.1:9000", .path, "127.0.0.1:9000", "http://127.0.0.1:9000/bucket/a%20b"),
            ("http://[::1]:9000", .path, "[::1]:9000", "http://[::1]:9000/bucket/a%20b"),
            ("https://s3.example/base/", .path, "s3.example", "https://s3.example/base/bucket/a%20b"),
        ]
    )
    func endpoints(text: String, addressing: S3Endpoint.Addressing, host: String, url: String) throws {
        let endpoint = try #require(S3Endpoint(text, bucket: "bucket", addressing: addressing))
        #expect(endpoint.host == host)
        #expect(endpoint.url(endpoint.path("a b"), query: []) == url)
    }

    @Test(
        "What is no server or no bucket is none",
        arguments: [
            ("ftp://s3.example", "bucket"), ("s3.example", "bucket"), ("https://", "bucket"),
            ("https://u:p@s3.example", "bucket"), ("https://s3.example?a", "bucket"),
            ("https://s3.example#a", "bucket"),
            ("https://s3.example /", "bucket"), ("https://s3.example:99999", "bucket"), ("https://127.0.0.1", "bucket"),
            ("https://[::1]", "bucket"), ("https://s3.example", "ab"), ("https://s3.example", "Bucket"),
            ("https://s3.example", "a/b"), ("https://s3.example", "-abc"), ("https://s3.example", "a..b"),
        ]
    )
    func noEndpoints(text: String, bucket: String) {
        #expect(S3Endpoint(text, bucket: bucket, addressing: .virtualHost) == nil)
    }
}
