package import FoundationEssentials

extension S3Client {
    /// The keys that begin with `prefix`, in the order of the store.
    ///
    /// - Parameter pageSize: how many the store is asked for at once, 1000 at most.
    package func list(prefix: String, pageSize: Int = 1000) async throws -> [String] {
        var keys: [String] = []
        var token: String?
        repeat {
            var query: [(name: String, value: String)] = [
                ("list-type", "2"), ("encoding-type", "url"), ("max-keys", String(pageSize)),
                ("prefix", prefix),
            ]
            if let token { query.append(("continuation-token", token)) }
            let page = try await page("ListBucketResult", query)
            keys += try page.all("Contents").map { try Self.key($0.value("Key"), in: page) }
                .filter { $0.utf8.starts(with: prefix.utf8) }
            let next = page.value("IsTruncated") == "true" ? page.value("NextContinuationToken") ?? "" : nil
            // More, but no other place to go on from: that would never end.
            guard next == nil || (next != token && next != "") else { throw S3Error(.reply) }
            token = next
        } while token != nil
        return keys
    }

    /// Aborts the multipart uploads of keys that begin with `prefix` that were begun before `date`: what is left of programs that
    /// ended in the middle, invisible and paid for.
    ///
    /// - Returns: how many there were.
    package func abortUploads(prefix: String, before date: Date) async throws -> Int {
        var left: [(key: String, upload: String)] = []
        var marker: [(name: String, value: String)] = []
        while true {
            let query: [(name: String, value: String)] =
                [("uploads", ""), ("encoding-type", "url"), ("prefix", prefix)] + marker
            let page = try await page("ListMultipartUploadsResult", query)
            for upload in page.all("Upload") {
                guard let id = upload.value("UploadId"), let begun = upload.value("Initiated").flatMap(Self.moment)
                else { throw S3Error(.reply) }
                let key = try Self.key(upload.value("Key"), in: page)
                if begun < date, key.utf8.starts(with: prefix.utf8) { left.append((key, id)) }
            }
            guard page.value("IsTruncated") == "true" else { break }
            let next: [(name: String, value: String)] = [
                ("key-marker", try Self.key(page.value("NextKeyMarker") ?? "", in: page)),
                ("upload-id-marker", page.value("NextUploadIdMarker") ?? ""),
            ]
            guard next.map(\.value) != marker.map(\.value), next[0].value != "" else { throw S3Error(.reply) }
            marker = next
        }
        for (key, upload) in left { try await abortUpload(upload, key) }
        return left.count
    }

    private func page(_ name: String, _ query: [(name: String, value: String)]) async throws -> S3Element {
        let reply = try await send("GET", query: query, bodyLimit: 8 << 20)
        guard let page = S3Element(parsing: reply.body), page.name == name else {
            throw S3Error(.reply, status: reply.status)
        }
        return page
    }

    /// Keys may hold what XML may not: they come percent-encoded where the store says so.
    private static func key(_ text: String?, in page: S3Element) throws(S3Error) -> String {
        guard let text else { throw S3Error(.reply) }
        guard page.value("EncodingType") == "url" else { return text }
        guard let key = decode(text) else { throw S3Error(.reply) }
        return key
    }

    private static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(0x20)
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// For instance `2010-11-10T20:48:33.000Z`.
    private static func moment(_ text: String) -> Date? {
        guard let parts = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?Z/)?.output,
            let year = Int(parts.1), let month = Int(parts.2), let day = Int(parts.3), let hour = Int(parts.4),
            let minute = Int(parts.5), let second = Int(parts.6)
        else { return nil }
        return CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)?.date
    }
}
