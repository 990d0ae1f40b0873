import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A request as its client may see it: what it needs to decide, with the dates and the articles they come from.
struct ReferredRequest: Sendable {
    private struct Clock {
        let name: String
        let due: Date?
        let source: String
        let state: String
    }

    private let record: CaseFileRecord
    private let request: RequestSubmitted?
    /// Fields of free text that are not shown (A3).
    private let withheld: [String]
    private let clocks: [Clock]

    /// - Parameters:
    ///   - payload: what was asked; nil where it is erased by now.
    ///   - clocks: name, date, source and state of each.
    ///   - hasAgreement: whether the client has a business associate agreement.
    init(_ record: CaseFileRecord, payload: EventPayload?, clocks: Rows, hasAgreement: Bool) throws {
        self.record = record
        var withheld: [String] = []
        var shown = payload
        if FreeText.isWithheld(hasHealthData: record.hasHealthData, hasAgreement: hasAgreement), let payload {
            (shown, withheld) = payload.withoutFreeText
        }
        self.withheld = withheld
        if case .requestSubmitted(let request) = shown { self.request = request } else { request = nil }
        self.clocks = try clocks.decode(String.self, Date?.self, String.self, String.self)
            .map { Clock(name: $0.0, due: $0.1, source: $0.2, state: $0.3) }
    }

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { body in
            body.member("id", record.id)
            body.member("state", record.state.rawValue)
            body.member("state_since", record.stateSince)
            body.member("right", record.right)
            body.member("opt_out_of", request?.optOutOf ?? [])
            body.member("regulation", record.regulation)
            body.member("country", record.country)
            body.member("submitted_at", record.submittedAt)
            body.member("received_at", record.receivedAt)
            body.member("minor_under_13", record.isMinor ? true : nil)
            body.member("their_reference", record.reference)
            body.member("answer_by", record.answerBy)
            body.member("refusal", record.refusal)
            body.member("article", record.refusal?.source)
            body.member("answered_by_request", record.linkedTo)
            body.member("decision_possible", DecisionCheck.problem(record) == nil)
            body.key("deadlines")
            body.array(clocks) { list, clock in
                list.object { item in
                    item.member("clock", clock.name)
                    item.member("due_at", clock.due)
                    item.member("article", clock.source)
                    item.member("state", clock.state)
                }
            }
            if let request {
                body.key("subject")
                body.object(request.writePerson)
            }
            body.member("withheld", withheld)
        }
        return writer.bytes
    }
}
