import FoundationEssentials
import Rights

/// All that a bundle says about itself and about what it holds. Known before the first row is read; no row is in it.
///
/// Texts may hold whatever people wrote: they are escaped where they are shown, and no name in the archive is made of them
/// but from what is safe in a section's ``BundleSection/dataset``.
struct BundleDescription: Sendable, Hashable {
    let caseID: UUID
    /// The controller whose customer the person is; the same as ``processor`` for a person of its own.
    let client: String
    /// Who made the bundle.
    let processor: String
    let right: Right
    /// What an authority demands, of a bundle that one gets and not the person (K23).
    var disclosure: DisclosureDemand?
    /// What the list is, of a bundle that an incident's client gets.
    var list: PeopleListNotice?
    let regulation: Regulation
    /// The day on which the person asked.
    let submittedOn: CivilDate
    /// Unix seconds: the moment as of which the bundle speaks. All entries of the archive carry it, so that equal data make
    /// equal bytes; whoever makes a bundle anew passes the same.
    let time: Int64
    /// Of what people read in it.
    var language = BundleLanguage.english
    var sections: [BundleSection] = []
    var files: [BundleFile] = []
    var gaps: [BundleGap] = []
    /// What else the person can ask for, a line each (GDPR Art. 15(1)(e)).
    var rights: [String] = []
    /// Where they can complain, a line each (Art. 15(1)(f)).
    var complaints: [String] = []
    /// What is decided about them by machines alone, a line each (Art. 15(1)(h)).
    var automatedDecisions: [String] = []

    /// Whether it is a copy that a person gets of their own data.
    var isCopy: Bool { disclosure == nil && list == nil }
}

/// A list of the people whom an incident concerns, as the bundle speaks of it.
struct PeopleListNotice: Sendable, Hashable {
    /// From 1, counted for its client alone.
    let number: Int
    /// Where it is written that the client gets it, or has to tell them, law by law; none where no law is known to bind it.
    let articles: [String]
}

/// One set of rows: a table, or what one endpoint of a system gave.
struct BundleSection: Sendable, Hashable {
    /// A column that is not handed over as it is, and why.
    struct Withheld: Sendable, Hashable {
        let column: String
        let reason: String
    }

    /// The system's id in the data map.
    let system: String
    let systemTitle: String
    let kind: SystemKind
    /// Who runs the system.
    var company: String?
    /// Where the data are, ISO 3166-1.
    var region: String?
    /// What protects them there, for a third country (Art. 15(2)).
    var safeguards: String?
    /// `public.tickets`, or an endpoint's name.
    let dataset: String
    /// What the page calls it where that is a word of ours for machines.
    var shownAs: String?
    let category: String
    var purposes: [String] = []
    /// How long they are kept, or by what that is decided, in words.
    var retention: String?
    var recipients: [String] = []
    /// Where they come from, if not from the person (Art. 15(1)(g)), in words.
    var source: String?
    /// Members of the rows in the order in which the tables show them. A member that is none of these is in the JSON only.
    let columns: [String]
    /// What the page calls columns whose names are words for machines.
    var headings: [String: String] = [:]
    var withheld: [Withheld] = []
    /// As many as the source gives, or the bundle fails.
    let rows: Int
}

/// A file that belongs to a section.
struct BundleFile: Sendable, Hashable {
    /// As its owner called it: any text at all.
    let name: String
    let mediaType: String
    /// In bytes; the source gives as many, or the bundle fails.
    let size: Int
    /// Index in ``BundleDescription/sections``.
    let section: Int
}

/// A system whose data are not in the bundle.
struct BundleGap: Sendable, Hashable {
    /// The system's id in the data map.
    let system: String
    let title: String
    /// A word of a closed list.
    let reason: String
    /// The same for the person who reads it.
    let sentence: String
}
