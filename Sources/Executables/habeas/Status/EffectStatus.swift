import FoundationEssentials
import Ledger
import Postgres

/// What one look at the database says about outside effects and the places they go to.
struct EffectStatus {
    private let planned: Int
    private let released: Int
    private let leased: Int
    private let retrying: Int
    private let parked: Int
    private let held: Int
    /// How long the oldest has been owed that is due and not done.
    private let oldestWaiting: Duration?
    /// Targets that do not take calls as they should.
    private let targets: [TargetRow]

    /// Targets shown at most.
    private static let most = 100

    /// Their results belong to ``init(_:)``. Each part is counted by an index of its own: what is done is not looked at.
    static let questions: [SQL] = [
        """
        SELECT waiting.planned, live.released, live.leased, waiting.retrying, parked.count, held.count,
               extract(epoch FROM habeas.domain_now() - least(waiting.oldest, live.oldest))::float8
          FROM (SELECT count(*) FILTER (WHERE state = 'planned')::int8 AS planned, count(*) FILTER (WHERE state = 'retrying')::int8 AS retrying,
                       min(planned_at) FILTER (WHERE state = 'retrying' OR next_attempt_at <= now()) AS oldest
                  FROM habeas.effect WHERE state IN ('planned', 'retrying') AND held_at IS NULL) AS waiting,
               (SELECT count(*) FILTER (WHERE state = 'released')::int8 AS released, count(*) FILTER (WHERE state = 'leased')::int8 AS leased,
                       min(planned_at) AS oldest
                  FROM habeas.effect WHERE state IN ('released', 'leased')) AS live,
               (SELECT count(*)::int8 AS count FROM habeas.effect WHERE state = 'parked') AS parked,
               (SELECT count(*)::int8 AS count FROM habeas.effect WHERE state IN ('planned', 'retrying') AND held_at IS NOT NULL) AS held
        """,
        TargetRow.select("\(TargetRow.inTrouble) LIMIT \(most)"),
    ]

    init(_ results: some RandomAccessCollection<Rows>) throws {
        let results = Array(results)
        let age: Double?
        (planned, released, leased, retrying, parked, held, age) = try results[0].only.decode(
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Double?.self
        )
        oldestWaiting = age.map { .milliseconds(Int(max(0, $0) * 1_000)) }
        targets = try results[1].map(TargetRow.init)
    }

    var json: [(String, JSONValue)] {
        [
            (
                "effects",
                [
                    "planned": .integer(planned), "released": .integer(released), "leased": .integer(leased),
                    "retrying": .integer(retrying), "parked": .integer(parked), "held": .integer(held),
                    "oldest_waiting_seconds": oldestWaiting.map { .number(($0 / .milliseconds(1)).rounded() / 1_000) }
                        ?? .null,
                ]
            ),
            ("targets", .array(targets.map(\.json))),
        ]
    }

    /// The line on the sheet.
    var words: String {
        let age = oldestWaiting.map { ", the oldest waits for \(Int($0 / .seconds(1))) s" } ?? ""
        let held = held > 0 ? ", \(held) held" : ""
        return "\(planned) planned, \(released) released, \(leased) leased, \(retrying) retrying\(held), "
            + "\(parked > 0 ? "! " : "")\(parked) parked\(age)"
    }

    /// The targets in trouble; nothing where there are none.
    func printTargets() {
        guard !targets.isEmpty else { return }
        var table = TargetRow.table(empty: "")
        for target in targets { target.add(to: &table) }
        StandardOutput.write("")
        StandardOutput.write(table)
    }
}
