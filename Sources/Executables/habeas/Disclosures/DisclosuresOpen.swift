import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas disclosures open`
struct DisclosuresOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Enters an authority's demand for data; nothing is done before two people have approved it.",
        discussion: """
            From a YAML file, from options, or from both; an option counts more than the file. People are never named on the command \
            line: they stand in the file, or in one of their own as lines `type value`, with an empty line between two people. Each \
            gets a request of its own. A `*` names nothing: what is handed over is named one by one. It needs the key file.

            Example, demand.yaml:
              client: acme
              authority: Amtsgericht Tiergarten
              country: DE
              kind: court
              law: StPO
              article: "§ 95, 98"
              reference: 349 Gs 12/26
              reviewer: legal
              received_at: 2026-12-01T09:00:00Z
              due_at: 2026-12-15T16:00:00Z
              delivery: registry of the court, on an encrypted medium
              systems: [helpdesk]
              categories: [tickets]
              people:
                - identities: [{type: email, value: ada@example.org}]
              client_term: 3 business_days
              prohibition: {reason: "§ 95a StPO", until: 2027-06-01T00:00:00Z}

              habeas disclosures open --file demand.yaml
              echo "email ada@example.org" | habeas disclosures open --file demand.yaml --identity-file -
            """
    )

    @Option(help: ArgumentHelp("The demand as YAML; - for standard input.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("People, as lines `type value`; - for standard input.", valueName: "file"))
    var identityFile: String?

    @Option(help: "Whose data they are: the controller.")
    var client: String?

    @Option(help: "The statement whose clocks hold, where several could.")
    var profile: String?

    @Option(help: "What the people are to the vendor: end_user, client_user, visitor, unknown.")
    var relationship: String?

    @Option(help: "The authority's name. No personal data.")
    var authority: String?

    @Option(help: "Its country, ISO 3166.")
    var country: String?

    @Option(help: ArgumentHelp("court, prosecutor, police, regulator, tax_office, other.", valueName: "kind"))
    var kind: String?

    @Option(help: "The law that obliges the vendor.")
    var law: String?

    @Option(help: "Where in it.")
    var article: String?

    @Option(help: "The authority's own reference. No personal data.")
    var reference: String?

    @Option(help: "Who has read the demand; a role.")
    var reviewer: String?

    @Option(help: ArgumentHelp("When it came.", valueName: "time"))
    var receivedAt: String?

    @Option(help: ArgumentHelp("The authority's own date.", valueName: "time"))
    var dueAt: String?

    @Option(help: "Who fetches the data, and in which way; a role.")
    var delivery: String?

    @Option(help: "A system of the data map, by its id; once for each.")
    var system: [String] = []

    @Option(help: "A category of the data map; once for each.")
    var category: [String] = []

    @Option(help: ArgumentHelp("How long the client has to object; 3 business_days.", valueName: "period"))
    var clientTerm: String?

    @Option(help: "What forbids that the client is told.")
    var prohibition: String?

    @Option(help: ArgumentHelp("Until when it does, if that is known.", valueName: "time"))
    var prohibitedUntil: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard file != "-" || identityFile != "-" else {
            throw ValidationError("--identity-file: is standard input, and so is --file; give one of them by its path")
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let draft = try draft()
        let open = DisclosureOpen(
            client: try draft.text("client"),
            profile: draft.profile,
            demand: try draft.demand(),
            people: draft.people,
            ring: try KeyRing(file: configuration.required(.keysFile))
        )
        guard !open.people.isEmpty else {
            throw Failure("people", "are missing", "name them in the file, or in one given by --identity-file")
        }
        let rows = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await open.run(on: $0) }
        }
        if common.json {
            StandardOutput.write([
                "disclosure": JSONValue(rows[0].demandID), "client": .string(open.client),
                "requests": JSONValue(rows.map(\.caseID.lowercaseText)), "due_at": JSONValue(open.demand.dueAt),
                "needs": .integer(ReviewKind.disclosure.approvals),
            ])
        } else {
            let people = rows.count == 1 ? "one person" : "\(rows.count) people"
            StandardOutput.write(
                "\(rows[0].demandID.text): \(people) of \(open.client), due \(open.demand.dueAt.short); two people have to approve it"
            )
        }
    }

    private func draft() throws -> DemandDraft {
        var draft = try file.map { try DemandDraft(path: $0) } ?? DemandDraft()
        for (field, text) in [
            ("client", client), ("profile", profile), ("relationship", relationship), ("authority", authority),
            ("country", country), ("kind", kind), ("law", law), ("article", article), ("reference", reference),
            ("reviewer", reviewer), ("received_at", receivedAt), ("due_at", dueAt), ("delivery", delivery),
            ("client_term", clientTerm), ("prohibition.reason", prohibition), ("prohibition.until", prohibitedUntil),
        ] { draft.set(field, text) }
        if !system.isEmpty { draft.systems = system }
        if !category.isEmpty { draft.categories = category }
        if let identityFile {
            draft.people = try IdentityFile(path: identityFile, limit: DemandDraft.mostPeople).people
        }
        return draft
    }
}
