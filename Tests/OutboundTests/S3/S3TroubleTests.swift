import Foundation
import TestKit
import Testing

@testable import Outbound

@Suite("An object store that is unwell")
struct S3TroubleTests {
    private func error(
        _ replies: [(status: Int, headers: String, body: String)],
        _ body: (S3Client, ScriptedStore) async throws -> Void
    ) async throws -> S3Error {
        let store = try ScriptedStore(replies)
        defer { store.stop() }
        let client = S3Client(store.settings, on: try HTTPClient())
        return try #require(await #expect(throws: S3Error.self) { try await body(client, store) })
    }

    @Test("is asked again, a few times, while it asks for patience", arguments: [429, 500, 502, 503, 504])
    func patience(status: Int) async throws {
        let failed = try await error([(status, "Retry-After: 0\r\n", "")]) { client, store in
            defer { #expect(store.requests.count == 4) }
            try await client.put("a", [1])
        }
        #expect(failed.code == .unavailable)
        #expect(failed.status == status)
        #expect(failed.isRetryable)
    }

    @Test("is believed when it is well again")
    func recovery() async throws {
        let store = try ScriptedStore([
            (503, "", ""), (400, "", "<Error><Code>RequestTimeout</Code></Error>"), (200, "ETag: \"1\"\r\n", ""),
        ])
        defer { store.stop() }
        try await S3Client(store.settings, on: try HTTPClient()).put("a b", [1, 2, 3])
        #expect(store.requests == Array(repeating: "PUT /bucket/a%20b HTTP/1.1", count: 3))
    }

    @Test(
        "is not asked again when it refuses",
        arguments: [
            (400, "InvalidArgument", S3Error.Code.other), (400, "NoSuchUpload", .noUpload), (401, "", .accessDenied),
            (403, "SignatureDoesNotMatch", .accessDenied), (403, "RequestTimeTooSkewed", .clock),
            (403, "QuotaExceeded", .full), (404, "NoSuchBucket", .noBucket), (404, "NoSuchKey", .noKey),
            (404, "", .noKey), (412, "PreconditionFailed", .changed), (418, "", .other),
            (501, "NotImplemented", .other),
            (507, "XMinioStorageFull", .full), (301, "PermanentRedirect", .other),
        ]
    )
    func refusals(status: Int, word: String, code: S3Error.Code) async throws {
        let body = "<?xml version=\"1.0\"?><Error><Code>\(word)</Code><Message>canary</Message></Error>"
        let failed = try await error([(status, "", word.isEmpty ? "" : body)]) { client, store in
            defer { #expect(store.requests.count == 1) }
            try await client.put("a", [1])
        }
        #expect(failed.code == code)
        #expect(failed.status == status)
        #expect(!String(reflecting: failed).contains("canary") && !"\(failed)".contains("canary"))
    }

    @Test("that is not there is tried a few times, and that may not be called not at all")
    func absent() async throws {
        let store = try ScriptedStore([(200, "", "")])
        var settings = store.settings
        store.stop()
        settings.endpoint = try #require(S3Endpoint("http://127.0.0.1:1", bucket: "bucket", addressing: .path))
        let failed = await #expect(throws: S3Error.self) {
            try await S3Client(settings, on: try HTTPClient()).put("a", [1])
        }
        #expect(failed?.code == .unreachable)
        #expect(failed?.cause?.code == .connect)
        #expect(failed?.isRetryable == true)
        settings.allowing = []
        let refused = await #expect(throws: S3Error.self) {
            try await S3Client(settings, on: try HTTPClient()).put("a", [1])
        }
        #expect(refused?.cause?.code == .plain)
        #expect(refused?.isRetryable == false)
    }

    @Test("that stops answering costs the timeout of each attempt, no more")
    func silence() async throws {
        let listener = try LoopbackListener { LoopbackListener.waitForEnd(of: $0) }
        defer { listener.stop() }
        let store = try ScriptedStore([(200, "", "")])
        var settings = store.settings
        store.stop()
        let url = "http://127.0.0.1:\(listener.port)"
        settings.endpoint = try #require(S3Endpoint(url, bucket: "bucket", addressing: .path))
        settings.timeout = .milliseconds(50)
        let failed = await #expect(throws: S3Error.self) {
            try await S3Client(settings, on: try HTTPClient()).put("a", [1])
        }
        #expect(failed?.cause?.code == .timeout)
        #expect(listener.accepted == 4)
    }

    @Test(
        "whose answers are none is not believed",
        arguments: [
            "", "<html></html>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><Contents></Contents></ListBucketResult>",
            "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%G0</Key></Contents></ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken></ListBucketResult>",
        ]
    )
    func nonsense(body: String) async throws {
        let failed = try await error([(200, "", body)]) { client, _ in _ = try await client.list(prefix: "") }
        #expect(failed.code == .reply)
    }

    @Test("Another range than the one asked for is not taken")
    func ranges() async throws {
        let wrong: [(status: Int, headers: String, body: String)] = [
            (206, "Content-Range: bytes 5-7/20\r\n", "abc"), (206, "", "abc"), (200, "", "abc"),
            (206, "Content-Range: bytes 4-7/20\r\n", "abcd"),
        ]
        for reply in wrong {
            let failed = try await error([reply]) { client, _ in _ = try await client.get("a", offset: 4, length: 3) }
            #expect(failed.code == .reply)
        }
    }

    @Test("An object that is replaced while it is fetched is noticed")
    func replaced() async throws {
        let store = try ScriptedStore([
            (200, "ETag: \"1\"\r\nContent-Length: 20\r\n", ""),
            (206, "Content-Range: bytes 0-9/20\r\n", "0123456789"),
            (412, "", ""),
        ])
        defer { store.stop() }
        var settings = store.settings
        settings.partSize = 10
        let client = S3Client(settings, on: try HTTPClient())
        let path = FileManager.default.temporaryDirectory.appending(path: "habeas-s3-\(UUID())").path
        try Data().write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let failed = await #expect(throws: S3Error.self) { try await client.download("a", to: path) }
        #expect(failed?.code == .changed)
        #expect(store.requests.map { $0.prefix(4) } == ["HEAD", "GET ", "GET "])
    }

    @Test("A failure that comes with the status of a success is one, and the upload is given up")
    func lateFailure() async throws {
        let begun = "<InitiateMultipartUploadResult><UploadId>u&amp;1</UploadId></InitiateMultipartUploadResult>"
        let store = try ScriptedStore([
            (200, "", begun), (200, "ETag: \"1\"\r\n", ""), (200, "ETag: \"2\"\r\n", ""),
            (200, "", "<?xml version=\"1.0\"?>\n \n<Error><Code>InternalError</Code></Error>"), (204, "", ""),
        ])
        defer { store.stop() }
        var settings = store.settings
        settings.partSize = 10
        let path = FileManager.default.temporaryDirectory.appending(path: "habeas-s3-\(UUID())").path
        try Data(repeating: 7, count: 15).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let client = S3Client(settings, on: try HTTPClient())
        let failed = await #expect(throws: S3Error.self) { try await client.upload(path, to: "a") }
        #expect(failed?.code == .unavailable)
        #expect(
            store.requests == [
                "POST /bucket/a?uploads= HTTP/1.1", "PUT /bucket/a?partNumber=1&uploadId=u%261 HTTP/1.1",
                "PUT /bucket/a?partNumber=2&uploadId=u%261 HTTP/1.1", "POST /bucket/a?uploadId=u%261 HTTP/1.1",
                "DELETE /bucket/a?uploadId=u%261 HTTP/1.1",
            ]
        )
    }
}
