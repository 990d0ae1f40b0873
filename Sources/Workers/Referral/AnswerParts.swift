import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What an answer says of a case's parts at systems: what stays, why, where that is written and until when; what was not done; what
/// is the client's own to clean; when logs and backups have forgotten it.
struct AnswerParts {
    private let subject: ReferralCase
    private let registry: Registry
    private let standing: FanOutStanding

    init(_ subject: ReferralCase, _ registry: Registry) {
        self.subject = subject
        self.registry = registry
        standing = FanOutStanding(subject.targets) { registry.system($0)?.kind }
    }

    private var record: CaseFileRecord { subject.record }

    /// Only of answers to what was carried out, in whole or in part: a refusal has its reason, and nothing was begun before a decision.
    private var isCarriedOut: Bool {
        switch record.state {
        case .onHold, .fulfilled, .partlyFulfilled: true
        case .received, .needsClient, .needsIdentity, .needsFee, .referred, .inProgress, .refused, .handedOver,
            .withdrawn,
            .lapsed:
            false
        }
    }

    // MARK: In letters

    /// - Parameter base: below which a bundle is fetched; nil where nothing is served.
    func fill(_ words: inout LetterWords, in locale: String?, base: String?) {
        guard isCarriedOut else { return }
        words.downloadLink = link(base)
        words.downloadUntil = words.downloadLink == nil ? nil : subject.export?.expiresAt.map(day)
        if let handOver = subject.export?.handOver, handOver.state == .done {
            words.handedOverTo = handOver.receiver.map(title)
        }
        words.backupsUntil = standing.backupsUntil.map(day)
        words.logsUntil = standing.logsUntil.map(day)
        // To the client alone: it has enabled them (K14).
        words.integrations = standing.clientsOwn.map(title)
        guard record.state != .fulfilled else { return }
        words.parts = standing.kept.map { held in
            LetterWords.Part(
                held.kept.category,
                refusal: LetterWords.Refusal(held.kept.reason.refusal, citation: held.kept.citation),
                until: day(held.kept.until)
            )
        }
        words.parts += standing.gaps.map { gap in
            // What a hold suspends is kept for legal claims, and not left undone (K18).
            if gap.mayBeHeld, record.refusal == .legalClaims {
                return LetterWords.Part(title(gap.system), refusal: LetterWords.Refusal(.legalClaims))
            }
            return LetterWords.Part(title(gap.system), gap: gap.reason, until: gap.until.map(day))
        }
        if let handOver = subject.export?.handOver, handOver.state == .left {
            let what = Self.handOver(to: handOver.receiver.map(title), in: locale)
            words.parts.append(LetterWords.Part(what, gap: .failed))
        }
        if words.parts.isEmpty { words.parts = [unknown(in: locale)] }
    }

    /// As long as nobody says which data it is, the reason at least. A person answered without a data map: what stays on hold without
    /// another reason is kept for legal claims (K18).
    private func unknown(in locale: String?) -> LetterWords.Part {
        let held: RefusalReason? = record.state == .onHold && subject.targets.isEmpty ? .legalClaims : nil
        let what = Self.someOfTheData(in: locale)
        guard let reason = record.refusal ?? held else { return LetterWords.Part(what, gap: .left) }
        return LetterWords.Part(what, refusal: LetterWords.Refusal(reason))
    }

    private static func someOfTheData(in locale: String?) -> String {
        switch locale?.prefix(2) {
        case "de": "Ein Teil der Daten"
        case "fr": "Une partie des données"
        case "es": "Una parte de los datos"
        default: "Some of the data"
        }
    }

    /// - Parameter name: of whom; nil where nobody could tell.
    private static func handOver(to name: String?, in locale: String?) -> String {
        switch locale?.prefix(2) {
        case "de": name.map { "Die Übermittlung an \($0)" } ?? "Die Übermittlung an den genannten Empfänger"
        case "fr": name.map { "La transmission à \($0)" } ?? "La transmission au destinataire indiqué"
        case "es": name.map { "La transmisión a \($0)" } ?? "La transmisión al destinatario indicado"
        default: "Handing the data over to \(name ?? "the recipient that was named")"
        }
    }

    /// Where the bundle is fetched.
    private func link(_ base: String?) -> String? {
        guard let base, let export = subject.export else { return nil }
        return "\(base)/v1/exports/\(export.id.lowercaseText)"
    }

    private func title(_ id: String) -> String { registry.system(id)?.title ?? id }

    private func day(_ instant: Date) -> CivilDate {
        let place = record.clientID.flatMap { registry.client($0)?.place } ?? registry.atlas.place(record.country)
        return place.day(of: instant)
    }

    // MARK: In messages

    /// The same for a client's program: ids, codes and dates.
    func write(to data: inout JSONWriter, base: String?) {
        guard isCarriedOut else { return }
        if let export = subject.export, let bundle = export.bundle {
            data.key("export")
            data.object { item in
                item.member("id", export.id)
                item.member("url", link(base))
                item.member("bytes", bundle.bytes)
                item.member("sha256", bundle.sha256)
                item.member("complete", bundle.gaps == 0)
                item.member("expires_at", export.expiresAt)
                guard let handOver = export.handOver else { return }
                item.key("hand_over")
                item.object { about in
                    about.member("state", handOver.state)
                    about.member("receiver", handOver.receiver)
                    about.member("at", handOver.doneAt)
                }
            }
        }
        guard !subject.targets.isEmpty else { return }
        data.key("targets")
        data.array(subject.targets) { list, target in list.object { target.summarise(to: &$0) } }
        data.member("clients_own", standing.clientsOwn)
        if !standing.kept.isEmpty {
            data.key("kept")
            data.array(standing.kept) { list, held in
                list.object { item in
                    item.member("system", held.system)
                    held.kept.write(to: &item)
                }
            }
        }
        if !standing.gaps.isEmpty {
            data.key("not_done")
            data.array(standing.gaps) { list, gap in
                list.object { item in
                    item.member("system", gap.system)
                    item.member("part", gap.part == .whole ? nil : gap.part.rawValue)
                    item.member("why", gap.reason)
                    item.member("until", gap.until)
                }
            }
        }
        data.member("backups_until", standing.backupsUntil)
        data.member("logs_until", standing.logsUntil)
        guard let certificate = subject.certificate else { return }
        data.key("certificate")
        data.object { item in
            item.member("id", certificate.id)
            item.member("sha256", certificate.digest)
        }
    }
}
