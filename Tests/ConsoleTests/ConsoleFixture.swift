import Foundation
import Ledger
import Logging
import Postgres
import TestKit
import Testing

/// A migrated database, and a login in it that has only what the console's role has.
struct ConsoleFixture: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// As the owner of the schema.
    let owner: PostgresPool
    /// As the console reaches it.
    let database: PostgresConfiguration

    static func with(_ body: (ConsoleFixture) async throws -> Void) async throws {
        let login = "console_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let configuration = try Database.current
        let owner = PostgresPool(configuration: configuration, size: 2, logger: quiet)
        var own = configuration
        own.keywords["user"] = login
        own.keywords["password"] = login
        let outcome: Result<Void, any Error>
        do {
            try await owner.withConnection { connection in
                _ = try await Migrator.ledger().up(connection)
                try await connection.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_console")
            }
            outcome = .success(try await body(ConsoleFixture(owner: owner, database: own)))
        } catch {
            outcome = .failure(error)
        }
        _ = try? await owner.withConnection { try await $0.query("DROP ROLE \(identifier: login)") }
        await owner.shutdown()
        try outcome.get()
    }

    func execute(_ script: String) async throws {
        try await owner.withConnection { try await $0.execute(script) }
    }

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }
}

extension ConsoleFixture {
    static let lateCase = "01980000-0000-7000-8000-000000000001"
    static let incident = "01980000-0000-7000-8000-0000000000aa"

    /// A night with something of everything: cases in several states, a failing peer, an incident, parked things, a day of figures.
    func seed() async throws {
        try await execute(Self.registry)
        try await execute(Self.cases)
        try await execute(Self.effects)
        try await execute(Self.incidents)
        try await execute(Self.figures)
    }

    private static let registry = """
        INSERT INTO habeas.client (id, country) VALUES ('acme-retail', 'DE'), ('globex', 'FR'), ('initech', 'US'), ('umbrella', 'GB');
        INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
          VALUES ('support-desk', 'desk-user', 'kustomer', '{*}', '{*}', '{/}'), ('security', 'sec-user', 'kustomer', '{*}', '{*}', '{/}');
        """

    private static let cases = """
        INSERT INTO habeas.case_file (id, client_id, kind, lane, role, right_asked, regulation, profile, profile_version, state, state_since,
          queue, publisher_id, request_ref, anchor_at, received_at)
        SELECT ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
               (ARRAY['acme-retail', 'globex', 'initech', 'umbrella'])[1 + n % 4], 'request',
               (ARRAY['referral', 'fulfilment', 'own'])[1 + n % 3], (ARRAY['processor', 'processor', 'controller'])[1 + n % 3],
               (ARRAY['access', 'erasure', 'rectification', 'portability', 'opt_out'])[1 + n % 5], 'gdpr', 'kustomer', 2,
               (ARRAY['received', 'referred', 'in_progress', 'fulfilled', 'on_hold', 'needs_client', 'partly_fulfilled', 'refused'])[1 + n % 8],
               now() - make_interval(hours => n), 'habeas.referral', 'support-desk', 'SD-' || n, now() - make_interval(hours => 40 * n),
               now() - make_interval(hours => 40 * n)
          FROM generate_series(1, 70) AS n;
        UPDATE habeas.case_file SET state = 'in_progress' WHERE id = '\(lateCase)';
        INSERT INTO habeas.deadline (subject_id, clock, case_id, client_id, rule, source, anchor_at, due_at, next_at, state)
        SELECT id, 'respond', id, client_id, 'gdpr.respond', 'GDPR Art. 12(3)', received_at, received_at + interval '30 days',
               received_at + interval '30 days', 'open'
          FROM habeas.case_file WHERE state IN ('received', 'referred', 'in_progress', 'needs_client') AND id <> '\(lateCase)';
        INSERT INTO habeas.deadline (subject_id, clock, case_id, client_id, rule, source, anchor_at, due_at, next_at, state)
        VALUES ('\(lateCase)', 'respond', '\(lateCase)', (SELECT client_id FROM habeas.case_file WHERE id = '\(lateCase)'), 'gdpr.respond',
                'GDPR Art. 12(3)', now() - interval '32 days', now() - interval '2 days', NULL, 'missed'),
               ('\(lateCase)', 'refer', '\(lateCase)', (SELECT client_id FROM habeas.case_file WHERE id = '\(lateCase)'), 'kustomer.refer',
                'Kustomer DPA, section 4', now() - interval '32 days', now() - interval '30 days', NULL, 'met'),
               ('\(lateCase)', 'purge', '\(lateCase)', (SELECT client_id FROM habeas.case_file WHERE id = '\(lateCase)'), 'default.purge',
                'GDPR Art. 5(1)(e)', now(), now() + interval '5 hours', now() + interval '5 hours', 'open');
        INSERT INTO habeas.evidence (chain_id, seq, chain_kind, client_id, at, fact, actor, body, prev, hash)
        SELECT '\(lateCase)', n, 'case', 'globex', now() - interval '32 days' + make_interval(hours => n * 30),
               (ARRAY['case.opened', 'case.referred', 'client.decided', 'case.in_progress', 'effect.done', 'deadline.missed'])[n], 'worker:referral',
               (ARRAY['{"role":"processor","right":"erasure"}', '{"clock":"refer","due_at":"2026-11-01T00:00:00Z"}',
                      '{"outcome":"proceed","reason":"Told by Zoë Quill on the phone"}', '{"state":"in_progress"}',
                      '{"target":"system:crm","attempts":2}', '{"clock":"respond","article":"GDPR Art. 12(3)"}'])[n],
               decode(repeat('00', 32), 'hex'), decode(repeat('11', 32), 'hex')
          FROM generate_series(1, 6) AS n;
        INSERT INTO habeas.review (id, kind, case_id, client_id, rule, source, opened_at, due_at)
        SELECT gen_random_uuid(), kind, '\(lateCase)', (SELECT client_id FROM habeas.case_file WHERE id = '\(lateCase)'), 'default.review',
               'GDPR Art. 12', now() - interval '9 hours', now() + late
          FROM (VALUES ('target_stuck', interval '-2 hours'), ('instruction_to_confirm', interval '20 hours')) AS t (kind, late);
        INSERT INTO habeas.parked_message (id, message_key, chain_id, origin, queue, publisher_id, event_type, field, fault, remedy, received_at,
          body_size, expires_at)
        SELECT gen_random_uuid(), sha256(n::text::bytea), gen_random_uuid(), 'refused', 'habeas.intake', 'support-desk',
               'io.habeas.request.submitted.v1', CASE WHEN n < 8 THEN 'data.client' ELSE 'data.subjects[0].identities' END,
               CASE WHEN n < 8 THEN 'unknown_client' ELSE 'missing' END,
               CASE WHEN n < 8 THEN 'Register the client, then replay.' ELSE 'Send at least one identity.' END,
               now() - make_interval(hours => n), 700, now() + interval '30 days'
          FROM generate_series(1, 11) AS n;
        """

    private static let effects = """
        INSERT INTO habeas.target (id, client_id, in_flight, per_second, failures, circuit, openings, circuit_since, circuit_until, last_cause)
        VALUES ('client:acme-retail/hook', 'acme-retail', 4, NULL, 0, 'closed', 0, NULL, NULL, NULL),
               ('client:globex/mail', 'globex', 4, NULL, 0, 'closed', 0, NULL, NULL, NULL),
               ('system:crm', NULL, 8, 20, 14, 'open', 3, now() - interval '95 minutes', now() + interval '4 minutes', 'http_503'),
               ('system:search-index', NULL, 2, 5, 0, 'closed', 0, NULL, NULL, NULL);
        UPDATE habeas.target SET paused_at = now() - interval '3 hours', pause_reason = 'maintenance of the index' WHERE id = 'system:search-index';
        INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, attempts_allowed, planned_at, state, attempts,
          next_attempt_at, cause, status, ended_at)
        SELECT gen_random_uuid(), CASE WHEN n % 4 = 0 THEN 'habeas.referral' ELSE 'habeas.erasure' END,
               CASE WHEN n % 4 = 0 THEN 'client.referral' ELSE 'target.act' END,
               (ARRAY['client:acme-retail/hook', 'system:crm', 'system:crm', 'system:search-index'])[1 + n % 4], c.id, c.id, c.client_id,
               coalesce(c.client_id, ''), 10, now() - make_interval(mins => 7 * n),
               s.state, CASE WHEN s.state = 'planned' THEN 0 ELSE 3 END, CASE WHEN s.state IN ('done', 'parked') THEN NULL ELSE now() - interval '1 minute' END,
               CASE WHEN s.state IN ('parked', 'retrying') THEN 'http_503' END, CASE WHEN s.state IN ('parked', 'retrying') THEN 503 END,
               CASE WHEN s.state IN ('done', 'parked') THEN now() - make_interval(mins => 5 * n) END
          FROM generate_series(1, 60) AS n
          JOIN LATERAL (SELECT (ARRAY['done', 'done', 'planned', 'retrying', 'parked'])[1 + n % 5] AS state) AS s ON true
          JOIN habeas.case_file c ON c.id = ('01980000-0000-7000-8000-' || lpad(to_hex(1 + n % 20), 12, '0'))::uuid;
        INSERT INTO habeas.effect_attempt (effect_id, token, worker, started_at, ended_at, outcome, cause, status)
        SELECT e.id, n, 'habeas-erasure-1', now() - make_interval(mins => 9 * n), now() - make_interval(mins => 9 * n),
               CASE WHEN n > 11 OR e.target_id <> 'system:crm' THEN 'done' ELSE 'retry' END,
               CASE WHEN n > 11 OR e.target_id <> 'system:crm' THEN NULL ELSE (ARRAY['http_503', 'timeout'])[1 + n % 2] END,
               CASE WHEN n > 11 OR e.target_id <> 'system:crm' THEN 200 WHEN n % 2 = 0 THEN 503 END
          FROM habeas.effect e, generate_series(1, 40) AS n WHERE n % 7 <> 3;
        INSERT INTO habeas.outbox_settlement (state, attempts, oldest, newest, ids)
        VALUES ('unheard', 1, now(), now(), ARRAY[gen_random_uuid(), gen_random_uuid()]), ('undelivered', 9, now(), now(), ARRAY[gen_random_uuid()]);
        """

    private static let incidents = """
        INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, phase, phases, spread, discovered_at, aware_at, received_at)
        VALUES ('\(incident)', 'security', 'INC-7', 'open', 'high', 2, '{1,2}', 2, now() - interval '30 hours', now() - interval '28 hours',
                now() - interval '27 hours'),
               ('01980000-0000-7000-8000-0000000000a0', 'security', 'INC-3', 'closed', 'low', 1, '{1}', 1, now() - interval '60 days',
                now() - interval '60 days', now() - interval '60 days');
        INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id, anchor_at,
          received_at)
        SELECT ('01980000-0000-7000-8000-0000000001' || lpad(to_hex(n), 2, '0'))::uuid, client, 'breach_notice', 'notice', 'processor', 'gdpr',
               'kustomer', 'in_progress', now() - interval '20 hours', 'habeas.breach', 'security', now() - interval '27 hours', now() - interval '27 hours'
          FROM (VALUES (1, 'acme-retail'), (2, 'globex'), (3, 'umbrella')) AS t (n, client);
        INSERT INTO habeas.breach_notice (case_id, client_id, incident_id, phases, told_at, acknowledged_at)
        SELECT id, client_id, '\(incident)', 2, CASE WHEN client_id <> 'umbrella' THEN now() - interval '25 hours' END,
               CASE WHEN client_id = 'acme-retail' THEN now() - interval '20 hours' END
          FROM habeas.case_file WHERE kind = 'breach_notice';
        INSERT INTO habeas.deadline (subject_id, clock, case_id, client_id, rule, source, anchor_at, due_at, next_at, state)
        SELECT id, 'notify_clients', id, client_id, 'gdpr.notify', 'GDPR Art. 33(2)', received_at, received_at + interval '24 hours', NULL,
               CASE WHEN client_id = 'umbrella' THEN 'missed' ELSE 'met' END
          FROM habeas.case_file WHERE kind = 'breach_notice';
        INSERT INTO habeas.evidence (chain_id, seq, chain_kind, at, fact, actor, body, prev, hash)
        SELECT '\(incident)', n, 'incident', now() - make_interval(hours => 28 - n), (ARRAY['incident.opened', 'incident.spread', 'incident.updated'])[n],
               'publisher:security', (ARRAY['{"phase":1,"clients":2}', '{"clients":3}', '{"phase":2}'])[n], decode(repeat('00', 32), 'hex'),
               decode(repeat('11', 32), 'hex')
          FROM generate_series(1, 3) AS n;
        """

    private static let figures = """
        INSERT INTO habeas.figure_sample (at, figure, part, value)
        SELECT date_trunc('minute', now()) - make_interval(mins => n), f.figure, q.queue,
               CASE WHEN q.queue = 'habeas.erasure' THEN greatest(0, f.size * (30 - abs(n - 90) / 4.0)) + f.size * 2
                    WHEN q.queue = 'habeas.referral' THEN f.size * (3 + 3 * sin(n / 70.0)) ELSE 0 END
          FROM generate_series(0, 1439) AS n,
               (VALUES ('waiting', 1.0), ('oldest_seconds', 140.0)) AS f (figure, size),
               unnest(ARRAY['habeas.referral', 'habeas.export', 'habeas.erasure', 'habeas.breach']) AS q (queue)
         WHERE n NOT BETWEEN 600 AND 680;
        """
}
