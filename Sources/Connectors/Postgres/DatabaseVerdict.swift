import Fleet
import Postgres

extension AttemptVerdict {
    /// What an error of an own database means: codes only.
    static func database(_ error: any Error, tables: Set<String>) -> AttemptVerdict {
        switch error {
        case let refusal as OwnDatabaseRefusal: return .refused(refusal.cause)
        case is OwnDatabaseConflict: return .retry("conflict", blamesTarget: false)
        case let error as SecretError: return .retry(error.code.rawValue, blamesTarget: true)
        case let error as PostgresError: return database(error, tables: tables)
        default: return .copying(error)
        }
    }

    private static func database(_ error: PostgresError, tables: Set<String>) -> AttemptVerdict {
        if error.isUndecided { return .retry("undecided", blamesTarget: true, mayHaveActed: true) }
        switch error.code {
        case .connectFailed: return .retry("unreachable", blamesTarget: true)
        case .connectionLost: return .retry("connection_lost", blamesTarget: true)
        case .timeout: return .retry("timeout", blamesTarget: true)
        case .poolTimeout, .closed: return .retry(Self.notBegun, blamesTarget: false)
        case .cancelled: return .retry("timeout", blamesTarget: false)
        case .configuration: return .refused("bad_url")
        case .encoding: return .refused("value_not_accepted")
        default: break
        }
        switch error.sqlState {
        case .lockNotAvailable: return .retry("locked", blamesTarget: false)
        case .queryCanceled: return .retry("timeout", blamesTarget: false)
        case .undefinedTable: return .refused("no_table")
        case .undefinedColumn: return .refused("no_column")
        case .insufficientPrivilege: return .refused("not_permitted")
        case .foreignKeyViolation:
            // Of a table that is not described: no attempt will ever succeed. Of one that is: rows came in meanwhile.
            let isKnown = error.table.map { table in tables.contains { $0 == table || $0.hasSuffix("." + table) } }
            return isKnown ?? false ? .retry("referenced", blamesTarget: false) : .refused("referenced_elsewhere")
        default: break
        }
        switch error.sqlState?.classCode {
        case "22": return .refused("value_not_accepted")
        case "23": return .refused("constraint")
        case "28", "3D": return .retry("login", blamesTarget: true)
        case "40": return .retry("conflict", blamesTarget: false)
        case "53", "57", "58", "08": return .retry("outage", blamesTarget: true)
        default: return .refused("statement_refused")
        }
    }
}
