/// Why a letter cannot be written: the field, what is wrong with it, what to do. Never holds a value.
package struct LetterFault: Error, Sendable, Hashable, CustomStringConvertible {
    package let kind: LetterKind
    package let field: LetterField
    package let fault: String
    package let remedy: String

    package var description: String { "letter \(kind.rawValue): \(field.rawValue) \(fault); \(remedy)" }
}
