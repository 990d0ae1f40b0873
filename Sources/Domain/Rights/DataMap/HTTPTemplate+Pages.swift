extension HTTPTemplate {
    /// The path without the query's parameter that the cursor is the value of: that of a first page, which has none. Nil where the
    /// cursor is not there, there twice, or no whole value of a parameter.
    package var firstPage: HTTPTemplate? {
        let places = pieces.indices.filter { pieces[$0] == .place(.cursor) }
        guard let place = places.first, places.count == 1, place > 0, case .text(let before) = pieces[place - 1],
            let parameter = before.lastIndex(where: { $0 == "?" || $0 == "&" }), before.hasSuffix("="),
            before[before.index(after: parameter)...].dropLast().allSatisfy({ $0 != "=" }),
            before.index(after: parameter) < before.index(before: before.endIndex)
        else { return nil }
        var after = ""
        var rest = pieces[(place + 1)...]
        if let next = rest.popFirst() {
            guard case .text(let text) = next, text.hasPrefix("&") else { return nil }
            after = text
        }
        let joined: String
        if before[parameter] == "?", !after.isEmpty {
            joined = String(before[...parameter]) + after.dropFirst()
        } else {
            joined = String(before[..<parameter]) + after
        }
        return HTTPTemplate(pieces: Array(pieces[..<(place - 1)]) + [.text(joined)] + rest)
    }
}
