import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

/// A request for a copy that is being collected: thirty rows of one system are there, a second one is a person's to look at.
struct CopyInWork {
    let installation: Installation
    let request: UUID
    let export: ExportRecord
    /// At `archive`.
    let task: UUID
    /// The store's folder.
    let store: String

    static func with(_ body: (CopyInWork) async throws -> Void) async throws {
        try await Installation.with { given in
            var installation = given
            try await installation.register()
            let store = "\(given.folder.path)/exports"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
            installation.environment["HABEAS_EXPORTS_FOLDER"] = store
            for system in ["crm", "archive"] {
                let text = "id: \(system)\nkind: own\nconnector: {kind: manual, instructions: Look into cabinet 3.}"
                _ = try await installation.query("INSERT INTO habeas.system (id, body) VALUES (\(system), \(text))")
            }
            let request = try await installation.openCase(event: WaitingCase.instruction("admin", "access"))
            let now = Date()
            let id = UUID.version7(at: now)
            let ring = try KeyRing(file: "\(given.folder.path)/keys")
            let export = ExportRecord(
                id: id,
                caseID: request,
                clientID: "acme",
                key: try CaseKey(for: id).wrapped(with: ring),
                at: now
            )
            let task = try await seed("archive", .person, .pending, request, installation)
            let crm = try await seed("crm", .connector, .acting, request, installation)
            _ = try await installation.query(export.insert)
            try await collect(thirtyOf: crm, export: id, request, installation)
            try await body(
                CopyInWork(installation: installation, request: request, export: export, task: task, store: store)
            )
        }
    }

    private static func seed(
        _ system: String,
        _ way: FanOutTarget.Way,
        _ state: FanOutTarget.State,
        _ request: UUID,
        _ installation: Installation
    ) async throws -> UUID {
        var seed = TaskSeed(system, way)
        (seed.operation, seed.state) = (.collect, state)
        if way == .person { seed.dueAt = Date(timeIntervalSinceNow: 86_400) }
        let (id, statements) = seed.statement(case: request, client: "acme", at: Date())
        try await installation.withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
        }
        return id
    }

    /// As the worker leaves it after a slice.
    private static func collect(
        thirtyOf target: UUID,
        export: UUID,
        _ request: UUID,
        _ installation: Installation
    ) async throws {
        try await EffectSeed.target(installation, "system:crm", client: nil)
        let effect = try await EffectSeed.effect(
            installation,
            of: request,
            .targetAct,
            to: "system:crm",
            state: .retrying,
            cause: "timeout",
            attempts: 1
        )
        var findings = TargetFindings()
        (findings.done, findings.total) = (30, 90)
        let text = findings.text
        let key = try await installation.query("SELECT key FROM habeas.fan_out WHERE id = \(target)").only.decode(
            0,
            as: UUID.self
        )
        let object = "\(export.uuidString.lowercased())/1"
        let piece = CopiedPiece("contacts", ordinal: 0, object: object, rows: 30, bytes: 900)
        try await installation.withConnection { connection in
            _ = try await connection.pipeline([
                "UPDATE habeas.effect SET findings = \(text) WHERE id = \(effect)",
                "UPDATE habeas.fan_out SET effect_id = \(effect) WHERE id = \(target)",
                ExportPieces.insert([.init(target: target, key: key, piece: piece)], of: export),
            ])
        }
    }
}
