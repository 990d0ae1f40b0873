/// A queue's binding to an exchange, without arguments.
package struct DeclaredBinding: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let exchange: String
    package let queue: String
    package let key: String

    package init(_ queue: String, to exchange: String, key: String) {
        self.queue = queue
        self.exchange = exchange
        self.key = key
    }

    package var description: String { "\(queue) to \(exchange) by \(key.isEmpty ? "no key" : key)" }

    package static func < (left: DeclaredBinding, right: DeclaredBinding) -> Bool {
        (left.queue, left.exchange, left.key) < (right.queue, right.exchange, right.key)
    }
}
