extension S3Client {
    /// Writes an object with the content of a local file, in parts where it is larger than one. An object appears as a whole or
    /// not at all: an upload that fails or is cancelled is aborted.
    ///
    /// The file must not change meanwhile; one that grows shorter is ``S3Error/Code/file``.
    package func upload(_ path: String, to key: String) async throws {
        let file = try LocalFile(reading: path)
        guard file.size > configuration.partSize else {
            let (bytes, hash) = try await file.read(at: 0, count: file.size)
            _ = try await send("PUT", key: key, body: bytes, bodyHash: hash)
            return
        }
        let upload = try await beginUpload(key)
        do {
            try await completeUpload(upload, key, tags: try await sendParts(of: file, to: upload, key), size: file.size)
        } catch {
            // A task of its own: cancelled ones make no calls.
            _ = await Task { try? await abortUpload(upload, key, attempts: 1) }.value
            throw error
        }
    }

    /// Stores take 10,000 parts. Beyond that many of the usual size, parts are larger.
    private func partSize(of size: Int) -> Int {
        max(configuration.partSize, (size + 9_999) / 10_000)
    }

    private func sendParts(of file: LocalFile, to upload: String, _ key: String) async throws -> [String] {
        var tags: [String] = []
        let partSize = partSize(of: file.size)
        for offset in stride(from: 0, to: file.size, by: partSize) {
            let (bytes, hash) = try await file.read(at: offset, count: min(partSize, file.size - offset))
            tags.append(try await sendPart(bytes, hash, number: tags.count + 1, of: upload, key))
        }
        return tags
    }

    /// The id of an upload begun.
    func beginUpload(_ key: String) async throws -> String {
        let reply = try await send("POST", key: key, query: [("uploads", "")], body: [])
        guard let result = S3Element(parsing: reply.body), result.name == "InitiateMultipartUploadResult",
            let upload = result.value("UploadId"), !upload.isEmpty
        else { throw S3Error(.reply, status: reply.status) }
        return upload
    }

    /// The part's tag.
    func sendPart(_ bytes: [UInt8], _ hash: String, number: Int, of upload: String, _ key: String) async throws
        -> String
    {
        let reply = try await send(
            "PUT",
            key: key,
            query: [("partNumber", String(number)), ("uploadId", upload)],
            body: bytes,
            bodyHash: hash
        )
        guard let tag = reply.header("etag"), !tag.isEmpty else { throw S3Error(.reply, status: reply.status) }
        return tag
    }

    func completeUpload(_ upload: String, _ key: String, tags: [String], size: Int) async throws {
        let parts = tags.enumerated().map {
            "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\(S3Element.escape($1))</ETag></Part>"
        }
        let body =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + parts.joined() + "</CompleteMultipartUpload>"
        do {
            let reply = try await send("POST", key: key, query: [("uploadId", upload)], body: Array(body.utf8))
            // The status leaves before the work is done: a failure comes after a 200.
            guard let result = S3Element(parsing: reply.body) else { throw S3Error(.reply, status: reply.status) }
            guard result.name != "Error" else { throw S3Error(.unavailable, status: reply.status) }
            guard result.value("ETag") != nil else { throw S3Error(.reply, status: reply.status) }
        } catch let error as S3Error where error.code == .noUpload {
            // The answer to an attempt before was lost on its way. Then the object is there.
        }
        guard try await head(key)?.size == size else { throw S3Error(.noUpload) }
    }

    /// Gives up an upload and what of it is there. One that is not there is fine.
    func abortUpload(_ upload: String, _ key: String, attempts: Int? = nil) async throws {
        do {
            _ = try await send("DELETE", key: key, query: [("uploadId", upload)], attempts: attempts)
        } catch let error as S3Error where [.noUpload, .noKey].contains(error.code) {}
    }
}
