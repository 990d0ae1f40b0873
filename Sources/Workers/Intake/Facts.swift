import FoundationEssentials
import Ledger
import Rights

/// The bodies of evidence rows: codes, ids, dates and keyed digests; never a person.
enum Facts {
    static func opened(
        _ record: CaseFileRecord,
        _ deadlines: [Deadline],
        _ reviews: [ReviewKind],
        event: PreparedEvent,
        warnings: [CaseOpening.Warning],
        gates: [Gate]
    ) -> String {
        JSONWriter.text(capacity: 768) { body in
            origin(of: event, to: &body)
            body.member("kind", record.kind.rawValue)
            body.member("lane", record.lane.rawValue)
            body.member("role", record.role.rawValue)
            body.member("right", record.right)
            body.member("regulation", record.regulation)
            body.member("profile", record.profile)
            body.member("profile_version", record.profileVersion)
            body.member("agreement_version", record.agreementVersion)
            body.member("state", record.state.rawValue)
            body.member("subject_index", record.subjectIndex)
            body.member("group", record.groupID)
            body.member("linked_to", record.linkedTo)
            body.member("anchor_at", record.anchor)
            body.member("received_at", record.receivedAt)
            body.key("deadlines")
            body.array(deadlines) { list, deadline in
                list.object { item in
                    item.member("clock", deadline.rule.clock.rawValue)
                    item.member("due_at", deadline.due)
                    item.member("rule", deadline.rule.id)
                }
            }
            body.member("reviews", reviews.map(\.rawValue))
            body.member("warnings", warnings.map(\.rawValue))
            if !gates.isEmpty { body.member("gates", gates.map(\.rawValue)) }
        }
    }

    static func transition(from before: CaseState, to after: CaseState, event: PreparedEvent) -> String {
        JSONWriter.text(capacity: 768) { body in
            origin(of: event, to: &body)
            body.member("from", before.rawValue)
            body.member("to", after.rawValue)
            switch event.event.payload {
            case .clientDecided(let data): body.member("answer_by", data.answerBy ?? .client)
            case .identityVerified(let data):
                body.member("level", data.level)
                body.member("verified_at", data.verifiedAt)
            case .identityFailed(let data): body.member("reason", data.reason)
            case .restrictionLifted(let data): body.member("lifted_at", data.at)
            default: break
            }
        }
    }

    /// A fact about a subject that no machine decides on.
    static func plain(_ event: PreparedEvent, _ more: (inout JSONWriter) -> Void = { _ in }) -> String {
        JSONWriter.text(capacity: 768) { body in
            origin(of: event, to: &body)
            more(&body)
        }
    }

    static func replay(_ refusal: Refusal?) -> String {
        JSONWriter.text(capacity: 768) { body in
            body.member("field", refusal?.field)
            body.member("fault", refusal?.fault.rawValue)
        }
    }

    /// Which event this came from, by the digest the inbox keeps it under.
    private static func origin(of event: PreparedEvent, to body: inout JSONWriter) {
        body.member("event", event.event.type)
        body.member("inbox", hex(event.inbox.dedupeKey))
        body.member("content", hex(event.inbox.contentDigest))
        body.member("replay_of", event.replayOf?.parkedID)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hex(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[2 * index] = digits[Int(byte >> 4)]
                text[2 * index + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }
}
