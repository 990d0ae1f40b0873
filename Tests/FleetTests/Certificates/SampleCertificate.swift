import Fleet
import Foundation
import Ledger
import Rights
import TestKit
import Testing

/// A certificate of made-up values, the same at every call.
enum SampleCertificate {
    struct Unreadable: Error {}

    static let now = Date(timeIntervalSince1970: 1_790_000_000)
    static let id = UUID(uuidString: "0199F2C4-7A10-7D2E-9C55-0C1D2E3F4A5B") ?? UUID()

    static let systems: [DataSystem] = {
        var crm = DataSystem(id: "crm", title: "Our CRM <database>", kind: .own)
        crm.region = "DE"
        var mailer = DataSystem(id: "mailer", title: "Mailer", kind: .subprocessor)
        mailer.company = "Mailer & Sons \"Ltd\""
        mailer.region = "US"
        return [
            crm, mailer, DataSystem(id: "forum", title: "Forum", kind: .publicContent),
            DataSystem(id: "shop", title: "Client's shop", kind: .clientIntegration),
            DataSystem(id: "vault", title: "Vault", kind: .backup),
            DataSystem(id: "trail", title: "Access log", kind: .log),
        ]
    }()

    static let registry = Registry(
        version: 1,
        topologyDigest: nil,
        clients: [],
        publishers: [],
        profiles: [],
        atlas: HolidayAtlas(),
        systems: systems
    )

    static func record(_ event: String? = nil, right: String = "erasure") throws -> CaseFileRecord {
        let text =
            event
                ?? """
                {"specversion":"1.0","id":"1","source":"/desk","type":"io.habeas.request.submitted.v1","data":{"request_ref":"R-1",\
                "channel":"form","submitted_time":"2026-09-01T08:00:00Z","submitted_by":"subject","relationship":"visitor",\
                "right":"\(right)","regulation":"gdpr","subjects":[{"identities":[{"type":"email","value":"ada@example.org"}]}]}}
                """
        let parsed = EventParser.parse(Array(text.utf8), context: MessageContext(), now: now)
        guard case .success(let read) = parsed, case .requestSubmitted(let request) = read.payload else {
            throw Unreadable()
        }
        let policy = registry.policy(profile: "kayako", client: nil, at: now)
        let opening = CaseOpening(request, client: nil, policy: policy, receivedAt: now, atlas: registry.atlas)
        var record = CaseFileRecord(
            id: id,
            opening: opening,
            client: nil,
            profile: policy.profile,
            publisherID: "desk",
            requestRef: request.requestRef,
            subjectIndex: 0,
            groupID: nil,
            reference: nil,
            receivedAt: now
        )
        _ = record.chain.append("case.opened", at: now, actor: "publisher:desk", clientID: nil, body: "{}")
        return record
    }

    static func day(_ number: Double) -> Date { now.addingTimeInterval(number * 86_400) }

    /// One of each way and of each end.
    static let targets: [FanOutTarget] = [
        .sample("crm", level: .reRead, ordinal: 0) {
            $0.findings.rows = 12
            $0.findings.parts = [.init("public.ticket", "deleted", rows: 9), .init("public.invoice", "kept", rows: 3)]
            $0.kept = [.init(category: "invoices", reason: .legalDuty, citation: "HGB § 257", until: day(3_650))]
            $0.backupsUntil = day(35)
        },
        .sample("mailer", .grace, level: .signedAttestation, ordinal: 1) {
            $0.findings.signature = .init(
                domain: "opendsr.mailer.example",
                certificate: String(repeating: "ab", count: 32)
            )
            $0.findings.digest = String(repeating: "cd", count: 32)
        },
        .sample("forum", .left, way: .person, level: .person, ordinal: 2) {
            $0.outcome = .refused
            $0.cause = "refused"
            $0.owner = "someone"
        },
        .sample("shop", .listed, way: .client, mandatory: false, ordinal: 3),
        .sample("vault", .listed, way: .time, mandatory: false, ordinal: 4) { $0.goneBy = day(90) },
        .sample("trail", .listed, way: .time, mandatory: false, ordinal: 5) { $0.goneBy = day(365) },
    ]

    static func certificate(
        of record: CaseFileRecord? = nil,
        _ targets: [FanOutTarget] = targets,
        number: Int? = 1
    ) throws -> Certificate {
        Certificate(
            of: try record ?? Self.record(),
            targets: targets,
            registry: registry,
            number: number,
            at: now,
            id: UUID(uuidString: "0199F2C4-7A10-7D2E-9C55-00000000CE47")
        )
    }

    static func object(_ body: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }
}
