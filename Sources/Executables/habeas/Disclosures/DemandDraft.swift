import FoundationEssentials
import Rights
import Yams

/// A demand as it is written down: texts under the names of their fields, before anything of it is checked.
struct DemandDraft {
    /// As in the file; options have the same names.
    static let fields = [
        "client", "profile", "relationship", "authority", "country", "kind", "law", "article", "reference", "reviewer",
        "received_at", "due_at", "delivery", "client_term",
    ]
    private static let keys = fields + ["systems", "categories", "people", "prohibition"]
    /// As many as an event may name.
    static let mostPeople = 50
    private static let mostIdentities = 20

    private var texts: [String: String] = [:]
    var systems: [String] = []
    var categories: [String] = []
    /// One for each person, by all that they are known by.
    var people: [[Identity]] = []

    init() {}

    /// Reads a YAML mapping. Faults name the line and never its words.
    init(path: String) throws {
        let place = InputFile.name(path)
        let node: Node?
        do {
            node = try Yams.compose(yaml: try InputFile.text(path))
        } catch is YamlError {
            // The parser's own words quote the file.
            throw Failure(place, "is not valid YAML, or says a key twice", "correct the file")
        }
        guard let node else { throw Failure(place, "is empty", "write `authority: …` and what else is demanded") }
        let record = try Record(node, path: place, keys: Self.keys)
        for field in Self.fields { texts[field] = try record.text(field, limit: 500) }
        systems = try record.list("systems") ?? []
        categories = try record.list("categories") ?? []
        if let prohibition = try record.record("prohibition", keys: ["reason", "until"]) {
            texts["prohibition.reason"] = try prohibition.required("reason")
            texts["prohibition.until"] = try prohibition.text("until")
        }
        people = try (record.records("people", keys: ["identities"]) ?? []).map { person in
            let identities = try person.records("identities", keys: ["type", "value"]) ?? []
            guard (1...Self.mostIdentities).contains(identities.count) else {
                throw person.fault(
                    "identities",
                    "does not hold 1 to \(Self.mostIdentities) of them",
                    "write `- identities: [{type: email, value: …}]`"
                )
            }
            return try identities.map(Self.identity)
        }
        guard people.count <= Self.mostPeople else {
            throw record.fault("people", "names more than \(Self.mostPeople)", "open several demands")
        }
    }

    private static func identity(_ record: Record) throws -> Identity {
        guard let type = IdentityType(rawValue: try record.required("type")) else {
            throw record.fault("type", "is no type of identity", "use \(IdentityType.words.joined(separator: ", "))")
        }
        guard let identity = Identity(type, try record.required("value")) else {
            throw record.fault("value", "is no \(type.rawValue)", "write it as `habeas holds place` takes it")
        }
        return identity
    }

    /// What an option says counts more than the file.
    mutating func set(_ field: String, _ text: String?) {
        if let text { texts[field] = text }
    }

    func text(_ field: String) throws -> String {
        guard let text = texts[field] else { throw Failure(field, "is missing", "say it in the file, or as an option") }
        return text
    }

    var profile: String? { texts["profile"] }

    /// The demand; whether what it says can be so is checked with the clock and the data map at hand.
    func demand() throws -> DisclosureDemand {
        guard let kind = AuthorityKind(rawValue: try text("kind")) else {
            throw Failure("kind", "is no kind of authority", "use \(AuthorityKind.words.joined(separator: ", "))")
        }
        guard let country = Country.normalise(try text("country")) else {
            throw Failure("country", "is no country", "write ISO 3166: `DE`, `US-CA`")
        }
        guard let relationship = Relationship(rawValue: texts["relationship"] ?? Relationship.endUser.rawValue) else {
            throw Failure("relationship", "is none", "use \(Relationship.words.joined(separator: ", "))")
        }
        var demand = DisclosureDemand(
            authority: try text("authority"),
            country: country,
            kind: kind,
            law: try text("law"),
            article: try text("article"),
            reference: try text("reference"),
            reviewer: try text("reviewer"),
            delivery: try text("delivery"),
            relationship: relationship,
            scope: DisclosureScope(systems: systems, categories: categories),
            demandedAt: try time("received_at"),
            dueAt: try time("due_at")
        )
        if let words = texts["client_term"] {
            guard let term = Period(words) else {
                throw Failure("client_term", "is no period", "write `3 business_days`")
            }
            demand.term = term
        }
        if let reason = texts["prohibition.reason"] {
            let until = texts["prohibition.until"] == nil ? nil : try time("prohibition.until")
            demand.prohibition = DisclosureDemand.Prohibition(reason: reason, until: until)
        } else if texts["prohibition.until"] != nil {
            throw Failure("prohibition.reason", "is missing", "say what forbids that the client is told")
        }
        return demand
    }

    private func time(_ field: String) throws -> Date {
        guard let time = EventTime.parse(try text(field)) else {
            throw Failure(field, "is not a time", "write it as 2027-06-30T00:00:00Z")
        }
        return time
    }
}

extension Failure {
    init(_ fault: DisclosureFault) { self.init(fault.field, fault.fault, fault.remedy) }
}
