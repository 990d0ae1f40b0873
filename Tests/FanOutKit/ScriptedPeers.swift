package import Connectors
import Fleet
package import Foundation
package import Rights
import Synchronization

/// Systems that answer as a test has said, order by order, and remember what they were asked. What nobody has said anything about is
/// done, and found gone.
package final class ScriptedPeers: Connector {
    /// One thing that a system was asked.
    package struct Asked: Hashable, Sendable {
        package let system: String
        package let step: TargetOrder.Step
        package let operation: TargetOperation
        package let key: UUID
        package let identities: [IdentityType]
    }

    package typealias Answer = @Sendable (TargetOrder) -> TargetReport

    private let script = Mutex<[String: [Answer]]>([:])
    private let record = Mutex<[(Asked, TargetOrder)]>([])

    package let looksAtOnce: Bool

    /// - Parameter looksAtOnce: whether they can be asked what is left in the attempt that has acted.
    package init(looksAtOnce: Bool = false) { self.looksAtOnce = looksAtOnce }

    package var longestCall: Duration { .seconds(5) }

    package var asked: [Asked] { record.withLock { $0.map(\.0) } }
    package var orders: [TargetOrder] { record.withLock { $0.map(\.1) } }

    package func asked(_ system: String) -> [TargetOrder.Step] { asked.filter { $0.system == system }.map(\.step) }

    /// The next answers of a system to a step; the last of them holds on.
    package func say(_ system: String, _ step: TargetOrder.Step, _ answers: Answer...) {
        script.withLock { $0["\(system) \(step)"] = answers }
    }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        let asked = Asked(
            system: order.system.id,
            step: order.step,
            operation: order.operation,
            key: order.key,
            identities: order.identities.map(\.type)
        )
        record.withLock { $0.append((asked, order)) }
        let answer = script.withLock { script -> Answer? in
            let key = "\(order.system.id) \(order.step)"
            guard let answers = script[key], let first = answers.first else { return nil }
            if answers.count > 1 { script[key] = Array(answers.dropFirst()) }
            return first
        }
        return answer?(order) ?? Self.standard(order)
    }

    package static func standard(_ order: TargetOrder) -> TargetReport {
        order.step == .verify ? found(0) : done(rows: 1)
    }

    package static func done(rows: Int) -> TargetReport {
        var findings = TargetFindings()
        findings.rows = rows
        return TargetReport(.done(), findings)
    }

    package static func found(_ count: Int, _ level: Verification = .reRead) -> TargetReport {
        var findings = TargetFindings()
        findings.stillThere = count
        findings.level = level
        return TargetReport(.done(), findings)
    }

    package static func accepted(_ reference: String) -> TargetReport {
        var findings = TargetFindings()
        findings.reference = reference
        return TargetReport(.done(.acceptedPending, status: 202), findings)
    }

    package static func signed() -> TargetReport {
        var findings = TargetFindings()
        findings.level = .signedAttestation
        findings.signature = .init(domain: "dsr.example", certificate: "ab")
        return TargetReport(.done(), findings)
    }
}
