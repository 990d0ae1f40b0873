/// A W3C trace context (`traceparent` header, version 00): which trace a piece of work belongs to and which span began it.
public struct TraceContext: Sendable, Hashable {
    /// 32 lower-case hexadecimal digits, not all zero.
    public var traceID: String { Hexadecimal.text(traceHigh) + Hexadecimal.text(traceLow) }
    /// 16 lower-case hexadecimal digits, not all zero.
    public var spanID: String { Hexadecimal.text(span) }
    /// Whether the caller recorded this trace.
    public let isSampled: Bool

    private let traceHigh: UInt64
    private let traceLow: UInt64
    private let span: UInt64

    private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// Begins a new trace with random ids.
    public init(isSampled: Bool = false) {
        self.init(
            traceHigh: .random(in: 1...UInt64.max),
            traceLow: .random(in: 0...UInt64.max),
            span: .random(in: 1...UInt64.max),
            isSampled: isSampled
        )
    }

    /// Reads a header's text; nil when it does not follow the specification, in which case the receiver begins a trace.
    ///
    /// A version above 00 is read by its first four fields, as the specification asks; `ff` is invalid.
    public init?(traceparent text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, let version = Self.number(bytes[0..<2]), version != 0xFF else { return nil }
        guard bytes.count == 55 || (version > 0 && bytes[55] == Self.dash) else { return nil }
        guard bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash else { return nil }
        guard let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high | low != 0,
            let span = Self.number(bytes[36..<52]), span != 0,
            let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
    }

    /// The same trace with a span id of its own: what is sent onwards, or used for work begun here.
    public func child() -> TraceContext {
        TraceContext(
            traceHigh: traceHigh,
            traceLow: traceLow,
            span: .random(in: 1...UInt64.max),
            isSampled: isSampled
        )
    }

    /// The header's text, always version 00.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    private static let dash = UInt8(ascii: "-")

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var result: UInt64 = 0
        for digit in digits {
            guard let value = Hexadecimal.value(digit) else { return nil }
            result = result << 4 | UInt64(value)
        }
        return result
    }
}
