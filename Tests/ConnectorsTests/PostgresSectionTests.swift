import Fleet
import Rights
import Testing

@Suite("What the data map says of an own database")
struct PostgresSectionTests {
    private static func read(_ connector: String) throws -> PostgresDescription {
        let lines = connector.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let text = "id: shop\nkind: own\npurposes: [service]\nconnector:\n  kind: postgres\n\(lines)\n"
        let system = try SystemFile.system(text, path: "shop.yaml")
        guard case .postgres(let description) = system.connector else { return PostgresDescription(url: "") }
        return description
    }

    private static func table(_ lines: String) -> String {
        "url: env:SHOP\ntables:\n  - name: users\n    key: id\n"
            + lines.split(separator: "\n").map { "    \($0)\n" }.joined()
    }

    @Test("reads every key")
    func whole() throws {
        let read = try Self.read(
            """
            url: file:/run/secrets/shop
            progress: privacy.habeas_progress
            tenants: {acme: "17"}
            rows_per_second: 5000
            tables:
              - name: shop.users
                key: [id]
                tenant: org
                match: {email: {column: mail, ignore_case: true}, controller_customer_id: id}
                category: profile
                corrections: {name: full_name}
                restricted: frozen
                suppressed: {marketing: no_mail}
                remove_from: {groups: {table: clubs, references: id}, friends: email}
                erase: delete
              - name: clubs
                key: id
                via: {table: accounts, column: owner, references: id}
              - name: accounts
                key: id
                tenant: org
                match: {email: mail}
                erase:
                  columns: {mail: mask, born: deidentify, plan: keep}
            """
        )
        #expect(read.url == "file:/run/secrets/shop")
        #expect(read.progress == "privacy.habeas_progress")
        #expect(read.tenants == ["acme": "17"])
        #expect(read.rowsPerSecond == 5_000)
        let users = try #require(read.table("shop.users"))
        #expect(users.match[.email] == .init("mail", ignoresCase: true))
        #expect(users.match[.controllerCustomerID] == .init("id"))
        #expect(users.removesFrom["friends"] == .init(.identity(.email, ignoresCase: false)))
        #expect(users.removesFrom["groups"] == .init(.row(table: "clubs", references: "id")))
        #expect(users.corrections == ["name": "full_name"])
        #expect(users.deletes)
        let accounts = try #require(read.table("accounts"))
        #expect(!accounts.deletes)
        #expect(accounts.columns == ["mail": .mask, "born": .deidentify, "plan": .keep])
        #expect(read.operations == [.erase, .collect, .rectify, .restrict, .unrestrict, .suppress, .eraseTenant])
        #expect(read.identities == [.controllerCustomerID, .email])
    }

    @Test("deletes what is found through others before those, wherever it is listed")
    func order() throws {
        let read = try Self.read(
            """
            url: env:SHOP
            tables:
              - {name: a, key: id, match: {email: mail}}
              - {name: b, key: id, via: {table: a, column: a, references: id}}
              - {name: c, key: id, via: {table: b, column: b, references: id}}
              - {name: d, key: id, match: {email: mail}}
            """
        )
        #expect(read.inOrder.map(\.name) == ["c", "b", "a", "d"])
    }

    @Test(
        "is refused with the place and what to do",
        arguments: [
            ("url: postgresql://me:secret@host/db\ntables: []", "line 6: connector.url", "is no reference to a secret"),
            ("url: env:SHOP", "connector.tables", "is missing or empty"),
            ("url: env:SHOP\ntabels: []", "line 7: connector.tabels", "is not a key"),
            (table("match: {mail: mail}"), "connector.tables.match.mail", "is no type of identity"),
            (table("category: profile"), "connector.tables.match", "nobody's rows are found"),
            (table("via: {table: orders, column: a, references: b}"), "connector.tables.via", "not in the list"),
            (table("via: {table: users, column: a, references: b}"), "connector.tables.via", "leads back"),
            (table("match: {email: mail}\nerase: mask"), "connector.tables.erase", "is no way to erase"),
            (table("match: {email: mail}\nerase: {columns: {mail: hide}}"), "erase.columns.mail", "not a word"),
            (table("match: {email: mail}\nerase: {columns: {name: mask}}"), "connector.tables.erase", "still identify"),
            (table("match: {email: mail}\nerase: {columns: {mail: keep}}"), "erase.columns", "keeps everything"),
            (table("match: {email: id}\nerase: {columns: {id: mask}}"), "connector.tables.erase", "of the key"),
            (table("match: {email: mail}\nremove_from: {list: {field: x}}"), "remove_from.list.identity", "is missing"),
            (table("match: {email: mail}\nsuppressed: {spam: no_mail}"), "suppressed.spam", "is no scope"),
            (table("match: {email: mail}") + "  - {name: users, key: id, match: {email: m}}", "name", "is there twice"),
            (
                table("match: {email: mail}\ntenant: org")
                    + "  - {name: a, key: id, match: {email: m}, via: {table: users, column: u, references: id}}",
                "connector.tables.tenant", "other tables have it"
            ),
            (
                table("match: {email: mail}\ntenant: org") + "  - {name: a, key: id, match: {email: m}}",
                "connector.tables.tenant", "other tables have it"
            ),
            (
                """
                url: env:SHOP
                tables:
                  - {name: a, key: id, via: {table: b, column: b, references: id}}
                  - {name: b, key: id, via: {table: a, column: a, references: id}}
                """, "connector.tables.via", "leads back"
            ),
        ]
    )
    func faults(text: String, place: String, fault: String) throws {
        let found = try #require(throws: PolicyFault.self) { try Self.read(text) }
        #expect(found.place.contains(place))
        #expect(found.fault.contains(fault))
        #expect(!found.remedy.isEmpty)
        #expect(!"\(found)".contains("secret@"))
    }
}
