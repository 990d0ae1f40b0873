import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Copies that are being collected and clients' data that are being erased, on the one screen: the oldest, and how many there are.
struct WorkStatus {
    private let cases: [CaseProgress]
    private let count: Int

    /// Cases shown at most.
    private static let most = 10

    /// Read in the snapshot of everything else.
    init(on connection: PostgresConnection) async throws {
        let open = try await connection.query(WorkProgress.open(limit: Self.most)).decode(
            UUID.self,
            String?.self,
            Int64.self
        )
        count = open.first.map { Int($0.2) } ?? 0
        let ids = open.map(\.0)
        let parts = try await connection.query(WorkProgress.reading(of: ids)).map(WorkProgress.decode)
        cases = open.map { id, client, _ in
            CaseProgress(request: id, client: client, parts: parts.filter { $0.case == id }.map(\.progress))
        }
    }

    var json: JSONValue { ["count": .integer(count), "oldest": .array(cases.map(\.json))] }

    /// Nothing where nothing is under way.
    func print() {
        guard !cases.isEmpty else { return }
        var table = CaseProgress.table
        for one in cases { one.add(to: &table, isWhole: false) }
        StandardOutput.write("")
        StandardOutput.write(table)
        if count > cases.count { StandardOutput.write("and \(count - cases.count) more; see habeas exports list") }
    }
}
