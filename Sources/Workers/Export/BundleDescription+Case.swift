import Fleet
import FoundationEssentials
import Ledger
import Rights

extension BundleDescription {
    /// What a bundle says about the case itself: who answers for the data, what else the person can ask for and where they can complain
    /// (GDPR Art. 15(1)(e), (f)). As in letters, whom the vendor itself answers to is answered in nobody else's name, and in the language
    /// of their own; whom the client answers to, in the client's.
    ///
    /// - Parameter personLocale: as the person's contact has it.
    init(
        _ record: CaseFileRecord,
        _ disclosure: DisclosureRecord?,
        _ registry: Registry,
        _ letters: LetterBook,
        personLocale: String?
    ) {
        let client = record.clientID.flatMap { registry.client($0) }
        let profile = registry.policy(
            profile: record.profile,
            version: record.profileVersion,
            client: client,
            agreement: record.agreementVersion
        ).profile
        let processor = profile.sender
        let controller = record.lane == .own ? nil : client.map { $0.names.first ?? $0.id }
        let place = client?.place ?? registry.atlas.place(record.country)
        // An authority reads English, whatever the client is written to in.
        let reader = disclosure == nil ? (record.isAnsweredByUs ? personLocale : client?.locale) : nil
        let chosen = BundleLanguage.choose(for: reader, letters)
        let words = chosen.language.words
        self.init(
            caseID: record.id,
            client: controller ?? processor.name,
            processor: processor.name,
            right: record.right ?? .access,
            regulation: record.regulation,
            submittedOn: place.day(of: record.submittedAt ?? record.anchor),
            time: Int64(record.anchor.timeIntervalSince1970),
            language: chosen.language
        )
        // Whoever demands it by law has no rights to be told of.
        guard disclosure == nil else {
            self.disclosure = disclosure?.demand
            return
        }
        let recourse = letters.recourse(
            profile: record.profile,
            locale: chosen.letters,
            regulation: record.regulation,
            country: record.country
        )
        rights = [recourse.rights, words.fill(words.decider, ["client": self.client])].compactMap { $0 }
        let ways = [processor.email, processor.postal].compactMap { $0 }
        if !ways.isEmpty {
            let values: KeyValuePairs = ["processor": processor.name, "ways": ways.joined(separator: "; ")]
            rights.append(words.fill(words.contact, values))
        }
        if let officer = processor.dpo {
            rights.append(words.fill(words.officer, ["processor": processor.name, "officer": officer]))
        }
        complaints = recourse.complaints
        if let body = profile.disputeBody { complaints.append(words.fill(words.disputeBody, ["body": body])) }
    }

    /// What a list of the people whom an incident concerns says about itself: to the client, in its language. It speaks of the moment at
    /// which the list was made, and of no rights: whoever reads it is none of these people.
    init(_ list: PeopleList, _ record: CaseFileRecord, _ registry: Registry, _ letters: LetterBook) {
        let client = record.clientID.flatMap { registry.client($0) }
        let processor = registry.policy(
            profile: record.profile,
            version: record.profileVersion,
            client: client,
            agreement: record.agreementVersion
        ).profile.sender
        self.init(
            caseID: record.id,
            client: client.map { $0.names.first ?? $0.id } ?? processor.name,
            processor: processor.name,
            right: .access,
            regulation: record.regulation,
            submittedOn: (client?.place ?? .unknown).day(of: list.madeAt),
            time: Int64(list.madeAt.timeIntervalSince1970),
            language: BundleLanguage.choose(for: client?.locale, letters).language
        )
        let laws = client.map(BreachLaw.binding) ?? []
        self.list = PeopleListNotice(number: list.number, articles: laws.map(\.listArticle))
    }

    /// Says what systems decide about the person by themselves (Art. 15(1)(h)), or that the data map knows of nothing.
    ///
    /// - Parameter systems: all that may hold something about them.
    mutating func say(decisionsOf systems: [DataSystem]) {
        let words = language.words
        automatedDecisions = systems.flatMap { system in
            system.automatedDecisions.map {
                words.fill(
                    words.decision,
                    [
                        "system": system.title, "decision": $0.decision, "logic": $0.logic,
                        "consequences": $0.consequences,
                    ]
                )
            }
        }
        if automatedDecisions.isEmpty { automatedDecisions = [words.noDecision] }
        guard client != processor else { return }
        automatedDecisions.append(words.fill(words.otherDecisions, ["client": client]))
    }
}
