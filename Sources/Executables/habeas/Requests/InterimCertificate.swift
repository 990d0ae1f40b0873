import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A certificate that a person has made of a case that is under way. The case is locked meanwhile: its numbers are one after another,
/// and what it says is of one moment.
struct InterimCertificate {
    private let pen: EvidencePen
    private let registry: Registry
    private var record: CaseFileRecord
    private let targets: [FanOutTarget]
    private let effects: [EffectRecord]
    private let last: Int

    /// Inside a transaction.
    init(of id: UUID, on connection: PostgresConnection) async throws {
        pen = try await EvidencePen(on: connection)
        registry = try await Registry.load(on: connection)
        let read = try await connection.pipeline([
            CaseFileRecord.locking(ids: [id]), FanOutTarget.reading(of: [id]), EffectRecord.reading(of: [id]),
            "SELECT coalesce(max(number), 0) FROM habeas.certificate WHERE case_id = \(id)",
        ])
        record = try CaseFileRecord(row: try read[0].only)
        targets = try read[1].map(FanOutTarget.init)
        effects = try read[2].map(EffectRecord.init)
        last = try read[3].only.decode(Int.self)
        guard !targets.isEmpty else {
            throw Failure(
                "--interim",
                "has nothing to say: nothing is planned at any target",
                "wait until the request is carried out; see habeas requests show"
            )
        }
        guard last == 0 || targets.contains(where: { !$0.state.isFinal }) else {
            throw Failure("--interim", "would repeat what is certified", "leave it out")
        }
    }

    mutating func make(signedWith ring: KeyRing?, on connection: PostgresConnection) async throws -> CertificateFile {
        let isSigned = ring?.signing != nil
        let certificate = Certificate(
            of: record,
            targets: targets,
            effects: effects,
            registry: registry,
            number: isSigned ? last + 1 : nil,
            at: pen.now
        )
        var statements: [SQL] = []
        let file: CertificateFile
        if let ring, isSigned {
            let signed = try certificate.signed(with: ring)
            statements.append(signed.insert)
            file = signed.file
        } else {
            file = CertificateFile(body: certificate.body(signedWith: nil), keyID: nil, signature: nil)
        }
        statements += pen.append("certificate.made", to: &record.chain, clientID: record.clientID) { body in
            body.member("certificate", certificate.id)
            body.member("number", certificate.number)
            body.member("interim", certificate.isInterim)
            body.member("sha256", file.digest)
            body.member("key", file.keyID)
        }
        _ = try await connection.pipeline(statements)
        return file
    }
}
