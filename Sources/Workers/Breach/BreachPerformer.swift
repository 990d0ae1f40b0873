package import Fleet
import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Tells clients of incidents and of changes, and people of incidents in data that the vendor itself controls: composes what was made for them once, and hands it over, one attempt at a time.
package struct BreachPerformer: EffectPerformer {
    package struct Job: Sendable {
        let effect: EffectRecord
        let record: CaseFileRecord?
        /// What it says, still sealed, with the id that it is kept under.
        let secret: (id: UUID, payload: SealedPayload)?
        /// Of a change what there is to it besides; nil of an incident.
        let announcement: AnnouncementRecord?
        /// Whom it goes to, and what they are told, where it goes to a person.
        let person: PersonalSecrets?
        /// Whether it is still decided that this person is told.
        let isWanted: Bool
        /// Whether nothing has reached the client before, whatever number this has.
        let isFirst: Bool
        let registry: Registry
    }

    private let ring: KeyRing
    private let registry: RegistryCache
    private let writer: NoticeWriter
    private let announcementWriter: AnnouncementWriter
    private let personalWriter: PersonalNoticeWriter
    private let channels: ChannelSender
    private let mail: MailSender?
    /// A lease lasts ten seconds and is renewed while the call goes on: a copy that dies holds a notice, and a place at the mail relay,
    /// for no longer than that, however long one attempt may take.
    package let longestCall = Duration.seconds(5)
    package let margin = Duration.seconds(5)

    /// - Parameters:
    ///   - mail: to people; nil where no relay is configured.
    ///   - base: below which clients fetch and acknowledge; nil where nothing is served.
    package init(
        ring: KeyRing,
        registry: RegistryCache,
        letters: LetterBook,
        channels: ChannelSender,
        mail: MailSender?,
        base: String?
    ) {
        self.ring = ring
        self.registry = registry
        writer = NoticeWriter(letters: letters, base: base)
        announcementWriter = AnnouncementWriter(letters: letters, base: base)
        personalWriter = PersonalNoticeWriter(letters: letters)
        self.channels = channels
        self.mail = mail
    }

    package func renews(_ effect: EffectRecord) -> Bool { true }

    package func reading(_ leases: [EffectLease]) -> [SQL] {
        let cases = Array(Set(leases.compactMap(\.effect.caseID)))
        return [
            "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = ANY(\(cases)::uuid[])",
            """
            SELECT c.case_id, c.number, c.id, e.kek_id, e.wrapped_key, e.payload
              FROM habeas.breach_content c JOIN habeas.event_secret e ON e.id = c.id WHERE c.case_id = ANY(\(cases)::uuid[])
            """,
            "SELECT registry_version FROM habeas.installation",
            AnnouncementNoticeRecord.reading(of: cases), AnnouncementRecord.reading(of: cases),
            """
            SELECT e.id, e.kek_id, e.wrapped_key, e.payload FROM habeas.event_secret e
             WHERE e.id IN (SELECT announcement_id FROM habeas.announcement_notice WHERE case_id = ANY(\(cases)::uuid[]))
            """,
            "SELECT case_id FROM habeas.breach_notice WHERE case_id = ANY(\(cases)::uuid[]) AND told_at IS NOT NULL",
            PersonalSecrets.reading(of: cases), BreachPersonRecord.wanted(cases),
        ]
    }

    package func jobs(_ leases: [EffectLease], _ rows: [Rows]) throws -> [Job] {
        let registry = registry.current
        // How a client wants to be reached may have changed since this worker last looked.
        guard try rows[2].only.decode(0, as: Int64.self) == registry.version else { throw RegistryChanged() }
        var records: [UUID: CaseFileRecord] = [:]
        for row in rows[0] {
            let record = try CaseFileRecord(row: row)
            records[record.id] = record
        }
        var secrets: [UUID: [String: (UUID, SealedPayload)]] = [:]
        for (caseID, number, id, kek, wrapped, payload) in try rows[1].decode(
            UUID.self,
            Int.self,
            UUID.self,
            String.self,
            [UInt8].self,
            [UInt8].self
        ) {
            let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            secrets[caseID, default: [:]]["\(number)"] = (id, secret)
        }
        let announced = try announced(rows)
        let told = Set(try rows[6].decode(as: UUID.self))
        let people = try PersonalSecrets.byCase(rows[7])
        let wanted = Set(try rows[8].decode(as: UUID.self))
        return leases.map { lease in
            let parameters = EffectParameters(reading: lease.effect.parameters)
            let announcement = lease.effect.caseID.flatMap { announced[$0] }
            return Job(
                effect: lease.effect,
                record: lease.effect.caseID.flatMap { records[$0] },
                secret: announcement?.secret ?? lease.effect.caseID.flatMap { secrets[$0]?[parameters.key] },
                announcement: announcement?.record,
                person: lease.effect.caseID.flatMap { people[$0] },
                isWanted: lease.effect.caseID.map(wanted.contains) ?? false,
                isFirst: lease.effect.caseID.map { !told.contains($0) } ?? true,
                registry: registry
            )
        }
    }

    /// What a client is told of that is no incident.
    private typealias Announced = (record: AnnouncementRecord, secret: (UUID, SealedPayload)?)

    /// By case.
    private func announced(_ rows: [Rows]) throws -> [UUID: Announced] {
        var announcements: [UUID: AnnouncementRecord] = [:]
        for row in rows[4] {
            let announcement = try AnnouncementRecord(row: row)
            announcements[announcement.id] = announcement
        }
        var secrets: [UUID: (UUID, SealedPayload)] = [:]
        for (id, kek, wrapped, payload) in try rows[5].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
            secrets[id] = (id, SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload))
        }
        var found: [UUID: Announced] = [:]
        for row in rows[3] {
            let notice = try AnnouncementNoticeRecord(row: row)
            guard let announcement = announcements[notice.announcementID] else { continue }
            found[notice.caseID] = (announcement, secrets[announcement.id])
        }
        return found
    }

    package func perform(_ job: Job) async -> AttemptVerdict {
        guard let kind = job.effect.kind, let record = job.record else { return .refused("no_case") }
        if kind == .personalNotice { return await tellPerson(job, record) }
        guard let secret = job.secret else { return .refused("no_words") }
        guard let client = record.clientID.flatMap({ job.registry.client($0) }) else { return .refused("no_client") }
        let parameters = EffectParameters(reading: job.effect.parameters)
        guard let channel = client.channels.first(where: { $0.name == parameters.channel }) else {
            return .refused("no_channel")
        }
        do {
            let stored = try secret.payload.opened(for: secret.id, with: ring)
            let message =
                if let announcement = job.announcement {
                    try announcementWriter.message(
                        announcement,
                        try AnnouncementWords(stored: stored),
                        parameters,
                        job.effect,
                        record,
                        client,
                        job.registry
                    )
                } else {
                    try writer.message(
                        kind,
                        parameters,
                        job.effect,
                        record,
                        try NoticeContent(stored: stored),
                        isFirst: job.isFirst,
                        client,
                        channel,
                        job.registry
                    )
                }
            return try await channels.send(message, over: channel, publicKey: client.publicKey)
        } catch is LetterFault {
            return .refused("letter")
        } catch is ClientMessageError {
            return .refused("message")
        } catch is CancellationError {
            return .retry("cancelled", blamesTarget: false, mayHaveActed: true)
        } catch {
            // The key ring's, or of a form that only a newer version reads.
            return .retry("unreadable", blamesTarget: false)
        }
    }

    private func tellPerson(_ job: Job, _ record: CaseFileRecord) async -> AttemptVerdict {
        // Decided otherwise since it was planned: the plan takes it back.
        guard job.isWanted else { return .retry("not_wanted", blamesTarget: false) }
        guard let mail else { return .refused("no_relay") }
        guard let person = job.person else { return .refused("no_words") }
        do {
            let told = try person.opened(for: record.id, with: ring)
            let letter = try personalWriter.letter(to: told.person, telling: told.content, record, job.registry)
            return try await mail.send(MailContent(letter), id: job.effect.id, to: [told.person.email])
        } catch is LetterFault {
            return .refused("letter")
        } catch is CancellationError {
            return .retry("cancelled", blamesTarget: false, mayHaveActed: true)
        } catch {
            // The key ring's, or of a form that only a newer version reads.
            return .retry("unreadable", blamesTarget: false)
        }
    }
}
