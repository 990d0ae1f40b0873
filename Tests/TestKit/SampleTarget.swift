package import Foundation
import Ledger
package import Postgres
package import Rights

extension FanOutTarget {
    /// A part of a case, as far as a test wants it: the same arguments give the same values.
    package static func sample(
        _ system: String,
        _ state: State = .verified,
        of id: UUID = UUID(uuidString: "0199F2C4-7A10-7D2E-9C55-0C1D2E3F4A5B") ?? UUID(),
        client: String? = "acme",
        part: Part = .whole,
        operation: TargetOperation = .erase,
        way: Way = .connector,
        mandatory: Bool = true,
        level: Verification = .probe,
        ordinal: Int = 0,
        at time: Date = Date(timeIntervalSince1970: 1_790_000_000),
        _ edit: (inout FanOutTarget) -> Void = { _ in }
    ) -> FanOutTarget {
        func made(_ version: Int) -> UUID {
            // A case's own, so that two cases of one database have nothing in common.
            var bytes = id.uuid
            bytes.14 = UInt8(ordinal & 0xFF)
            bytes.15 = UInt8(version &* 16 &+ (part == .whole ? 0 : part == .rest ? 1 : 2))
            return UUID(uuid: bytes)
        }
        var target = FanOutTarget(
            id: made(7),
            caseID: id,
            clientID: client,
            system: system,
            systemVersion: 1,
            part: part,
            operation: operation,
            way: way,
            isMandatory: mandatory,
            level: level,
            ordinal: ordinal,
            key: made(4)
        )
        target.state = state
        switch state {
        case .verified:
            target.outcome = .done
            target.actedAt = time
            target.verifiedAt = time.addingTimeInterval(60)
            target.verifiedBy = level
        case .grace:
            target.outcome = .done
            target.actedAt = time
            target.verifyAt = time.addingTimeInterval(30 * 86_400)
        case .waiting, .acting, .pending, .verifying, .listed, .stuck, .left, .cancelled: break
        }
        edit(&target)
        return target
    }

    /// The statements that write parts as they are: rows are born waiting.
    package static func seed(_ targets: [FanOutTarget]) -> [SQL] {
        let waiting = targets.map { target in
            var target = target
            target.state = .waiting
            return target
        }
        return [insert(waiting), update(targets)]
    }
}
