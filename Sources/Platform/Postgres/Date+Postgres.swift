public import FoundationEssentials

/// `timestamptz`, to the microsecond. What was read is written back bit for bit between 1865 and 2137; outside of that a
/// `Date` is coarser than a microsecond.
extension Date: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .timestamptz }
    public static var postgresArrayType: PostgresType { .timestamptzArray }

    /// The server counts from 2000, `Date` from 2001.
    private static let epochDistance: Int64 = 366 * 86_400 * 1_000_000
    private static let year4714BC = -211_845_067_200.0 - 31_622_400.0
    private static let year294277 = 9_224_318_016_000.0 - 31_622_400.0

    public func encode(into writer: inout ParameterWriter) {
        let seconds = timeIntervalSinceReferenceDate
        guard seconds >= Self.year4714BC, seconds < Self.year294277 else {
            return writer.refuse("a time outside of what the server can hold")
        }
        // Whole seconds and the rest apart: their product with a million would not fit the precision of a Double.
        let whole = seconds.rounded(.down)
        let micros = ((seconds - whole) * 1_000_000).rounded()
        writer.append(Int64(whole) * 1_000_000 + Int64(micros) + Self.epochDistance)
    }

    public init(postgres cell: Cell) throws {
        guard cell.type == .timestamptz else { throw Cell.Mismatch() }
        let micros: Int64 = try cell.integer()
        guard micros != .max, micros != .min else { throw Cell.Mismatch(reason: "an infinite time") }
        self.init(timeIntervalSinceReferenceDate: Double(micros - Self.epochDistance) / 1_000_000)
    }
}
