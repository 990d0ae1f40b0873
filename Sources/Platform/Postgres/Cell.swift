/// One value of a result as it came over the wire. Its bytes are valid only while it is being decoded.
public struct Cell {
    public let type: PostgresType
    public let isNull: Bool
    /// Empty for NULL.
    public let bytes: UnsafeRawBufferPointer

    @inline(__always)
    init(type: PostgresType, isNull: Bool, bytes: UnsafeRawBufferPointer) {
        self.type = type
        self.isNull = isNull
        self.bytes = bytes
    }

    /// Why a cell could not be read as the type asked for. Says what it is, never what it holds.
    public struct Mismatch: Error, Sendable {
        public let reason: StaticString?

        /// - Parameter reason: what was found instead; none where the column's type says it all.
        public init(reason: StaticString? = nil) {
            self.reason = reason
        }
    }

    @inline(__always)
    func requireValue() throws {
        if isNull { throw Mismatch(reason: "NULL") }
    }

    /// The whole cell as one integer of exactly its width.
    @inline(__always)
    func integer<Integer: FixedWidthInteger>(_: Integer.Type = Integer.self) throws -> Integer {
        guard !isNull else { throw Mismatch(reason: "NULL") }
        guard bytes.count == MemoryLayout<Integer>.size else { throw Mismatch(reason: "a value of another width") }
        return Integer(bigEndian: bytes.loadUnaligned(as: Integer.self))
    }
}

/// Walks over the parts of a composite binary value and refuses to walk past its end.
struct CellReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    @inline(__always)
    mutating func next<Integer: FixedWidthInteger>(_: Integer.Type) throws -> Integer {
        let size = MemoryLayout<Integer>.size
        guard rest.count >= size else { throw Cell.Mismatch(reason: "a value cut short") }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(size)) }
        return Integer(bigEndian: rest.loadUnaligned(as: Integer.self))
    }

    /// A length and as many bytes; the length -1 is NULL.
    @inline(__always)
    mutating func cell(of type: PostgresType) throws -> Cell {
        let length = Int(try next(Int32.self))
        guard length >= 0 else {
            return Cell(type: type, isNull: true, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        guard rest.count >= length else { throw Cell.Mismatch(reason: "a value cut short") }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(length)) }
        return Cell(type: type, isNull: false, bytes: UnsafeRawBufferPointer(rebasing: rest.prefix(length)))
    }
}
