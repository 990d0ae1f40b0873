/// An exchange of the topology; always durable.
package struct DeclaredExchange: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case topic, direct, fanout
    }

    package let name: String
    package let kind: Kind
    /// Only the broker itself publishes to it.
    package let isInternal: Bool
    package let arguments: [String: ArgumentValue]

    init(_ name: String, _ kind: Kind, isInternal: Bool = false, alternate: String? = nil) {
        self.name = name
        self.kind = kind
        self.isInternal = isInternal
        arguments = alternate.map { ["alternate-exchange": .text($0)] } ?? [:]
    }
}
