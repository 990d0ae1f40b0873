package import Postgres

extension SealedPayload {
    /// The first three columns: name of the wrapping key, wrapped key, sealed bytes.
    package init(row: Row) throws {
        let (kek, wrapped, bytes) = try row.decode(String.self, [UInt8].self, [UInt8].self)
        self.init(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: bytes)
    }
}
