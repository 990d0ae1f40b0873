import Rights
import Testing
import Yams

@Suite("The published description, the types and the examples say the same")
struct AsyncAPITests {
    private let document: Tree

    init() throws {
        let text = String(decoding: try Sample.published("asyncapi.yaml"), as: UTF8.self)
        document = Tree(try #require(try Yams.compose(yaml: text)))
    }

    @Test("It is AsyncAPI 3 and describes every event, every task and every outcome, and nothing else")
    func describesAll() throws {
        #expect(document["asyncapi"]?.string == "3.0.0")
        let events = EventType.allCases.map(\.name)
        let outcomes = OutcomeType.allCases.map(\.name)
        let messages = try #require(document.at("components.messages")).members
        let tasks = TaskMessageType.allCases.map(\.name)
        #expect(Set(messages.values.compactMap { $0["name"]?.string }) == Set(events + tasks + outcomes))
        for (channel, names) in [("events", events), ("tasks", tasks), ("outcomes", outcomes)] {
            let keys = try #require(document.at("channels.\(channel).messages")).members.keys
            #expect(Set(keys.compactMap { messages[$0]?["name"]?.string }) == Set(names))
        }
        #expect(document.at("operations.takeIn.messages")?.items.count == events.count)
        #expect(document.at("operations.ask.messages")?.items.count == tasks.count)
        #expect(document.at("operations.tell.messages")?.items.count == outcomes.count)
    }

    @Test("Every reference leads somewhere")
    func references() throws {
        for reference in document.references {
            if reference.hasPrefix("#/") {
                let path = reference.dropFirst(2).replacing("/", with: ".")
                #expect(document.at(String(path)) != nil, "\(reference)")
            } else {
                #expect(throws: Never.self, "\(reference)") {
                    try Tree(Sample.published(String(reference.dropFirst(2))))
                }
            }
        }
    }

    @Test("The schema of an event is what its declared fields amount to", arguments: EventType.allCases)
    func schemas(_ type: EventType) throws {
        let published = try Tree(Sample.published("schemas/\(type.rawValue).json"))
        #expect(published["title"]?.string == type.name)
        #expect(published.without(["title", "description", "$id"]).sorted == type.schema.sorted)
    }

    @Test("The valid example is accepted and loses nothing", arguments: EventType.allCases)
    func validExamples(_ type: EventType) throws {
        let body = try Sample.published("examples/\(type.rawValue).valid.json")
        let event = try EventParser.parse(body, context: MessageContext(type: type.name), now: Sample.now).get()
        #expect(event.type == type)
        #expect(event.warnings.isEmpty)
        // Flags that are false are kept as absent ones, so the comparison is made with true.
        let flagged = Array(String(decoding: body, as: UTF8.self).replacing(": false", with: ": true").utf8)
        let stored = try EventParser.parse(flagged, context: MessageContext(), now: Sample.now).get().stored
        let kept = try Tree(stored)["data"]?.paths ?? []
        let given = try Tree(flagged)["data"]?.paths ?? []
        #expect(kept == given)
    }

    @Test(
        "The examples of a type name every declared field, save the other name of the case",
        arguments: EventType.allCases
    )
    func exampleCoverage(_ type: EventType) throws {
        let data = try #require(try Tree(Sample.published("examples/\(type.rawValue).valid.json"))["data"])
        let missing = Set(type.shape.fields.map(\.name)).subtracting(data.members.keys)
        #expect(missing.isSubset(of: ["request", "request_ref"]), "\(missing)")
    }

    @Test("The invalid example is refused for the documented reason", arguments: EventType.allCases)
    func invalidExamples(_ type: EventType) throws {
        let message = try #require(
            document.at("components.messages")?.members.values.first { $0["name"]?.string == type.name }
        )
        let invalid = try #require(message["x-invalid-example"])
        let file = try #require(invalid["file"]?.string)
        let fault = try #require(Sample.fault(try Sample.published(String(file.dropFirst(2)))))
        #expect(fault.field == invalid["field"]?.string)
        #expect(fault.fault.rawValue == invalid["fault"]?.string)
        #expect(fault.remedy.hasSuffix("."))
    }

    @Test(
        "The examples of an outcome, and of a task, have, and lack, what their schema requires",
        arguments: OutcomeType.allCases.map { ($0.rawValue, $0.name) }
            + TaskMessageType.allCases.map { ($0.rawValue, $0.name) }
    )
    func outgoing(_ type: String, _ name: String) throws {
        let schema = try Tree(Sample.published("schemas/\(type).json"))
        #expect(schema.at("properties.type")?["const"]?.string == name)
        let required = try #require(schema.at("properties.data")?["required"]).items.compactMap(\.string)
        let properties = try #require(schema.at("properties.data.properties")).members
        #expect(!required.isEmpty)
        let valid = try #require(try Tree(Sample.published("examples/\(type).valid.json"))["data"]).members
        #expect(required.allSatisfy { valid[$0] != nil })
        #expect(valid.keys.allSatisfy { properties[$0] != nil })
        let invalid = try #require(try Tree(Sample.published("examples/\(type).invalid.json"))["data"]).members
        #expect(!required.allSatisfy { invalid[$0] != nil })
    }

    @Test("What a task asks for are the words that the types have")
    func taskWords() throws {
        let schema = try Tree(Sample.published("schemas/task.requested.json"))
        func words(_ path: String) -> Set<String> { Set(schema.at(path)?["enum"]?.items.compactMap(\.string) ?? []) }
        let operations = Set(TargetOperation.words)
        #expect(words("properties.data.properties.operation") == operations.union(["verify"]))
        #expect(words("properties.data.properties.verifies") == operations)
        #expect(words("properties.data.properties.regulation") == Set(Regulation.words))
    }
}

extension Tree {
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(
                Dictionary(mapping.map { ($0.key.string ?? "", Tree($0.value)) }) { first, _ in first }
            )
        case .sequence(let sequence): self = .list(sequence.map { Tree($0) })
        case .scalar(let scalar): self = .text(scalar.string)
        case .alias: self = .null
        }
    }

    /// Every `$ref` of the document.
    var references: [String] {
        switch self {
        case .object(let members): (members["$ref"]?.string).map { [$0] } ?? members.values.flatMap(\.references)
        case .list(let items): items.flatMap(\.references)
        default: []
        }
    }

    /// The paths of all values, list positions included.
    var paths: Set<String> {
        switch self {
        case .object(let members):
            Set(members.flatMap { member in member.value.paths.map { "\(member.key).\($0)" } })
        case .list(let items):
            Set(items.enumerated().flatMap { item in item.element.paths.map { "\(item.offset).\($0)" } })
        default: [""]
        }
    }

    /// Compact text in which the order of names in `required` and `properties` does not matter.
    var sorted: String {
        switch self {
        case .object(let members):
            Tree.object(
                Dictionary(
                    uniqueKeysWithValues: members.map { name, value in
                        guard name == "required" else { return (name, .text(value.sorted)) }
                        return (name, .list(value.items.sorted { $0.text < $1.text }))
                    }
                )
            ).text
        case .list(let items): Tree.list(items.map { .text($0.sorted) }).text
        default: text
        }
    }
}
