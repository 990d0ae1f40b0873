import Foundation
import Rights
import Testing

@Suite("The window for objections")
struct ObjectionWindowTests {
    private static let berlin = Place(country: "DE", zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt)
    /// 1 December 2026, noon.
    private static let told = Date(timeIntervalSince1970: 1_796_122_800)

    private static func policy(_ statement: Int?, _ agreement: Int?) -> Policy {
        PolicyTests.policy(
            statement: statement.map { [.objection: $0] } ?? [:],
            agreement: agreement.map { [.objection: $0] }
        )
    }

    private static func days(_ given: Int?, _ policy: Policy) throws -> (Int, String) {
        let window = try #require(
            ObjectionWindow.deadline(days: given, policy: policy, from: told, at: berlin, atlas: HolidayAtlas())
        )
        let last = berlin.day(of: try #require(window.due))
        #expect(window.due == berlin.end(of: last), "the last day counts to its end")
        return (last.dayNumber - berlin.day(of: told).dayNumber, window.rule.id)
    }

    @Test(
        "K20: is what the notice gives or, where it is longer, what agreement or statement promise; thirty days without either",
        arguments: [
            (nil, nil, nil, 30, "default.objection"), (14, nil, nil, 14, "notice.objection"),
            (60, nil, nil, 60, "notice.objection"), (14, 45, nil, 45, "vendor.objection"),
            (nil, 10, nil, 10, "vendor.objection"), (60, 45, nil, 60, "notice.objection"),
            (14, 45, 90, 90, "agreement.objection"), (14, 45, 20, 20, "agreement.objection"),
        ] as [(Int?, Int?, Int?, Int, String)]
    )
    func length(_ given: Int?, _ statement: Int?, _ agreement: Int?, _ days: Int, _ rule: String) throws {
        let found = try Self.days(given, Self.policy(statement, agreement))
        #expect(found.0 == days && found.1 == rule)
    }
}
