import Foundation
import Rights
import Testing

@Suite("The people of an incident")
struct AffectedPeopleTests {
    private static func read(_ text: String) throws -> AffectedPeople {
        try AffectedPeople(reading: Array(text.utf8), at: "list")
    }

    @Test("Each person counts once, by whatever of what it alone is known by it is listed, however that is spelt")
    func once() throws {
        let people = try Self.read(
            #"""
            [{"type":"email","value":"Ann@Example.org"},{"type":"phone","value":"+49 30 1234567"},
             {"identities":[{"type":"email","value":"ann@example.ORG"},{"type":"phone","value":"0049301234567"}],
              "contact":{"email":"ann@example.org","name":"Ann Example"}},
             {"type":"controller_customer_id","value":"c-2"}]
            """#
        )
        #expect(people.count == 2 && people.people.count == 2)
        #expect(people.people.first?.identities.count == 2)
        #expect(people.people.first?.contact?.name == "Ann Example")
    }

    @Test(
        "A name or an address of a network makes nobody somebody else; only where all of it is the same is it one person"
    )
    func faint() throws {
        let people = try Self.read(
            #"""
            [{"type":"name","value":"Ann Example"},{"type":"name","value":"ann  example"},
             {"identities":[{"type":"name","value":"Ann Example"},{"type":"email","value":"ann@example.org"}]},
             {"identities":[{"type":"name","value":"Ann Example"},{"type":"email","value":"other@example.org"}]},
             {"identities":[{"type":"name","value":"Ann Example"},{"type":"ip_address","value":"192.0.2.7"}]}]
            """#
        )
        #expect(people.count == 4)
    }

    @Test("Further lists add who was not known before, in any order")
    func join() throws {
        let lists = [
            #"[{"type":"email","value":"a@example.org"},{"type":"email","value":"b@example.org"}]"#,
            #"[{"identities":[{"type":"email","value":"b@example.org"},{"type":"phone","value":"+49301234567"}]}]"#,
            #"[{"type":"phone","value":"+49301234567"},{"type":"email","value":"c@example.org"}]"#,
        ]
        for order in [lists, lists.reversed()] {
            var people = AffectedPeople()
            for list in order { people.join(try Self.read(list)) }
            #expect(people.count == 3)
        }
    }

    @Test(
        "What is no such list is refused, and where in it",
        arguments: [
            ("no", "list", FaultCode.notJSON), ("{}", "list", .wrongType), ("[]", "list", .empty),
            (
                #"[{"type":"email","value":"a@example.org"},{"type":"email","value":"canary"}]"#, "list[1].value",
                .badEmail
            ),
            (#"[{"identities":[{"type":"telex","value":"canary"}]}]"#, "list[0].identities[0].type", .notInList),
            (#"[7]"#, "list[0]", .wrongType), (#"[{"value":"canary"}]"#, "list[0].type", .missing),
        ]
    )
    func refused(_ text: String, _ field: String, _ fault: FaultCode) throws {
        let error = #expect(throws: EventFault.self) { try Self.read(text) }
        #expect(error?.field == field && error?.fault == fault)
        #expect(error?.remedy.contains("canary") == false)
    }
}
