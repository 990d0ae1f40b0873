import Crypto
import Fleet
import FoundationEssentials
import HTTPTypes
import Ledger
import Logging
import Observability
import Postgres
import Rights

/// The bundle of a copy of a client's case, whole or from where a download broke off, as long as it can be fetched.
struct ExportRoutes: Sendable {
    /// Bytes in memory at a time, for one caller.
    private static let piece = 1 << 20

    let pool: PostgresPool
    let ring: KeyRing
    /// Nil where none is configured.
    let store: (any ObjectStore)?
    let metrics: GatewayMetrics
    let logger: Logger

    var all: [Route] { [Route(.get, "/v1/exports/{id}", fetch)] }

    private func fetch(_ call: Call) async throws -> Answer {
        _ = try call.query([])
        let (export, bundle, store, key) = try await opened(call)
        let object = try await SealedObject(bundle.object, in: store, key: key)
        let tag = "\"\(bundle.sha256)\""
        var headers: HTTPFields = [
            .contentType: "application/zip", .acceptRanges: "bytes", .eTag: tag,
            .contentDisposition: "attachment; filename=\"export-\(export.id.lowercaseText).zip\"",
        ]
        let fields = call.head.headerFields
        // A bundle that is another one by now is fetched from its beginning.
        let wanted = fields[.ifRange].map { $0 == tag } ?? true ? fields[.range] : nil
        switch ByteRange(wanted, of: object.size) {
        case .whole: return answer(200, 0..<object.size, of: object, headers)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.size)"
            return answer(206, range, of: object, headers)
        case .outside:
            var problem = Problem(
                .rangeNotSatisfiable,
                "range",
                "lies outside the bundle",
                "ask for bytes below \(object.size)"
            )
            problem.headers[.contentRange] = "bytes */\(object.size)"
            throw problem
        }
    }

    private func answer(_ status: Int, _ range: Range<Int>, of object: SealedObject, _ headers: HTTPFields) -> Answer {
        Answer(
            status,
            Answer.Pieces(length: range.count) { offset in
                do {
                    return try await object.read(
                        offset: range.lowerBound + offset,
                        length: min(Self.piece, range.count - offset)
                    )
                } catch let error where !(error is CancellationError) {
                    // The head has left: all that the caller sees is a connection that ends too early.
                    metrics.downloadBroke()
                    logger.error("a bundle cannot be read on", metadata: .keys([.code: "\(type(of: error))"]))
                    throw error
                }
            },
            headers: headers
        )
    }

    /// The export and its key; that it was read is a fact by then.
    private func opened(_ call: Call) async throws -> (ExportRecord, ExportRecord.Bundle, any ObjectStore, SymmetricKey)
    {
        let id = try call.id
        return try await pool.withTransaction { connection in
            let rows = try await connection.pipeline([
                """
                SELECT c.id, c.evidence_seq, c.evidence_head FROM habeas.case_file c
                 WHERE c.id = (SELECT x.case_id FROM habeas.export x WHERE x.id = \(id)) AND c.client_id = \(call.client)
                   AND \(VisibleCases.orNotices)
                   FOR NO KEY UPDATE
                """,
                "SELECT \(ExportRecord.columns) FROM habeas.export WHERE id = \(id) AND client_id = \(call.client)",
            ])
            guard let locked = rows[0].first, let row = rows[1].first else { throw Problem.notFound }
            let export = try ExportRecord(row: row)
            guard export.state != .expired, export.expiresAt.map({ $0 > call.now }) ?? true else {
                throw Problem(.over, "path", "can be fetched no more", "the person may ask anew", reason: "expired")
            }
            guard export.state == .ready, let wrapped = export.key else {
                throw Problem(.notPossible, "path", "is still being collected", "come back later", reason: "collecting")
            }
            guard let store else {
                throw Problem(
                    .unavailable,
                    nil,
                    "has no store of bundles",
                    "ask the processor, who can hand it over in another way"
                )
            }
            guard let bundle = export.bundle else { throw Problem.notFound }
            let (caseID, sequence, head) = try locked.decode(UUID.self, Int.self, [UInt8].self)
            let chain = EvidenceChain(.caseFile, id: caseID, sequence: sequence, head: head)
            _ = try await connection.pipeline(
                Reading.statements(["export \(id.lowercaseText)"], by: call, in: chain, at: call.now)
            )
            return (export, bundle, store, try CaseKey(unwrapping: wrapped, for: export.id, with: ring).fileKey)
        }
    }
}
