import FoundationEssentials
import Rights

/// What an operator's `parked replay` sends to intake: ids of parked messages.
struct ReplayRequest {
    let parkedIDs: [UUID]

    init(reading body: [UInt8]) throws(EventFault) {
        let (document, fault) = JSONScanner.scan(body, maximumDepth: 2)
        guard fault == nil, document.kind(0) == .object, let list = document.member(0, "replay"),
            document.kind(list) == .array
        else { throw ReplayRequest.malformed }
        var ids: [UUID] = []
        var index = list + 1
        let end = document.after(list)
        while index < end {
            guard document.kind(index) == .string, let id = UUID(uuidString: document.string(index)) else {
                throw ReplayRequest.malformed
            }
            ids.append(id)
            index = document.after(index)
        }
        parkedIDs = ids
    }

    private static let malformed = EventFault(.badFormat, at: "replay", remedy: "Send a list of parked messages' ids.")
}
