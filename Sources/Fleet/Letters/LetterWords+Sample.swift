import FoundationEssentials
import Rights

/// Made-up words, for trying templates and for showing letters before there are cases.
extension LetterWords {
    /// Everything that a letter of this kind can hold.
    package static func full(for kind: LetterKind) -> LetterWords {
        var words = least(for: kind)
        words.processor = Profile.Contact(
            name: "Example Helpdesk Ltd",
            email: "privacy@helpdesk.example",
            postal: "1 Example Street, 10115 Berlin, Germany",
            dpo: "dpo@helpdesk.example"
        )
        words.country = "DE"
        words.reference = "R-2026-0042"
        words.personName = "Zoë d'Arc"
        words.clientName = "Acme & Sons"
        words.clientContact = "privacy@acme.example"
        words.right = words.right == nil ? nil : .erasure
        words.submittedOn = CivilDate(year: 2026, month: 3, day: 1)
        words.dueOn = CivilDate(year: 2026, month: 4, day: 1)
        words.backupsUntil = CivilDate(year: 2026, month: 7, day: 31)
        words.logsUntil = CivilDate(year: 2026, month: 9, day: 30)
        words.downloadLink = "https://privacy.helpdesk.example/d/3F2A91BC07DE?part=1&format=html"
        words.handedOverTo = "Example Import"
        words.demand?.objectUntil = CivilDate(year: 2026, month: 3, day: 6)
        words.downloadUntil = CivilDate(year: 2026, month: 5, day: 1)
        words.waitUntil = CivilDate(year: 2026, month: 4, day: 15)
        words.explanation = "The data is on paper. We have asked the archive for it."
        words.refusal = Refusal(.legalObligation)
        words.feeArticle = "GDPR Art. 15(3)"
        words.clockWaits = true
        words.waitedFor = .identity
        words.vendorAnswers = true
        words.parts = [
            Part(
                "invoices",
                refusal: Refusal(.legalObligation, citation: "HGB § 257"),
                until: CivilDate(dayNumber: 22_000)
            ),
            Part("forum posts", explanation: "Other people have quoted them."),
            Part("Example CRM", gap: .restorable, until: CivilDate(dayNumber: 22_100)),
        ]
        words.incident = words.incident == nil ? nil : sampleIncident(isFull: true)
        words.delayReason = "It was taken for a disturbance of the network until Friday."
        words.announcement = words.announcement == nil ? nil : sampleAnnouncement(isFull: true)
        words.integrations = ["Example Newsletter", "Example Shop"]
        words.identities = [KnownBy(.email, "zoe@example.com"), KnownBy(.phone, "+4930123456")]
        words.disputeBody = "Example Dispute Resolution, https://disputes.example"
        words.decisionLink = "https://privacy.helpdesk.example/c/3F2A91BC07DE"
        words.referenceLink = "https://privacy.helpdesk.example/r/3F2A91BC07DE"
        return words
    }

    private static func sampleIncident(isFull: Bool) -> Incident {
        let discovered = Date(timeIntervalSince1970: 1_772_359_500)
        var content = NoticeContent(
            isFull ? .update : .first,
            number: isFull ? 2 : 1,
            nature: "A copy of the ticket database was readable for a stranger.",
            categories: ["contact", "messages"],
            risk: isFull ? .high : .unlikely,
            discoveredAt: discovered,
            awareAt: discovered.addingTimeInterval(7_200)
        )
        guard isFull else { return Incident(content, laws: []) }
        content.cause = "A storage bucket had been shared by mistake."
        content.hasHealthData = true
        content.subjectsApprox = 1_200
        content.recordsApprox = 4_800
        content.consequences = "Strangers may write to the people in your name."
        content.measures = "The bucket is closed, and its log is being read."
        content.contact = ContactDetails(email: "security@helpdesk.example", name: "Security desk")
        content.changed = [.consequences, .measures, .subjects]
        content.list = NoticeContent.PeopleList(
            number: 1,
            export: UUID(uuidString: "01941F2A-7B00-7ABC-8DEF-3F2A91BC07DF") ?? UUID(),
            sha256: String(repeating: "3f", count: 32)
        )
        return Incident(
            content,
            laws: [.gdpr, .hipaa, .california],
            isReminder: true,
            acknowledgeLink: "https://privacy.helpdesk.example/i/3F2A91BC07DE",
            listLink: "https://privacy.helpdesk.example/l/3F2A91BC07DE"
        )
    }

    private static func sampleAnnouncement(isFull: Bool) -> Announcement {
        var announcement = Announcement(
            isFull ? .newSubprocessor : .other,
            words: .init(
                title: "A further company helps us with mail",
                text: "Mail to your customers will be delivered by Example Mail.\n\nNothing else changes."
            ),
            effectiveOn: CivilDate(dayNumber: 20_600),
            objectUntil: CivilDate(dayNumber: 20_590)
        )
        guard isFull else { return announcement }
        announcement.statement = "helpdesk, 4"
        announcement.subprocessor = "Example Mail Ltd"
        announcement.service = "delivers mail"
        announcement.region = "IE"
        return announcement
    }

    /// Only what a letter of this kind needs.
    package static func least(for kind: LetterKind) -> LetterWords {
        var words = LetterWords(
            caseID: UUID(uuidString: "01941F2A-7B00-7ABC-8DEF-3F2A91BC07DE") ?? UUID(),
            processor: Profile.Contact(name: "Example Helpdesk Ltd"),
            regulation: .gdpr
        )
        for field in kind.required {
            switch field {
            case .client: words.clientName = "Acme & Sons"
            case .right: words.right = .access
            case .waitUntil: words.waitUntil = CivilDate(year: 2026, month: 4, day: 15)
            case .extendedTo: words.extendedTo = CivilDate(year: 2026, month: 6, day: 1)
            case .liftedOn: words.liftedOn = CivilDate(year: 2026, month: 6, day: 1)
            case .identityHow: words.identityLevel = .emailConfirmed
            case .explanation: words.explanation = "Which of your orders do you mean?"
            case .fee: words.fee = "12.00 EUR"
            case .feeReason: words.feeGround = .furtherCopy
            case .extensionReason: words.extensionReason = .complexity
            case .reason: words.refusal = Refusal(.manifestlyUnfounded)
            case .waitedFor: words.waitedFor = .identity
            case .parts: words.parts = [Part("invoices", refusal: Refusal(.legalObligation))]
            case .demandedBy:
                words.demand = Demand(
                    authority: "Example District Court (DE), 12 Gs 34/26",
                    basis: "StPO, § 95",
                    systems: ["Example Helpdesk"],
                    categories: ["tickets"],
                    objectUntil: nil,
                    stage: .open
                )
            case .channel: words.channel = "privacy-desk"
            default: break
            }
        }
        switch kind {
        case .notice:
            words.referral = .passedOn
            words.clientName = "Acme & Sons"
        case .clientAnswer: words.outcome = .done
        case .breach, .ownAuthority, .ownPeople: words.incident = sampleIncident(isFull: false)
        case .announcement: words.announcement = sampleAnnouncement(isFull: false)
        default: break
        }
        return words
    }
}
