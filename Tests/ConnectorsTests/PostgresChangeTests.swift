import Fleet
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("A correction, a restriction and a stop in an own database", .database)
struct PostgresChangeTests {
    private typealias Fixture = PostgresFixture

    private static let people = """
        INSERT INTO account (client, email, customer, name) VALUES ('ACME', 'ada@example.com', 'C-1', 'Adda'),
          ('ACME', 'bob@example.com', 'C-2', 'Bob'), ('other', 'ada@example.com', 'C-1', 'Adda');
        INSERT INTO survey (client, id, email, phone) VALUES ('ACME', 1, 'ada@example.com', '+493012345678');
        """

    @Test("Y4: corrects the columns that the data map names, also the one by which the person was found")
    func rectifies() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.people)
        let identities = [try Fixture.email("ada@example.com"), try Fixture.identity(.controllerCustomerID, "C-1")]
        let corrections = [
            Correction(field: "name", value: "Ada"), Correction(field: "email", value: "ada@new.example"),
        ]
        let order = fixture.order(.rectify, of: identities, corrections: corrections)
        let before = await fixture.connector.perform(
            fixture.order(.rectify, .verify, of: identities, corrections: corrections)
        )
        #expect(before.findings.stillThere == 1)
        let report = await fixture.connector.perform(order)
        #expect(report.verdict == .done())
        #expect(report.findings.rows("public.account", "corrected") == 1)
        #expect(await fixture.connector.perform(order).findings == report.findings)
        let after = await fixture.connector.perform(
            fixture.order(.rectify, .verify, of: identities, corrections: corrections)
        )
        #expect(after.findings.stillThere == 0)
        #expect(after.findings.level == .reRead)
        #expect(
            try await fixture.number("SELECT count(*) FROM account WHERE name = 'Ada' AND email = 'ada@new.example'")
                == 1
        )
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE name = 'Adda'") == 1)
        await fixture.connector.close()
    }

    @Test("Y4: what has no column is refused as a whole")
    func unknownField() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.people)
        let corrections = [Correction(field: "name", value: "Ada"), Correction(field: "shoe_size", value: "38")]
        let report = await fixture.connector.perform(
            fixture.order(.rectify, of: [try Fixture.email("ada@example.com")], corrections: corrections)
        )
        #expect(report.verdict == .refused("field_unknown"))
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE name = 'Ada'") == 0)
        await fixture.connector.close()
    }

    @Test("restricts and lifts, and knows each by reading again")
    func restricts() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.people)
        let identities = [try Fixture.email("ada@example.com")]
        for (operation, flagged, action) in [
            (TargetOperation.restrict, 1, "restricted"), (.unrestrict, 0, "unrestricted"),
        ] {
            let before = await fixture.connector.perform(fixture.order(operation, .verify, of: identities))
            #expect(before.findings.stillThere == 1)
            let report = await fixture.connector.perform(fixture.order(operation, of: identities))
            #expect(report.findings.rows("public.account", action) == 1)
            let after = await fixture.connector.perform(fixture.order(operation, .verify, of: identities))
            #expect(after.findings.stillThere == 0)
            #expect(try await fixture.number("SELECT count(*) FROM account WHERE restricted") == flagged)
        }
        await fixture.connector.close()
    }

    @Test("stops what the system knows of the scopes, and refuses where it knows none of them")
    func suppresses() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.people)
        let identities = [try Fixture.email("ada@example.com")]
        let scopes = ["sale", "marketing"]
        let report = await fixture.connector.perform(fixture.order(.suppress, of: identities, suppresses: scopes))
        #expect(report.verdict == .done())
        #expect(report.findings.rows("public.account", "suppressed") == 1)
        let after = await fixture.connector.perform(
            fixture.order(.suppress, .verify, of: identities, suppresses: scopes)
        )
        #expect(after.findings.stillThere == 0)
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE no_marketing IS NOT NULL") == 1)
        let other = await fixture.connector.perform(fixture.order(.suppress, of: identities, suppresses: ["sale"]))
        #expect(other.verdict == .refused("scope_unknown"))
        await fixture.connector.close()
    }
}
