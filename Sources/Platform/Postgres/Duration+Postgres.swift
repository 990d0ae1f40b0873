/// `interval`. Read, its days count 24 hours each, and one with months is refused: a month has no length.
extension Duration: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .interval }
    public static var postgresArrayType: PostgresType { .intervalArray }

    public func encode(into writer: inout ParameterWriter) {
        let (seconds, attoseconds) = components
        let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowAgain) = micros.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        guard !overflow, !overflowAgain else {
            return writer.refuse("a period longer than the server can hold")
        }
        writer.append(sum)
        writer.append(Int32(0))
        writer.append(Int32(0))
    }

    public init(postgres cell: Cell) throws {
        guard cell.type == .interval else { throw Cell.Mismatch() }
        try cell.requireValue()
        var reader = CellReader(cell.bytes)
        let micros = try reader.next(Int64.self)
        let days = try reader.next(Int32.self)
        guard try reader.next(Int32.self) == 0 else { throw Cell.Mismatch(reason: "an interval with months") }
        self = .microseconds(micros) + .seconds(Int64(days) * 86_400)
    }
}
