import Fleet
import FoundationEssentials
import Ledger
import Rights

extension BundleDescription {
    /// What a bundle says about the case itself: who answers for the data, what else the person can ask for and where they can complain
    /// (GDPR Art. 15(1)(e), (f)). As in letters, whom the vendor itself answers to is answered in nobody else's name.
    init(_ record: CaseFileRecord, _ registry: Registry, _ letters: LetterBook) {
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
        self.init(
            caseID: record.id,
            client: controller ?? processor.name,
            processor: processor.name,
            right: record.right ?? .access,
            regulation: record.regulation,
            submittedOn: place.day(of: record.submittedAt ?? record.anchor),
            time: Int64(record.anchor.timeIntervalSince1970)
        )
        let recourse = letters.recourse(
            profile: record.profile,
            locale: locale,
            regulation: record.regulation,
            country: record.country
        )
        rights = [recourse.rights, "The company that decides about the data is \(self.client)."].compactMap { $0 }
        let ways = [processor.email, processor.postal].compactMap { $0 }
        if !ways.isEmpty {
            rights.append("\(processor.name) is reached for questions of privacy at: \(ways.joined(separator: "; "))")
        }
        if let officer = processor.dpo { rights.append("The data protection officer of \(processor.name): \(officer)") }
        complaints = recourse.complaints
        if let body = profile.disputeBody {
            complaints.append("Outside the courts you may also turn to this body: \(body)")
        }
    }

    /// Says what systems decide about the person by themselves (Art. 15(1)(h)), or that the data map knows of nothing.
    ///
    /// - Parameter systems: all that may hold something about them.
    mutating func say(decisionsOf systems: [DataSystem]) {
        automatedDecisions = systems.flatMap { system in
            system.automatedDecisions.map {
                "\(system.title): \($0.decision). By what: \($0.logic). What it means for you: \($0.consequences)."
            }
        }
        if automatedDecisions.isEmpty {
            automatedDecisions = [
                "The record of these systems names no decision about you that is made by machines alone."
            ]
        }
        guard client != processor else { return }
        automatedDecisions.append("What \(client) decides by other means only \(client) can say.")
    }
}
