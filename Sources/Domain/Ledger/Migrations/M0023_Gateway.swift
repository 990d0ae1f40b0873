import Postgres

extension Migration {
    /// What clients identify themselves with at the gateway, and what the gateway may read for them.
    static let m0023Gateway = Migration(
        number: 23,
        name: "gateway",
        sql: """
            -- A client's token. Of its secret, 256 random bits, only the SHA-256 is kept: nobody can find it from that.
            CREATE TABLE habeas.client_token (
              -- Part of the token, and its name in lists and in evidence.
              id           uuid PRIMARY KEY,
              client_id    text NOT NULL REFERENCES habeas.client (id),
              label        text,
              digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
              created_at   timestamptz NOT NULL,
              created_by   name NOT NULL DEFAULT session_user,
              -- Null: until it is revoked.
              expires_at   timestamptz,
              -- To the hour, so that using one costs no write.
              last_used_at timestamptz,
              revoked_at   timestamptz,
              revoked_by   name
            );
            CREATE INDEX client_token_client ON habeas.client_token (client_id, id);
            CREATE FUNCTION habeas.client_token_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              IF (NEW.id, NEW.client_id, NEW.label, NEW.digest, NEW.created_at, NEW.created_by, NEW.expires_at)
                   IS DISTINCT FROM (OLD.id, OLD.client_id, OLD.label, OLD.digest, OLD.created_at, OLD.created_by, OLD.expires_at)
                 OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
                RAISE EXCEPTION 'a token never changes: revoke it and make another' USING ERRCODE = 'insufficient_privilege';
              END IF;
              NEW.revoked_by := CASE WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN session_user ELSE OLD.revoked_by END;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER client_token_stays BEFORE UPDATE ON habeas.client_token
              FOR EACH ROW EXECUTE FUNCTION habeas.client_token_stays();
            CREATE TRIGGER client_token_is_kept BEFORE DELETE OR TRUNCATE ON habeas.client_token
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_is_kept();

            -- A client's own cases, page by page.
            CREATE INDEX case_file_client ON habeas.case_file (client_id, id) WHERE client_id IS NOT NULL;
            CREATE INDEX breach_notice_client ON habeas.breach_notice (client_id, case_id);

            GRANT SELECT ON habeas.client_token TO habeas_gateway;
            GRANT UPDATE (last_used_at) ON habeas.client_token TO habeas_gateway;
            GRANT INSERT (id, client_id, label, digest, created_at, expires_at), UPDATE (revoked_at) ON habeas.client_token
              TO habeas_operator;
            GRANT SELECT (id, client_id, label, created_at, created_by, expires_at, last_used_at, revoked_at, revoked_by)
              ON habeas.client_token TO habeas_operator, habeas_auditor;

            -- The gateway reads what clients may see, and writes who has read it.
            GRANT SELECT ON habeas.case_file, habeas.case_secret, habeas.event_secret, habeas.deadline, habeas.export, habeas.certificate,
              habeas.breach_notice, habeas.breach_content, habeas.announcement, habeas.announcement_notice,
              habeas.announcement_objection, habeas.inbox TO habeas_gateway;
            GRANT UPDATE (evidence_seq, evidence_head) ON habeas.case_file TO habeas_gateway;
            GRANT INSERT ON habeas.evidence TO habeas_gateway;

            -- Which incident a client means that acknowledges what it was told.
            GRANT SELECT (case_id, client_id, incident_id) ON habeas.breach_notice TO habeas_intake;
            """
    )
}
