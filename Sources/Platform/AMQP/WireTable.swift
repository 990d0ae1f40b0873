internal import CRabbitMQ
internal import FoundationEssentials

/// Header and argument tables between Swift and the wire, in both directions never deeper than
/// ``FieldValue/depthLimit``.
enum WireTable {
    // MARK: Reading

    static func read(_ table: amqp_table_t, depth: Int = 1) -> [String: FieldValue] {
        guard let entries = table.entries, table.num_entries > 0 else { return [:] }
        var result: [String: FieldValue] = [:]
        result.reserveCapacity(Int(table.num_entries))
        for index in 0..<Int(table.num_entries) {
            result[String(entries[index].key)] = read(entries[index].value, depth: depth)
        }
        return result
    }

    private static func read(_ field: amqp_field_value_t, depth: Int) -> FieldValue {
        switch UInt32(field.kind) {
        case AMQP_FIELD_KIND_BOOLEAN.rawValue: return .bool(field.value.boolean != 0)
        case AMQP_FIELD_KIND_I8.rawValue: return .int(Int64(field.value.i8))
        case AMQP_FIELD_KIND_U8.rawValue: return .int(Int64(field.value.u8))
        case AMQP_FIELD_KIND_I16.rawValue: return .int(Int64(field.value.i16))
        case AMQP_FIELD_KIND_U16.rawValue: return .int(Int64(field.value.u16))
        case AMQP_FIELD_KIND_I32.rawValue: return .int(Int64(field.value.i32))
        case AMQP_FIELD_KIND_U32.rawValue: return .int(Int64(field.value.u32))
        case AMQP_FIELD_KIND_I64.rawValue: return .int(field.value.i64)
        // The brokers that send this kind mean a signed number by it.
        case AMQP_FIELD_KIND_U64.rawValue: return .int(Int64(bitPattern: field.value.u64))
        case AMQP_FIELD_KIND_F32.rawValue: return .double(Double(field.value.f32))
        case AMQP_FIELD_KIND_F64.rawValue: return .double(field.value.f64)
        case AMQP_FIELD_KIND_DECIMAL.rawValue:
            return .decimal(scale: field.value.decimal.decimals, value: field.value.decimal.value)
        case AMQP_FIELD_KIND_UTF8.rawValue: return .string(String(field.value.bytes))
        case AMQP_FIELD_KIND_BYTES.rawValue: return .bytes([UInt8](field.value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP.rawValue:
            return .timestamp(Date(timeIntervalSince1970: Double(field.value.u64)))
        case AMQP_FIELD_KIND_TABLE.rawValue:
            guard depth < FieldValue.depthLimit else { return .tooDeep }
            return .table(read(field.value.table, depth: depth + 1))
        case AMQP_FIELD_KIND_ARRAY.rawValue:
            guard depth < FieldValue.depthLimit else { return .tooDeep }
            guard let entries = field.value.array.entries, field.value.array.num_entries > 0 else { return .array([]) }
            return .array((0..<Int(field.value.array.num_entries)).map { read(entries[$0], depth: depth + 1) })
        default: return .null
        }
    }

    // MARK: Writing

    /// Length on the wire in bytes, or `nil` if the table cannot be written: too deep, or a key over 255 bytes.
    static func size(_ table: [String: FieldValue], depth: Int = 1) -> Int? {
        guard depth <= FieldValue.depthLimit else { return nil }
        var total = 4
        for (key, value) in table {
            guard key.utf8.count <= 255, let size = size(value, depth: depth) else { return nil }
            total += 2 + key.utf8.count + size
        }
        return total
    }

    private static func size(_ value: FieldValue, depth: Int) -> Int? {
        switch value {
        case .bool: return 1
        case .int, .double, .timestamp: return 8
        case .decimal: return 5
        case .string(let text): return 4 + text.utf8.count
        case .bytes(let bytes): return 4 + bytes.count
        case .null: return 0
        case .table(let table): return size(table, depth: depth + 1)
        case .array(let values):
            guard depth < FieldValue.depthLimit else { return nil }
            var total = 4
            for value in values {
                guard let size = size(value, depth: depth + 1) else { return nil }
                total += 1 + size
            }
            return total
        case .tooDeep: return nil
        }
    }

    /// - Precondition: ``size(_:depth:)`` has accepted the table.
    static func write(_ table: [String: FieldValue], in scratch: Scratch) -> amqp_table_t {
        guard !table.isEmpty else { return amqp_table_t() }
        let entries = scratch.allocate(table.count * MemoryLayout<amqp_table_entry_t>.stride)
            .bindMemory(to: amqp_table_entry_t.self, capacity: table.count)
        for (index, (key, value)) in table.enumerated() {
            let entry = amqp_table_entry_t(key: scratch.bytes(key), value: write(value, in: scratch))
            (entries + index).initialize(to: entry)
        }
        return amqp_table_t(num_entries: Int32(table.count), entries: entries)
    }

    private static func write(_ value: FieldValue, in scratch: Scratch) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        func kind(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(kind.rawValue) }
        switch value {
        case .bool(let flag):
            kind(AMQP_FIELD_KIND_BOOLEAN)
            field.value.boolean = flag ? 1 : 0
        case .int(let number):
            kind(AMQP_FIELD_KIND_I64)
            field.value.i64 = number
        case .double(let number):
            kind(AMQP_FIELD_KIND_F64)
            field.value.f64 = number
        case .decimal(let scale, let number):
            kind(AMQP_FIELD_KIND_DECIMAL)
            field.value.decimal = amqp_decimal_t(decimals: scale, value: number)
        case .string(let text):
            kind(AMQP_FIELD_KIND_UTF8)
            field.value.bytes = scratch.bytes(text)
        case .bytes(let bytes):
            kind(AMQP_FIELD_KIND_BYTES)
            field.value.bytes = bytes.withUnsafeBytes { scratch.bytes($0) }
        case .timestamp(let date):
            kind(AMQP_FIELD_KIND_TIMESTAMP)
            field.value.u64 = date.wireSeconds
        case .table(let table):
            kind(AMQP_FIELD_KIND_TABLE)
            field.value.table = write(table, in: scratch)
        case .array(let values):
            kind(AMQP_FIELD_KIND_ARRAY)
            let entries = scratch.allocate(max(1, values.count) * MemoryLayout<amqp_field_value_t>.stride)
                .bindMemory(to: amqp_field_value_t.self, capacity: max(1, values.count))
            for (index, value) in values.enumerated() {
                (entries + index).initialize(to: write(value, in: scratch))
            }
            field.value.array = amqp_array_t(num_entries: Int32(values.count), entries: entries)
        case .null, .tooDeep:
            kind(AMQP_FIELD_KIND_VOID)
        }
        return field
    }
}

extension Date {
    /// Seconds since 1970 as the wire has them: whole and not negative.
    var wireSeconds: UInt64 {
        UInt64(exactly: max(0, timeIntervalSince1970).rounded(.down)) ?? .max
    }
}

extension String {
    /// Bytes that are not UTF-8 are repaired: property texts are for people and look-ups, bodies are kept as they are.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension [UInt8] {
    init(_ bytes: amqp_bytes_t) {
        self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}
