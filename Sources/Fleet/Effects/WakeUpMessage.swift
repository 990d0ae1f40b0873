import AMQP
import FoundationEssentials
import Rights

/// Reads what tells a worker to look at ids: `{"v":1,"ids":[…]}`. Unknown members are skipped unread.
enum WakeUpMessage {
    /// - Returns: the ids; nil where the message is none of ours.
    static func ids(of delivery: Delivery) -> [UUID]? {
        guard !delivery.isTruncated else { return nil }
        let (document, fault) = JSONScanner.scan(delivery.body, maximumDepth: 4)
        guard fault == nil, document.kind(0) == .object, let list = document.member(0, "ids"),
            document.kind(list) == .array
        else { return nil }
        var ids: [UUID] = []
        var index = list + 1
        let end = document.after(list)
        while index < end {
            guard document.kind(index) == .string, let id = UUID(uuidString: document.string(index)) else { return nil }
            ids.append(id)
            index = document.after(index)
        }
        return ids
    }
}
