import ArgumentParser
import Postgres

/// Choosing parked messages by why they were parked.
struct ParkedReason: ParsableArguments {
    @Option(help: ArgumentHelp("Only this fault.", valueName: "code"))
    var fault: String?

    @Option(help: ArgumentHelp("Only this field.", valueName: "path"))
    var field: String?

    var condition: SQL {
        var condition: SQL = "true"
        if let fault { condition = "\(condition) AND p.fault = \(fault)" }
        if let field { condition = "\(condition) AND p.field = \(field)" }
        return condition
    }
}
