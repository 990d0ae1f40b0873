import Outbound

/// Why the broker's management API did not do what was asked. Names parts of the topology, never credentials.
package struct BrokerAdminError: Error, Equatable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The address is not one of a management API.
        package static let address = Code(rawValue: "address")
        package static let unreachable = Code(rawValue: "unreachable")
        /// The login is wrong or has not the tag `administrator`.
        package static let forbidden = Code(rawValue: "forbidden")
        /// Something exists already, otherwise than declared, and cannot be changed in place.
        package static let conflict = Code(rawValue: "conflict")
        /// The broker lacks a feature.
        package static let feature = Code(rawValue: "feature")
        /// Any other answer than success.
        package static let refused = Code(rawValue: "refused")
    }

    package let code: Code
    /// What it is about, for instance `queue habeas.intake`.
    package let subject: String
    package let fault: String
    package let remedy: String

    package var description: String { "\(subject) \(fault); \(remedy)" }

    static let address = BrokerAdminError(
        code: .address,
        subject: "amqp.management_url",
        fault: "is not an http or https address with user and password",
        remedy: "give one like https://user:password@host:15671"
    )

    static func unreachable(_ error: OutboundError) -> BrokerAdminError {
        BrokerAdminError(
            code: error.code == .url ? .address : .unreachable,
            subject: "the broker's management API",
            fault: "cannot be reached: \(error)",
            remedy: "check amqp.management_url and that the broker's management plugin runs"
        )
    }

    static func refused(_ subject: String, status: Int) -> BrokerAdminError {
        status == 401 || status == 403
            ? BrokerAdminError(
                code: .forbidden,
                subject: subject,
                fault: "may not be reached with this login (status \(status))",
                remedy: "use a broker user with the tag administrator"
            )
            : BrokerAdminError(
                code: .refused,
                subject: subject,
                fault: "was refused by the management API (status \(status))",
                remedy: "see the broker's log"
            )
    }

    static func conflict(_ differences: [TopologyDifference]) -> BrokerAdminError {
        BrokerAdminError(
            code: .conflict,
            subject: differences.map(\.fault).joined(separator: "; "),
            fault: "and cannot be changed in place",
            remedy: "stop what uses it, delete it at the broker, apply again, then run habeas resync"
        )
    }
}
