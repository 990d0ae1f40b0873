package import Fleet
import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Writes to people and to clients: composes what an effect stands for as its case is when it is leased, and hands it over.
///
/// Whatever may not leave any more is held back here once more: K5, a prohibition, a channel that is gone.
package struct ReferralPerformer: EffectPerformer {
    package struct Job: Sendable {
        let effect: EffectRecord
        let subject: ReferralCase?
        let registry: Registry
    }

    private let ring: KeyRing
    private let registry: RegistryCache
    private let writer: ReferralWriter
    private let mail: MailSender?
    private let channels: ChannelSender
    package let longestCall: Duration
    private let longestPost: Duration

    /// - Parameters:
    ///   - timeout: of one attempt over a channel; mail has a minute more.
    ///   - base: below which clients fetch and decide; nil where nothing is served.
    package init(
        ring: KeyRing,
        registry: RegistryCache,
        letters: LetterBook,
        mail: MailSender?,
        channels: ChannelSender,
        timeout: Duration,
        base: String?
    ) {
        self.ring = ring
        self.registry = registry
        writer = ReferralWriter(letters: letters, base: base)
        self.mail = mail
        self.channels = channels
        longestCall = timeout + .seconds(70)
        longestPost = timeout + .seconds(5)
    }

    /// A relay may take a minute more than a webhook's receiver; a lease need not be longer than its own call.
    package func longestCall(of effect: EffectRecord) -> Duration {
        effect.target == ClientChannel.mailTarget ? longestCall : longestPost
    }

    package func reading(_ leases: [EffectLease]) -> [SQL] {
        ReferralCase.reading(Array(Set(leases.compactMap(\.effect.caseID))))
            + ["SELECT registry_version FROM habeas.installation"]
    }

    package func jobs(_ leases: [EffectLease], _ rows: [Rows]) throws -> [Job] {
        let cases = try ReferralCase.cases(rows)
        let registry = registry.current
        // How a client wants to be reached may have changed since this worker last looked.
        guard try rows.last?.only.decode(0, as: Int64.self) == registry.version else { throw RegistryChanged() }
        return leases.map { lease in
            Job(effect: lease.effect, subject: lease.effect.caseID.flatMap { cases[$0] }, registry: registry)
        }
    }

    package func perform(_ job: Job) async -> AttemptVerdict {
        guard let kind = job.effect.kind, let subject = job.subject else { return .refused("no_case") }
        let record = subject.record
        guard K5Gate(lane: record.lane, state: record.state, answerBy: record.answerBy).lets(kind) else {
            return .refused("not_before_decision")
        }
        do {
            return kind.goesToClient
                ? try await tellClient(kind, job.effect, subject, job.registry)
                : try await tellSubject(kind, job.effect, subject, job.registry)
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

    private func tellSubject(
        _ kind: EffectKind,
        _ effect: EffectRecord,
        _ subject: ReferralCase,
        _ registry: Registry
    ) async throws -> AttemptVerdict {
        guard let mail else { return .refused("no_relay") }
        guard let request = try subject.request(with: ring) else { return .refused("no_words") }
        guard let address = request.subjects.first?.mailAddress else { return .refused("no_address") }
        let key = EffectParameters(reading: effect.parameters).key
        let letter = try writer.letter(kind, key: key, subject, request, registry)
        return try await mail.send(MailContent(letter), id: effect.id, to: [address])
    }

    private func tellClient(
        _ kind: EffectKind,
        _ effect: EffectRecord,
        _ subject: ReferralCase,
        _ registry: Registry
    ) async throws -> AttemptVerdict {
        guard let client = subject.record.clientID.flatMap({ registry.client($0) }) else {
            return .refused("no_client")
        }
        let prohibition = subject.record.referralProhibited ?? client.referralProhibited
        if subject.record.lane == .referral, subject.isForbidden(prohibition) {
            // Not parked: the plan takes it back, and plans it anew should the reason go.
            return .retry("referral_prohibited", blamesTarget: false)
        }
        let parameters = EffectParameters(reading: effect.parameters)
        guard let channel = client.channels.first(where: { $0.name == parameters.channel }) else {
            return .refused("no_channel")
        }
        let request = try subject.request(with: ring)
        let message = try writer.message(kind, parameters, effect, subject, request, client, channel, registry)
        return try await channels.send(message, over: channel, publicKey: client.publicKey)
    }
}
