/// Why a script is refused: place, fault and remedy in one sentence.
package struct ScriptFault: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ place: String, _ fault: String, _ remedy: String) {
        description = "\(place) \(fault); \(remedy)"
    }
}
