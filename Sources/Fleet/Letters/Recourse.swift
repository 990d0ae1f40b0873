/// What a person can do beside what they have asked for, as letters say it (Y7; GDPR Art. 15(1)(e), (f)).
package struct Recourse: Sendable, Hashable {
    /// The rights that the law gives; nil where there are no words for it.
    package let rights: String?
    /// That they may complain, and where: a line each.
    package let complaints: [String]
}
