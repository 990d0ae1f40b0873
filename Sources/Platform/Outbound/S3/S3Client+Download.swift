extension S3Client {
    /// Writes the content of an object into a local file, which has to be there and is emptied, in ranges of the part size.
    ///
    /// An object that is replaced meanwhile is ``S3Error/Code/changed``; what the file then holds is not to be used.
    ///
    /// - Returns: the bytes written.
    @discardableResult
    package func download(_ key: String, to path: String) async throws -> Int {
        guard let object = try await head(key) else { throw S3Error(.noKey) }
        let file = try LocalFile(writing: path)
        for offset in stride(from: 0, to: object.size, by: configuration.partSize) {
            let length = min(configuration.partSize, object.size - offset)
            let bytes = try await get(key, offset: offset, length: length, tag: object.tag)
            guard bytes.count == length else { throw S3Error(.reply) }
            try await file.write(bytes, at: offset)
        }
        return object.size
    }
}
