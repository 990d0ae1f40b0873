import Fleet
import FoundationEssentials
import Ledger
import Outbound
import Rights

/// Takes what an own app has handed over into the export: the file at the address that it has named, or what lay sealed in its answer.
struct AppResults {
    let order: TargetOrder
    let http: HTTPClient

    func report() async -> TargetReport {
        guard let desk = order.copy else { return TargetReport(.refused("no_store")) }
        guard let handed = order.handedOver else { return TargetReport(.refused("results_missing")) }
        do {
            return told(try await piece(handed, desk), handed)
        } catch let obstacle as ReplyObstacle {
            return TargetReport(obstacle.verdict)
        } catch let error as OutboundError {
            return TargetReport(.failed(error))
        } catch {
            return TargetReport(.copying(error))
        }
    }

    /// Nil where nothing is in it.
    private func piece(_ handed: HandedOver, _ desk: CopyDesk) async throws -> CopiedPiece? {
        switch handed.place {
        case .address(let url):
            let permissions: Permissions = order.system.isInternal ? [.internalAddress, .plain] : []
            return try await ResultsFile(url: url, desk: desk).fetch(over: http, allowing: permissions)
        case .text(let bytes):
            guard !JSONScanner.scan(bytes, maximumDepth: JSONDocument.maximumDepth).document.saysNothing else {
                return nil
            }
            let piece = try desk.file(
                ResultsFile.dataset,
                ordinal: 0,
                name: "\(ResultsFile.dataset).json",
                mediaType: "application/json"
            )
            try piece.add(bytes)
            return try await piece.finish()
        }
    }

    private func told(_ piece: CopiedPiece?, _ handed: HandedOver) -> TargetReport {
        var findings = TargetFindings()
        findings.level = .attestation
        findings.rows = handed.rows
        guard let piece else {
            // It was said that there is something, and nothing comes.
            guard handed.rows == 0 else { return TargetReport(.retry("results_short", blamesTarget: true)) }
            return TargetReport(.done(.alreadyAbsent), findings)
        }
        findings.pieces = [piece]
        // One file, whose records nobody has counted.
        findings.parts = [TargetFindings.Part(ResultsFile.dataset, "copied", rows: 0)]
        return TargetReport(.done(), findings)
    }
}
