import Foundation
import Rights
import Testing

@Suite("How far work is that takes its time")
struct WorkProgressTests {
    private static func target(
        _ state: FanOutTarget.State,
        _ operation: TargetOperation = .collect,
        system: String = "crm"
    ) -> FanOutTarget {
        var target = FanOutTarget(
            id: UUID(),
            caseID: UUID(),
            clientID: "acme",
            system: system,
            systemVersion: 1,
            operation: operation,
            way: .connector,
            isMandatory: true,
            level: .attestation,
            ordinal: 0,
            key: UUID()
        )
        target.state = state
        return target
    }

    private static func findings(done: Int? = nil, total: Int? = nil, rows: Int? = nil) -> TargetFindings {
        var findings = TargetFindings()
        (findings.done, findings.total, findings.rows) = (done, total, rows)
        return findings
    }

    @Test("N7: of a copy it is what lies in the store, and of what is left an estimate where the system gave one")
    func collecting() {
        let progress = WorkProgress(
            Self.target(.acting),
            latest: Self.findings(done: 300, total: 1_000),
            cause: "timeout",
            collected: (rows: 300, bytes: 9_000, files: 1)
        )
        #expect(progress.rows == 300 && progress.bytes == 9_000 && progress.files == 1 && progress.cause == "timeout")
        #expect(progress.total == 1_000 && progress.rowsLeft == 700)
    }

    @Test("Nobody says how much is left where nobody knows")
    func unknown() {
        let silent = WorkProgress(Self.target(.pending), latest: nil)
        #expect(silent.total == nil && silent.rowsLeft == nil && silent.rows == 0)
    }

    @Test("An estimate that was too low is no less than what is there")
    func tooLow() {
        let progress = WorkProgress(
            Self.target(.acting),
            latest: Self.findings(done: 50, total: 10),
            collected: (rows: 50, bytes: 1, files: 0)
        )
        #expect(progress.total == 50 && progress.rowsLeft == 0)
    }

    @Test("K8: of the end of a contract it is what is erased, of what was counted")
    func erasing() {
        let latest = Self.findings(done: 40, total: 100, rows: 40)
        let progress = WorkProgress(Self.target(.acting, .eraseTenant), latest: latest)
        #expect(progress.rows == 40 && progress.rowsLeft == 60)
        var over = Self.target(.verified, .eraseTenant)
        over.findings = Self.findings(rows: 100)
        #expect(WorkProgress(over, latest: nil).rows == 100 && WorkProgress(over, latest: nil).rowsLeft == 0)
    }

    @Test("The whole sums up what is known and names where it is not")
    func whole() {
        let estimate = WorkEstimate([
            WorkProgress(
                Self.target(.acting),
                latest: Self.findings(total: 90),
                collected: (rows: 30, bytes: 300, files: 0)
            ),
            WorkProgress(Self.target(.pending, system: "paper"), latest: nil),
            WorkProgress(
                Self.target(.verified, system: "shop"),
                latest: nil,
                collected: (rows: 5, bytes: 50, files: 2)
            ),
        ])
        #expect(estimate.rows == 35 && estimate.bytes == 350 && estimate.files == 2)
        #expect(estimate.rowsLeft == 60 && estimate.unknown == ["paper"])
        #expect(estimate.systems == 3 && estimate.done == 1)
    }
}
