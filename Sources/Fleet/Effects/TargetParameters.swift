package import FoundationEssentials
import Rights

/// What an effect of the erasure worker is told: which part of which case it is for.
package struct TargetParameters: Hashable, Sendable {
    package let target: UUID

    package init(target: UUID) { self.target = target }

    /// Nil for one that this version did not write.
    package init?(reading text: String) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 2)
        guard fault == nil, document.kind(0) == .object, let index = document.member(0, "target"),
            document.kind(index) == .string, let id = UUID(uuidString: document.string(index))
        else { return nil }
        target = id
    }

    /// As it is stored: a JSON object.
    package var text: String {
        var writer = JSONWriter(capacity: 64)
        writer.object { $0.member("target", target) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
