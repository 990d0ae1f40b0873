import FoundationEssentials
import Postgres
import TestKit
import Testing

@Suite("Values travel both ways in binary form", .database)
struct ValueTests {
    private func roundTrip<Value: PostgresBindable & PostgresDecodable & Equatable>(
        _ value: Value,
        _ type: String,
        on connection: PostgresConnection
    ) async throws {
        let row = try await connection.query("SELECT \(value)::\(raw: type), pg_typeof(\(value))::text").only
        let (back, name) = try row.decode(Value.self, String.self)
        #expect(back == value)
        #expect(name == type)
    }

    @Test func `every scalar type comes back as it was sent`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        for value in [Int.min, -1, 0, 1, Int.max] { try await roundTrip(value, "bigint", on: connection) }
        for value in [Int64.min, Int64.max] { try await roundTrip(value, "bigint", on: connection) }
        for value in [Int32.min, 0, Int32.max] { try await roundTrip(value, "integer", on: connection) }
        for value in [Int16.min, 0, Int16.max] { try await roundTrip(value, "smallint", on: connection) }
        for value in [0.0, -0.5, .infinity, .greatestFiniteMagnitude] {
            try await roundTrip(value, "double precision", on: connection)
        }
        for value in [true, false] { try await roundTrip(value, "boolean", on: connection) }
        for value in ["", "Zoë 🦀", "a'b\"c\\d", "line\nline", String(repeating: "x", count: 100_000)] {
            try await roundTrip(value, "text", on: connection)
        }
        for value in [[], [0], [UInt8](0...255)] as [[UInt8]] { try await roundTrip(value, "bytea", on: connection) }
        for value in [UUID(), UUID()] { try await roundTrip(value, "uuid", on: connection) }
        for value in [Duration.zero, .microseconds(-1), .seconds(86_400 * 400), .milliseconds(1)] {
            try await roundTrip(value, "interval", on: connection)
        }
        try await roundTrip(Optional<Int>.none, "bigint", on: connection)
        try await roundTrip(Optional("text"), "text", on: connection)
        await connection.close()
    }

    @Test func `times keep their microseconds from 1865 to 2137`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        for micros in [-4_290_000_000_000_001, -1, 0, 1, 811_123_456_789_123, 4_290_000_000_000_001] as [Int64] {
            let date = Date(timeIntervalSinceReferenceDate: Double(micros) / 1_000_000)
            try await roundTrip(date, "timestamp with time zone", on: connection)
            let text = try await connection.query(
                "SELECT (extract(epoch FROM \(date)) * 1000000)::bigint - 978307200000000"
            ).only.decode(0, as: Int64.self)
            #expect(text == micros)
        }
        await connection.close()
    }

    @Test func `an infinite time is refused in both directions`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        for text in ["infinity", "-infinity"] {
            let row = try await connection.query("SELECT '\(raw: text)'::timestamptz AS due").only
            let error = #expect(throws: PostgresError.self) { try row.decode(0, as: Date.self) }
            #expect(error?.code == .decoding)
            #expect(error?.column == "due")
        }
        for value in [Double.infinity, -.infinity, .nan, 1e15] {
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT \(1), \(Date(timeIntervalSinceReferenceDate: value))")
            }
            #expect(error?.code == .encoding)
            #expect(error?.description.contains("parameter 2") == true)
        }
        #expect(connection.isUsable)
        await connection.close()
    }

    @Test func `arrays come back with their nulls, empty ones too`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await roundTrip([Int](), "bigint[]", on: connection)
        try await roundTrip([1, nil, 3] as [Int?], "bigint[]", on: connection)
        try await roundTrip([nil, nil] as [UUID?], "uuid[]", on: connection)
        try await roundTrip([UUID(), UUID()], "uuid[]", on: connection)
        try await roundTrip(
            [[], [1, 2], [UInt8](repeating: 7, count: 10_000)] as [[UInt8]],
            "bytea[]",
            on: connection
        )
        try await roundTrip([[1], nil] as [[UInt8]?], "bytea[]", on: connection)
        try await roundTrip(["", "a,b", "{\"c\"}", "NULL"], "text[]", on: connection)
        try await roundTrip(["a", nil] as [String?], "text[]", on: connection)
        try await roundTrip([true, false], "boolean[]", on: connection)
        try await roundTrip([1.5, -2], "double precision[]", on: connection)
        try await roundTrip([1, 2] as [Int16], "smallint[]", on: connection)
        try await roundTrip([1, 2] as [Int32], "integer[]", on: connection)
        try await roundTrip([.seconds(1), nil] as [Duration?], "interval[]", on: connection)
        try await roundTrip([Date(timeIntervalSinceReferenceDate: 1)], "timestamp with time zone[]", on: connection)
        try await roundTrip((0..<5000).map { $0 }, "bigint[]", on: connection)
        await connection.close()
    }

    @Test func `JSON is read from both of its types and bound as jsonb`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let document = JSONText(#"{"a": [1, null, "ü"]}"#)
        let (binary, plain, list) = try await connection.query(
            "SELECT \(document), \(document)::json, \([document, JSONText("7")])"
        ).only.decode(JSONText.self, JSONText.self, [JSONText].self)
        #expect(binary == document)
        #expect(plain == document)
        #expect(list == [document, JSONText("7")])
        await connection.close()
    }

    private enum Colour: String, PostgresElement, PostgresDecodable {
        case red, green
    }

    @Test func `an enumeration travels as its raw value`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let (one, list) = try await connection.query("SELECT \(Colour.red), \([Colour.green, .red])")
            .only.decode(Colour.self, [Colour].self)
        #expect(one == .red)
        #expect(list == [.green, .red])
        let unknown = try await connection.query("SELECT 'blue' AS colour").only
        let error = #expect(throws: PostgresError.self) { try unknown.decode(0, as: Colour.self) }
        #expect(error?.column == "colour")
        #expect(error?.description.contains("blue") == false)
        await connection.close()
    }

    @Test func `the wrong type is refused with the column and both types`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let row = try await connection.query("SELECT 1::numeric AS total, NULL::text AS name, 3::int8 AS count").only
        let wrong = #expect(throws: PostgresError.self) { try row.decode("total", as: Int.self) }
        #expect(wrong?.description.contains("column total") == true)
        #expect(wrong?.description.contains("asked for Int, found numeric") == true)
        let null = #expect(throws: PostgresError.self) { try row.decode("name", as: String.self) }
        #expect(null?.description.contains("found text with NULL") == true)
        let narrow = #expect(throws: PostgresError.self) { try row.decode("count", as: Int32.self) }
        #expect(narrow?.description.contains("found bigint") == true)
        let many = #expect(throws: PostgresError.self) {
            try row.decode(String?.self, String?.self, Int.self, Int.self)
        }
        #expect(many?.code == .decoding)
        #expect(throws: PostgresError.self) { try row.decode("absent", as: Int.self) }
        await connection.close()
    }

    @Test func `an interval with months has no length`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let row = try await connection.query("SELECT interval '1 month', interval '2 days 1 second'").only
        #expect(throws: PostgresError.self) { try row.decode(0, as: Duration.self) }
        #expect(try row.decode(1, as: Duration.self) == .seconds(2 * 86_400 + 1))
        await connection.close()
    }
}
