import Foundation
import Rights

extension DataSystem {
    /// A system with nothing wrong: in Europe, agreed, for an allowed purpose, of a described kind.
    static func sample(
        _ id: String = "db",
        _ kind: SystemKind = .own,
        region: String? = "DE",
        _ connector: ConnectorDescription = .none,
        _ change: (inout DataSystem) -> Void = { _ in }
    ) -> DataSystem {
        var system = DataSystem(id: id, title: id, kind: kind)
        system.region = region
        system.service = "Holds things"
        system.categories = ["contacts", "invoices"]
        system.purposes = ["support"]
        system.agreedOn = CivilDate(year: 2025, month: 1, day: 2)
        system.connector = connector
        system.isMandatory = kind.isActedOn
        system.verification = connector.verification(of: .erase)
        change(&system)
        return system
    }
}

extension ConnectorDescription {
    /// An own database with a table that is found by these types of identity.
    static func postgres(by types: IdentityType..., tenant: String? = "client") -> ConnectorDescription {
        var table = PostgresDescription.Table("contact", key: ["id"])
        table.tenant = tenant
        for type in types { table.match[type] = PostgresDescription.Match(type.rawValue) }
        table.category = "contacts"
        var description = PostgresDescription(url: "file:/db")
        description.tables = [table]
        return .postgres(description)
    }

    static func opendsr(_ types: IdentityType..., signed: Bool = false) -> ConnectorDescription {
        var description = OpenDSRDescription(url: "https://dsr.example/v2")
        description.accepted = types
        description.domains = signed ? ["dsr.example"] : []
        return .opendsr(description)
    }

    /// `verified` are described with a call that looks, `described` without.
    static func http(
        verified: Set<TargetOperation> = [],
        described: Set<TargetOperation> = [],
        _ types: IdentityType...
    ) -> ConnectorDescription {
        var description = HTTPDescription(url: "https://api.example")
        description.accepted = types
        for operation in verified.union(described) {
            var procedure = HTTPDescription.Procedure()
            if let path = HTTPTemplate("/\(operation.rawValue)") {
                procedure.calls = [HTTPDescription.Call("POST", path)]
            }
            if verified.contains(operation), let path = HTTPTemplate("/people") {
                procedure.verify = [HTTPDescription.Call("GET", path)]
            }
            description.procedures[operation] = procedure
        }
        return .http(description)
    }

    static var manual: ConnectorDescription { .manual(PersonDescription()) }
    static var email: ConnectorDescription { .email(PersonDescription()) }
}

extension Client {
    static func sample(_ country: String? = "DE", id: String = "acme") -> Client {
        Client(
            id: id,
            names: [],
            place: Place(country: country, zone: .gmt),
            isSuspended: false,
            hasBAA: false
        )
    }
}
