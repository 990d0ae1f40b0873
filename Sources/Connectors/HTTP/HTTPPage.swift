import Outbound
import Rights

/// One page of what is copied: its records, and where the next one is.
struct HTTPPage {
    /// As rows of a copy.
    let rows: [[UInt8]]
    /// An address, or a cursor where the call goes by one; nil behind the last page.
    let next: String?

    /// - Throws: where it is not what its description says. A description that looks in the wrong place would hand nothing over,
    ///   ever, or the first page for the whole.
    init(
        _ reply: HTTPReply,
        _ reading: HTTPReading,
        of call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String]
    ) throws(HTTPObstacle) {
        guard let document = reading.document, !document.tape.isEmpty else { throw .badReply(reply.status) }
        let lists = document.values(at: call.items ?? "$")
        guard !lists.isEmpty else { throw .badReply(reply.status) }
        let match = HTTPMatch(call, values)
        var rows: [[UInt8]] = []
        for list in lists {
            let items: [Int]
            switch document.kind(list) {
            case .array: items = document.items(of: list)
            // A single record.
            case .object: items = [list]
            case .null: items = []
            case .string, .number, .true, .false: throw .badReply(reply.status)
            }
            rows += items.filter { match.takes($0, of: document) }.map { document.row($0) }
        }
        self.rows = rows
        next = try Self.next(reply, document, call)
    }

    private static func next(
        _ reply: HTTPReply,
        _ document: JSONDocument,
        _ call: HTTPDescription.Call
    ) throws(HTTPObstacle) -> String? {
        if let place = call.more {
            switch document.values(at: place).first.map({ document.kind($0) }) {
            case .true: break
            case .false: return nil
            default: throw .badReply(reply.status)
            }
        }
        var next: String?
        if let header = call.nextHeader {
            next = header.lowercased() == "link" ? link(reply) : reply.header(header)
        } else if let place = call.next, let value = document.values(at: place).first {
            switch document.kind(value) {
            case .string, .number: next = document.text(value)
            case .null, .false: next = nil
            case .true, .object, .array: throw .badReply(reply.status)
            }
        }
        if next?.isEmpty ?? true {
            guard call.more == nil else { throw .badReply(reply.status) }
            return nil
        }
        return next
    }

    /// The address whose relation is `next` (RFC 8288).
    private static func link(_ reply: HTTPReply) -> String? {
        for header in reply.headers where header.name.lowercased() == "link" {
            for link in header.value.matches(of: /<([^<>]*)>((?:\s*;(?:"[^"]*"|[^,;<>"])*)*)/) {
                let relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/.ignoresCase()
                guard let found = link.output.2.firstMatch(of: relation)?.output else { continue }
                let words = (found.1 ?? found.2 ?? "").split { $0 == " " || $0 == "\t" }
                if words.contains(where: { $0.lowercased() == "next" }) { return String(link.output.1) }
            }
        }
        return nil
    }
}
