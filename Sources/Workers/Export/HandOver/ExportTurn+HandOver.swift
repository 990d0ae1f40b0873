import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Portability goes on after the copy: to the controller that the person has named (GDPR Art. 20(2), Y5). The request is answered when
/// that has it, or when a person has said that the copy by itself has to do.
extension ExportTurn {
    /// Attempts that fail: about three days.
    private static let handOverAttempts = 80

    mutating func handOver(_ desk: inout CaseDesk) throws {
        guard let ready = export, ready.state == .ready, let bundle = ready.bundle else { return }
        let before = ready.handOver
        let efforts = desk.effects(of: id).filter { $0.kind == .exportHandOver }
        let step = try HandOverStep(
            before?.state,
            // What has arrived has arrived, whichever effort it was.
            effort: efforts.last { $0.state == .done } ?? efforts.last,
            isAsked: facts.isAsked(.handOverStuck),
            word: facts.lastWord(.handOverStuck)
        ) { try wish(desk) }
        switch step {
        case .wait: return
        case .answer: answer(isComplete: bundle.gaps == 0, &desk)
        case .begin(let receiver):
            note(ExportRecord.HandOver(.underWay, receiver: receiver))
            plan(.exportHandOver, to: DataSystem.target(of: receiver), attempts: Self.handOverAttempts, &desk)
        case .ask(let reason, let receiver):
            note(ExportRecord.HandOver(.asked, receiver: receiver ?? before?.receiver))
            desk.record("export.hand_over_stuck", of: id) { body in
                body.member("export", ready.id)
                body.member("receiver", receiver ?? before?.receiver)
                body.member("reason", reason)
            }
            desk.edit(id) { record, changes in changes.review(.handOverStuck, of: record) }
        case .done(let at):
            note(ExportRecord.HandOver(.done, receiver: before?.receiver, doneAt: at))
            desk.record("export.handed_over", of: id) { body in
                body.member("export", ready.id)
                body.member("receiver", before?.receiver)
                body.member("bytes", bundle.bytes)
                body.member("sha256", bundle.sha256)
                body.member("at", at)
            }
            if facts.isAsked(.handOverStuck) {
                desk.edit(id) { record, changes in
                    changes.reviews.dismiss(.handOverStuck, case: record.id, at: changes.now)
                }
            }
            answer(isComplete: bundle.gaps == 0, &desk)
        case .leave:
            for effort in efforts where !effort.state.isFinal { desk.cancel(effort, because: "left_by_person") }
            note(ExportRecord.HandOver(.left, receiver: before?.receiver))
            desk.record("export.hand_over_left", of: id) { body in
                body.member("export", ready.id)
                body.member("receiver", before?.receiver)
            }
            answer(isComplete: false, &desk)
        }
    }

    /// Whom the request means. Its words are opened for this, and an address in them is compared and never called.
    private func wish(_ desk: CaseDesk) throws -> HandOverStep.Wish {
        guard facts.record.right == .portability, let secret = read.secrets[id] else { return .none }
        let payload = try EventPayload(stored: try secret.opened(for: id, with: ring))
        guard case .requestSubmitted(let request) = payload, let recipient = request.recipient else { return .none }
        let system = DataSystem.receiver(
            meantBy: recipient,
            of: facts.record.relationship ?? .unknown,
            client: facts.record.clientID,
            among: desk.registry.systems
        )
        guard let system else { return .obstacle("receiver_unknown", receiver: nil) }
        let client = facts.record.clientID.flatMap { desk.registry.client($0) }
        let day = (client?.place ?? desk.registry.atlas.place(facts.record.country)).day(of: now)
        guard let flag = system.flags(for: client, on: day).first(where: \.isBlocking) else {
            return .receiver(system.id)
        }
        return .obstacle(flag.rawValue, receiver: system.id)
    }
}
