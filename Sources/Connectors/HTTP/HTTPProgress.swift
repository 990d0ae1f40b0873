import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Rights

/// How far an order has come at a system: whose accounts were found there, and what was done to each.
///
/// It is kept between attempts and for the look afterwards, since what has been deleted softly is not found by a search any
/// more. Accounts are people, so that it is stored under a key of its own that is derived from the look-up key.
struct HTTPProgress: Codable, Equatable {
    enum Outcome: Int, Codable, Comparable {
        case absent, done, pending, refused

        static func < (one: Outcome, other: Outcome) -> Bool { one.rawValue < other.rawValue }
    }

    struct Account: Codable, Equatable {
        /// What the peer calls the person; nil where the identity itself is said.
        var id: String?
        /// By which of the order's identities it is known.
        var identity: Int?
        /// Accounts of a later group are looked for only where there was nothing in the one before.
        var group = 0
        /// The call that is next.
        var next = 0
        var outcome: Outcome?
        var reference: String?
        /// Until when it can be brought back there, as the peer says.
        var graceUntil: Date?
        /// Whether a status alone said that there was nothing.
        var isBelieved = false

        mutating func take(_ new: Outcome) { outcome = max(outcome ?? new, new) }
    }

    var accounts: [Account]

    init(accounts: [Account]) { self.accounts = accounts }

    /// - Parameter digests: with the look-up key in use, and with those before it.
    /// - Throws: where none opens it, or a newer version wrote it. It is not begun anew then: whom a first step has put away no
    ///   search finds.
    init(sealed text: String, _ order: TargetOrder, _ digests: [KeyedDigest]) throws(HTTPObstacle) {
        for digest in digests {
            guard let box = try? AES.GCM.SealedBox(combined: Data(base64Encoded: text) ?? Data()),
                let plain = try? AES.GCM.open(box, using: Self.key(order, digest)),
                let progress = try? JSONDecoder().decode(HTTPProgress.self, from: plain)
            else { continue }
            self = progress
            return
        }
        throw HTTPObstacle(.retry("unreadable", blamesTarget: false))
    }

    func sealed(_ order: TargetOrder, _ digest: KeyedDigest) -> String {
        do {
            let box = try AES.GCM.seal(try JSONEncoder().encode(self), using: Self.key(order, digest))
            return (box.combined ?? Data()).base64EncodedString()
        } catch {
            preconditionFailure("numbers and texts cannot be encoded or sealed")
        }
    }

    private static func key(_ order: TargetOrder, _ digest: KeyedDigest) -> SymmetricKey {
        SymmetricKey(
            data: digest.digest(.checkpoint, order.system.id, order.task.uuidString, order.key.uuidString)
        )
    }
}
