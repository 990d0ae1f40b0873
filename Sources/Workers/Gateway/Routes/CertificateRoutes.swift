import Fleet
import FoundationEssentials
import HTTPTypes
import Ledger
import Postgres
import Rights

/// What was done about a request at every system, as it was signed. It names nobody.
struct CertificateRoutes: Sendable {
    let pool: PostgresPool

    var all: [Route] { [Route(.get, "/v1/certificates/{id}", show)] }

    /// By its own id; by the request's it is the latest.
    private func show(_ call: Call) async throws -> Answer {
        _ = try call.query([])
        let id = try call.id
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT s.body, s.key_id, s.signature FROM habeas.certificate s JOIN habeas.case_file c ON c.id = s.case_id
                 WHERE c.client_id = \(call.client) AND (s.id = \(id) OR s.case_id = \(id)) AND c.lane <> \(Lane.own.rawValue)
                   AND c.kind <> \(CaseKind.disclosure.rawValue)
                 ORDER BY s.number DESC LIMIT 1
                """
            ).decode(String.self, String.self, [UInt8].self)
        }
        guard let (body, key, signature) = rows.first else { throw Problem.notFound }
        return Answer(200, Array(CertificateFile(body: body, keyID: key, signature: signature).text.utf8))
    }
}
