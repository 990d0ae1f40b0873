import Ledger
import Rights

extension KeyedDigest {
    /// What one person of a request asks for, at whose client, as whom: equal where a second request asks the same of us.
    ///
    /// The words of the message are no part of it: who asks again says it differently.
    ///
    /// - Parameter lookups: the look-up hashes of all that the person is known by.
    func ask(_ request: RequestSubmitted, client: Client?, lookups: [[UInt8]]) -> [UInt8] {
        var parts: [[UInt8]] = []
        func add(_ words: String...) { for word in words { parts.append(Array(word.utf8)) } }
        func add(list: [[UInt8]]) {
            parts.append(Array(String(list.count).utf8))
            parts += list
        }
        add(client?.id ?? "", client == nil ? request.clientNamed ?? "" : "")
        add(request.right.rawValue, request.regulation.rawValue, request.relationship.rawValue)
        add(request.submittedBy.rawValue, request.minorUnder13 ? "minor" : "", request.healthData ? "health" : "")
        add(request.country ?? "", request.format?.rawValue ?? "", request.recipient?.name ?? "")
        add(request.recipient?.endpoint ?? "")
        add(list: lookups.sorted { $0.lexicographicallyPrecedes($1) })
        add(list: request.optOutOf.map(\.rawValue).sorted().map { Array($0.utf8) })
        add(list: request.scope.sorted().map { Array($0.utf8) })
        add(list: request.corrections.flatMap { [Array($0.field.utf8), Array($0.value.utf8)] })
        return digest(.ask, parts)
    }
}
