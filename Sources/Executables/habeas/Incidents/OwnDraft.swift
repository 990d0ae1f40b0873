import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A draft of what the vendor itself says of an incident in data that it controls (G13): opened for a person whose reading of it is on
/// record.
struct OwnDraft {
    private let incident: UUID
    private let receiver: IncidentsDraft.Receiver
    private let content: NoticeContent
    private let law: BreachLaw
    private let country: String?
    private let profile: Profile
    private let delayReason: String?

    /// Decrypts under the lock of the incident, inside a transaction whose commit comes before anything is shown.
    init(
        of locked: IncidentRecord,
        to receiver: IncidentsDraft.Receiver,
        country: String?,
        why: String,
        with ring: KeyRing,
        on connection: PostgresConnection
    ) async throws {
        let results = try await connection.pipeline([
            IncidentHistory.reading(of: locked.id), BreachReason.reading(of: locked.id),
        ])
        let history = try IncidentHistory(results[0], of: locked.phases.count, with: ring)
        guard let content = NoticeContent(ownPartOf: history.picture) else {
            throw Failure(
                "incident",
                "concerns no data that the vendor itself controls",
                "report own_data with breach.updated first, if it does"
            )
        }
        let registry = try await Registry.load(on: connection)
        let pen = try await EvidencePen(on: connection)
        var chain = locked.chain
        _ = try await connection.pipeline(
            pen.append("read_by_person", to: &chain) { body in
                body.member("what", ["draft to \(receiver.rawValue)"])
                body.member("why", why)
            }
        )
        incident = locked.id
        self.receiver = receiver
        self.content = content
        self.country = country
        law =
            switch country.map({ String($0.prefix(2)) }) {
            case "GB": .ukGDPR
            case "CH": .fadp
            default: .gdpr
            }
        let name = registry.publisher(id: locked.publisherID)?.profile ?? "default"
        profile = registry.policy(profile: name, client: nil, at: pen.now).profile
        delayReason = try results[1].map(BreachReason.init)
            .last { $0.about == BreachReason.Matter.lateAuthority.rawValue }?.reason
    }

    func letter(in letters: LetterBook, locale: String) throws -> Letter {
        var words = LetterWords(caseID: incident, processor: profile.sender, regulation: law.regulation)
        words.country = country
        words.incident = LetterWords.Incident(content, laws: [law])
        words.delayReason = delayReason
        let kind: LetterKind = receiver == .authority ? .ownAuthority : .ownPeople
        return try letters.letter(kind, profile: profile.name, locale: locale, words: words)
    }

    func json(_ letter: Letter, _ letters: LetterBook) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("incident", JSONValue(incident)), ("to", .string(receiver.rawValue)), ("law", .string(law.rawValue)),
            ("article", .string(receiver == .authority ? law.authorityArticle : law.individualsArticle)),
            (
                "required",
                .bool(receiver == .authority ? content.risk != .unlikely : law.obligesToTellPeople(at: content.risk))
            ),
            ("nature", .string(content.nature)), ("categories", JSONValue(content.categories)),
            ("risk", .string(content.risk.rawValue)), ("health_data", .bool(content.hasHealthData)),
            ("consequences", JSONValue(content.consequences)), ("measures", JSONValue(content.measures)),
            ("discovered_at", JSONValue(content.discoveredAt)),
        ]
        if receiver == .authority {
            let route = letters.authorities.authority(country: country, regulation: law.regulation)
            members += [
                ("cause", JSONValue(content.cause)), ("aware_at", JSONValue(content.awareAt)),
                ("subjects_approx", content.subjectsApprox.map { .integer($0) } ?? .null),
                ("records_approx", content.recordsApprox.map { .integer($0) } ?? .null),
                ("delay_reason", JSONValue(delayReason)),
                ("authorities", JSONValue(route.bodies.map { $0.line(in: letter.locale) })),
            ]
        }
        members += [
            ("to_complete", JSONValue(missing)), ("locale", .string(letter.locale)),
            ("subject", .string(letter.subject)), ("text", .string(letter.text)), ("html", .string(letter.html)),
        ]
        return members
    }

    /// What nobody has reported yet, or only a person knows.
    private var missing: [String] {
        var fields = receiver == .authority ? ["notifier", "people_told"] : []
        if receiver == .authority {
            if content.subjectsApprox == nil { fields.append("subjects_approx") }
            if content.recordsApprox == nil { fields.append("records_approx") }
        }
        if content.consequences == nil { fields.append("consequences") }
        if content.measures == nil { fields.append("measures") }
        if content.contact == nil { fields.append("contact") }
        return fields
    }
}
