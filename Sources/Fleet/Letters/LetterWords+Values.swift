import FoundationEssentials
import Rights

/// The value of one field of a letter, in a language and safe to print.
enum LetterValue {
    case text(String)
    case flag(Bool)
    /// Fields of the items by name; empty for an empty list.
    case list([[String: String]])

    /// Nothing to show: an empty text counts as none.
    var isMissing: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .flag(let isOn): !isOn
        case .list(let items): items.isEmpty
        }
    }
}

extension LetterWords {
    /// The value of a field, or nil.
    func value(of field: LetterField, in book: Phrasebook, route: ComplaintRoute) -> LetterValue? {
        switch field {
        case .isMinor: .flag(isMinor)
        case .isOptOut: .flag(right == .optOut || right == .limitSensitive)
        case .isPublicRemoval: .flag(right == .publicRemoval)
        case .isCCPA: .flag(regulation == .ccpa)
        case .passedOn: .flag(referral == .passedOn)
        case .passingOn: .flag(referral == .passingOn)
        case .notPassedOn: .flag(referral == .notPassedOn)
        case .clientUnknown: .flag(referral == .clientUnknown)
        case .clockWaits: .flag(clockWaits)
        case .caseDone: .flag(outcome == .done)
        case .casePartly: .flag(outcome == .partly)
        case .caseRefused: .flag(outcome == .refused)
        case .caseHandedOver: .flag(outcome == .handedOver)
        case .caseWithdrawn: .flag(outcome == .withdrawn)
        case .caseLapsed: .flag(outcome == .lapsed)
        case .hasIntegrations: .flag(!integrations.isEmpty)
        case .vendorAnswers: .flag(vendorAnswers)
        case .isFirst: .flag(incident?.content.kind == .first)
        case .isUpdate: .flag(incident?.content.kind == .update || incident?.content.kind == .list)
        case .isReminder: .flag(incident?.isReminder == true)
        case .isWithdrawn: .flag(incident?.content.kind == .withdrawn)
        case .isClosing: .flag(incident?.content.kind == .closed)
        case .hasHealthData: .flag(incident?.content.hasHealthData == true)
        case .hasAuthorityClock: .flag(incident?.laws.contains { $0.authority != nil } == true)
        case .isHighRisk: .flag(incident?.content.risk == .high)
        case .isHIPAA: .flag(incident?.laws.contains(.hipaa) == true)
        case .isHIPAAAgent: .flag(incident.map { $0.isAgent && $0.laws.contains(.hipaa) } == true)
        case .isCalifornia: .flag(incident?.laws.contains(.california) == true)
        case .demandOpen: .flag(demand?.stage == .open)
        case .demandMet: .flag(demand?.stage == .met)
        case .demandOver: .flag(demand?.stage == .over)
        case .isProfileChange: .flag(announcement?.kind == .profileChange)
        case .isNewSubprocessor: .flag(announcement?.kind == .newSubprocessor)
        case .parts: .list(parts.map { item($0, in: book) })
        case .authorities: .list(route.bodies.map { $0.item(in: book.locale) })
        case .integrations: .list(integrations.map { ["integration": PrintableText.line($0)] })
        case .identities:
            .list(
                identities.map { ["identity_type": $0.type.rawValue, "identity": PrintableText.line($0.value)] }
            )
        case .paragraphs:
            .list(announcement?.words.paragraphs.map { ["paragraph": PrintableText.paragraph($0)] } ?? [])
        default: text(of: field, in: book, route: route).map { .text($0) }
        }
    }

    private func text(of field: LetterField, in book: Phrasebook, route: ComplaintRoute) -> String? {
        switch field {
        case .reference: Self.shortReference(caseID)
        case .theirReference: reference.map(PrintableText.line)
        case .person: isMinor ? nil : personName.flatMap(PrintableText.name)
        // A client nobody knows has no name, whatever a caller believes.
        case .client: referral == .clientUnknown ? nil : clientName.map(PrintableText.line)
        case .clientContact: referral == .clientUnknown ? nil : clientContact.map(PrintableText.line)
        case .processor: PrintableText.line(processor.name)
        case .processorEmail: processor.email.map(PrintableText.line)
        case .processorPostal: processor.postal.map(PrintableText.line)
        case .dpo: processor.dpo.map(PrintableText.line)
        case .right: right.map { book[$0] }
        case .optOutOf: optOutOf.isEmpty ? nil : optOutOf.map { book[$0] }.joined(separator: ", ")
        case .law: book.laws[regulation]
        case .submittedOn: submittedOn.map(book.date)
        case .dueOn: dueOn.map(book.date)
        case .extendedTo: extendedTo.map(book.date)
        case .waitUntil: waitUntil.map(book.date)
        case .liftedOn: liftedOn.map(book.date)
        case .backupsUntil: backupsUntil.map(book.date)
        case .logsUntil: logsUntil.map(book.date)
        case .downloadUntil: downloadUntil.map(book.date)
        case .reason: refusal.map { book[$0.reason] }
        case .article: refusal.flatMap { article(of: $0, in: book) }
        case .explanation: explanation.map(PrintableText.paragraph)
        case .extensionReason: extensionReason.map { book[$0] }
        case .identityHow: identityLevel.map { book[$0] }
        case .fee: fee.map(PrintableText.line)
        case .feeReason: feeGround.map { book[$0] }
        case .feeArticle: feeArticle.map { book.localised(article: PrintableText.line($0)) }
        case .waitedFor: waitedFor.map { book[$0] }
        case .yourRights: book.yourRights[regulation]
        case .complaint: book.complaints[regulation]
        case .court: book.courts[regulation]
        case .authorityNote: route.note?[book.locale]
        case .disputeBody: disputeBody.map(PrintableText.line)
        case .decisionLink: decisionLink
        case .referenceLink: referenceLink
        case .downloadLink: downloadLink
        case .handedOverTo: handedOverTo.map(PrintableText.line)
        case .demandedBy: (demand?.authority).map(PrintableText.line)
        case .demandBasis: (demand?.basis).map(PrintableText.line)
        case .demandSystems: (demand?.systems).map { PrintableText.line($0.joined(separator: ", ")) }
        case .demandCategories: (demand?.categories).map { PrintableText.line($0.joined(separator: ", ")) }
        case .objectUntil: (demand?.objectUntil ?? announcement?.objectUntil).map(book.date)
        case .channel: channel.map(PrintableText.line)
        case .acknowledgeLink: incident?.acknowledgeLink
        case .peopleListLink: incident?.listLink
        case .delayReason: delayReason.map(PrintableText.paragraph)
        case .headline: announcement.map { PrintableText.line($0.words.title) }
        case .effectiveOn: announcement.map { book.date($0.effectiveOn) }
        case .statement: announcement?.statement.map(PrintableText.line)
        case .subprocessor: announcement?.subprocessor.map(PrintableText.line)
        case .service: announcement?.service.map(PrintableText.line)
        case .region: announcement?.region.map(PrintableText.line)
        default: incident.flatMap { text(of: field, $0.content, in: book) }
        }
    }

    private func text(of field: LetterField, _ content: NoticeContent, in book: Phrasebook) -> String? {
        switch field {
        case .nature: PrintableText.paragraph(content.nature)
        case .cause: content.cause.map(PrintableText.paragraph)
        case .categories: content.categories.map(PrintableText.line).joined(separator: ", ")
        case .risk: book[content.risk]
        case .subjectsApprox: content.subjectsApprox.map(String.init)
        case .recordsApprox: content.recordsApprox.map(String.init)
        case .peopleList: (content.list?.number).map(String.init)
        case .peopleListExport: content.list?.export.lowercaseText
        case .peopleListDigest: content.list?.sha256
        case .consequences: content.consequences.map(PrintableText.paragraph)
        case .measures: content.measures.map(PrintableText.paragraph)
        case .contactPoint: content.contact.flatMap(Self.line)
        case .discoveredAt: Self.minute(content.discoveredAt, in: book)
        case .awareAt: Self.minute(content.awareAt, in: book)
        case .changed: content.changed.isEmpty ? nil : content.changed.map { book[$0] }.joined(separator: ", ")
        default: nil
        }
    }

    private static func line(_ contact: ContactDetails) -> String? {
        let parts = [contact.line, contact.name, contact.email].compactMap { $0 }.map(PrintableText.line)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// `22 November 2026, 18:05 UTC`: hours count, and readers are in many places.
    private static func minute(_ instant: Date, in book: Phrasebook) -> String {
        let minutes = Int((instant.timeIntervalSince1970 / 60).rounded(.down))
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        let day = Place.unknown.day(of: instant)
        return "\(book.date(day)), \(two(minutes / 60 % 24)):\(two(minutes % 60)) UTC"
    }

    private func item(_ part: Part, in book: Phrasebook) -> [String: String] {
        var item = ["what": PrintableText.line(part.what)]
        item["why"] =
            part.explanation.map(PrintableText.paragraph) ?? part.refusal.map { book[$0.reason] }
            ?? part.gap.map { book[$0] }
        item["basis"] = part.refusal.flatMap { article(of: $0, in: book) }
        item["kept_until"] = part.until.map(book.date)
        return item
    }

    private func article(of refusal: Refusal, in book: Phrasebook) -> String? {
        if let citation = refusal.citation { return PrintableText.line(citation) }
        return refusal.reason.article(under: regulation).map(book.localised(article:))
    }
}
