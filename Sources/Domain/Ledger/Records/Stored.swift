/// Reading back words that this binary or a newer one has stored.
package enum Stored {
    /// The value of a stored word.
    package static func word<Word: RawRepresentable<String>>(_ text: String, _ column: String) throws(StoredWordError)
        -> Word
    {
        guard let word = Word(rawValue: text) else { throw StoredWordError(column: column) }
        return word
    }
}

/// A stored word that this binary does not know: a newer one wrote it, and this row is left to it.
package struct StoredWordError: Error, CustomStringConvertible {
    package let column: String

    package var description: String {
        "a word in \(column) is not known to this version; run a version at least as new as the one that wrote it"
    }
}
