import Testing

@testable import Rights

@Suite("The least that answers a demand")
struct DisclosureScopeTests {
    private static func database(_ categories: String?...) -> ConnectorDescription {
        var description = PostgresDescription(url: "env:DB")
        description.tables = categories.enumerated().map { index, category in
            var table = PostgresDescription.Table("t\(index)", key: ["id"])
            table.match = [.email: PostgresDescription.Match("email")]
            table.category = category
            return table
        }
        return .postgres(description)
    }

    private static let systems: [DataSystem] = [
        .sample("db", .own, database("contacts", "invoices")), .sample("mixed", .own, database("contacts", nil)),
        .sample("desk", .own, .manual), .sample("backup", .backup), .sample("shop", .clientIntegration),
        .sample("other", .own, database("contacts", "invoices")) { $0.clients = ["globex"] },
        .sample("hr", .own, .manual) { $0.categories = ["payroll"] },
    ]

    private static func fault(_ systems: [String], _ categories: [String]) -> DisclosureFault? {
        do throws(DisclosureFault) {
            try DisclosureScope(systems: systems, categories: categories).check(
                against: Self.systems,
                of: .endUser,
                client: "acme"
            )
            return nil
        } catch { return error }
    }

    @Test(
        "K23: names that stand for everything, for nothing or for nowhere are refused, each with its place and a remedy",
        arguments: [
            ([], ["contacts"], "systems"), (["db"], [], "categories"), (["*"], ["contacts"], "systems"),
            (["db"], ["*"], "categories"), (["db", "d*"], ["contacts"], "systems"),
            (["db", "db"], ["contacts"], "systems"), (["nowhere"], ["contacts"], "systems[1]"),
            (["db", "backup"], ["contacts"], "systems[2]"), (["shop"], ["contacts"], "systems[1]"),
            (["db", "other"], ["contacts"], "systems[2]"), (["db", "hr"], ["contacts"], "systems[2]"),
            (["db"], ["contacts", "payroll"], "categories[2]"),
        ] as [([String], [String], String)]
    )
    func refused(_ systems: [String], _ categories: [String], _ field: String) {
        let fault = Self.fault(systems, categories)
        #expect(fault?.field == field)
        #expect(fault?.fault.isEmpty == false && fault?.remedy.isEmpty == false)
    }

    @Test("K23: whoever can tell the named categories from the rest is asked for them; else a person is")
    func parts() {
        func part(_ system: Int, _ categories: String...) -> DisclosureScope.Part {
            DisclosureScope(systems: ["db"], categories: categories).part(of: Self.systems[system])
        }
        #expect(part(0, "contacts", "invoices") == .whole)
        #expect(part(0, "contacts") == .only(["contacts"]))
        // A table of which nobody said what it holds.
        #expect(part(1, "contacts") == .byPerson(["contacts"]))
        #expect(part(2, "contacts") == .byPerson(["contacts"]) && part(2, "contacts", "invoices") == .whole)
        #expect(Self.fault(["db", "mixed", "desk"], ["contacts"]) == nil)
    }

    @Test("K23: the plan has the named systems and no other, and says of each what is collected and nothing else")
    func plan() throws {
        let scope = DisclosureScope(systems: ["mixed", "db"], categories: ["contacts"])
        let facts = FanOutPlanTests.facts(.collect) {
            $0.kind = .disclosure
            $0.scope = scope
        }
        let plan = try FanOutPlan(facts, systems: Self.systems)
        #expect(plan.lines.map(\.system.id) == ["db", "mixed"])
        #expect(plan.lines.map(\.way) == [.connector, .person])
        #expect(plan.lines.map(\.note) == [nil, .categoriesByPerson])
        #expect(plan.lines.allSatisfy { $0.only == ["contacts"] && $0.operation == .collect })
        let whole = FanOutPlanTests.facts(.collect) {
            $0.kind = .disclosure
            $0.scope = DisclosureScope(systems: ["db"], categories: ["contacts", "invoices"])
        }
        #expect(try FanOutPlan(whole, systems: Self.systems).lines.map(\.only) == [nil])
    }
}
