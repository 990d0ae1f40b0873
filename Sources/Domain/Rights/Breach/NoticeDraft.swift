/// A draft of what the client itself may have to write, filled in as far as its processor can: to its authority, to the people.
///
/// What only the client knows is named in `to_complete`. Nothing of it is sent by us.
package struct NoticeDraft: Sendable, Equatable {
    package enum Receiver: String, ClosedList {
        case authority
        case individuals
    }

    package let receiver: Receiver
    package let law: BreachLaw
    package let article: String
    /// Whether the law obliges at the stated risk; where it does not the draft serves whoever decides otherwise.
    package let isRequired: Bool
    /// Whether our discovery is the client's, see ``BreachLaw/runsFromOurDiscovery(isAgent:)``: what is written to people says when the
    /// covered entity discovered it (45 CFR 164.404(c)(1)(A)), which nobody else knows where it is its own.
    private let isDiscoveryOurs: Bool
    private let content: NoticeContent

    /// The drafts that go with a notice: none with a false alarm.
    ///
    /// - Parameter isAgent: see ``Client/hasAgent``.
    package static func drafts(of content: NoticeContent, for laws: [BreachLaw], isAgent: Bool) -> [NoticeDraft] {
        guard content.kind != .withdrawn else { return [] }
        return laws.flatMap { law in
            [
                NoticeDraft(
                    receiver: .authority,
                    law: law,
                    article: law.authorityArticle,
                    // Unless a risk to people is unlikely (Art. 33(1)).
                    isRequired: content.risk != .unlikely,
                    isDiscoveryOurs: law.runsFromOurDiscovery(isAgent: isAgent),
                    content: content
                ),
                NoticeDraft(
                    receiver: .individuals,
                    law: law,
                    article: law.individualsArticle,
                    isRequired: law.obligesToTellPeople(at: content.risk),
                    isDiscoveryOurs: law.runsFromOurDiscovery(isAgent: isAgent),
                    content: content
                ),
            ]
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("to", receiver)
        writer.member("law", law)
        writer.member("article", article)
        writer.member("required", isRequired)
        writer.member("nature", content.nature)
        writer.member("categories", content.categories)
        if receiver == .authority {
            writer.member("subjects_approx", content.subjectsApprox)
            writer.member("records_approx", content.recordsApprox)
        }
        writer.member("consequences", content.consequences)
        writer.member("measures", content.measures)
        ContactDetails.writePoint("processor_contact", content.contact, to: &writer)
        writer.member("discovered_at", isDiscoveryOurs ? content.discoveredAt : nil)
        writer.member("to_complete", missing)
    }

    /// What the client has to add.
    private var missing: [String] {
        var fields = ["controller", "contact_point"]
        if !isDiscoveryOurs { fields.append("discovered_at") }
        if receiver == .authority {
            fields.append("aware_at")
            if content.subjectsApprox == nil { fields.append("subjects_approx") }
            if content.recordsApprox == nil { fields.append("records_approx") }
        } else {
            fields.append("advice_to_people")
        }
        if content.consequences == nil { fields.append("consequences") }
        if content.measures == nil { fields.append("measures") }
        return fields
    }
}
