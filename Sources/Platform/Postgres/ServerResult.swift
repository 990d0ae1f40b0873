import CLibPQ
import Glibc
import Synchronization

/// One `PGresult`, freed with the last reference.
// Unchecked: libpq does not change a result once it has returned it, and its readers keep nothing in it but a hint.
final class ServerResult: @unchecked Sendable {
    let pointer: OpaquePointer
    private let searchStart = Atomic(0)

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    var status: ExecStatusType { PQresultStatus(pointer) }
    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }

    /// Bytes that libpq holds for it.
    var memory: Int { PQresultMemorySize(pointer) }

    /// Rows that a statement inserted, changed, deleted or returned.
    var affected: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// The command's name and count as the server reports it: `INSERT 0 3`.
    var tag: String { String(cString: PQcmdStatus(pointer)) }

    func columnType(_ column: Int) -> PostgresType {
        PostgresType(rawValue: PQftype(pointer, Int32(column)))
    }

    /// Compared in place: a row is read by names, and a text made of each name for each of them costs more than the reading. What is
    /// read after one column is mostly the next, so that the search goes on where the last one has ended.
    func column(_ name: String) -> Int? {
        let count = columnCount
        let start = searchStart.load(ordering: .relaxed)
        return name.withCString { wanted in
            for offset in 0..<count {
                let column = start + offset < count ? start + offset : start + offset - count
                guard let found = PQfname(pointer, Int32(column)), strcmp(found, wanted) == 0 else { continue }
                searchStart.store(column + 1 < count ? column + 1 : 0, ordering: .relaxed)
                return column
            }
            return nil
        }
    }

    func columnName(_ column: Int) -> String {
        PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? ""
    }

    @inline(__always)
    func cell(row: Int, column: Int) -> Cell {
        let row = Int32(truncatingIfNeeded: row)
        let column = Int32(truncatingIfNeeded: column)
        let type = PostgresType(rawValue: PQftype(pointer, column))
        if PQgetisnull(pointer, row, column) != 0 {
            return Cell(type: type, isNull: true, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, row, column),
            count: Int(PQgetlength(pointer, row, column))
        )
        return Cell(type: type, isNull: false, bytes: bytes)
    }

    func field(_ code: ErrorField) -> String? {
        PQresultErrorField(pointer, code.rawValue).map { String(cString: $0) }
    }

    /// The letters of the protocol's error fields, which libpq's header has as casted character macros.
    enum ErrorField: Int32 {
        case severity = 0x56  // V, never translated
        case sqlState = 0x43  // C
        case message = 0x4D  // M
        case position = 0x50  // P
        case schema = 0x73  // s
        case table = 0x74  // t
        case column = 0x63  // c
        case constraint = 0x6E  // n
        case sourceFunction = 0x52  // R
    }

    /// Whether the server ends the session with this error.
    var isFatal: Bool {
        field(.severity).map { $0 != "ERROR" } ?? false
    }

    /// The error that the server answered with; none where libpq made the result up because the connection broke.
    var serverError: PostgresError? {
        guard let state = field(.sqlState) else { return nil }
        let sqlState = SQLState(rawValue: state)
        var error = PostgresError(.server(sqlState))
        error.sqlState = sqlState
        error.constraint = field(.constraint)
        error.schema = field(.schema)
        error.table = field(.table)
        error.column = field(.column)
        error.position = field(.position).flatMap { Int($0) }
        if sqlState == .featureNotSupported, field(.sourceFunction) == "RevalidateCachedQuery" {
            error.detail = PostgresError.stalePlan
        }
        if PostgresError.revealsMessages { error.serverMessage = field(.message) }
        return error
    }
}
