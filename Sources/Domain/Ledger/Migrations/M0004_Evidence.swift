import Postgres

extension Migration {
    /// The chains of evidence, insert-only by grant and by trigger.
    static let m0004Evidence = Migration(
        number: 4,
        name: "evidence",
        sql: """
            -- Row `seq` of a chain hashes its own content and the hash before it. Content is text as it was hashed.
            CREATE TABLE habeas.evidence (
              chain_id   uuid NOT NULL,
              seq        integer NOT NULL CHECK (seq > 0),
              chain_kind text NOT NULL,
              client_id  text,
              at         timestamptz NOT NULL,
              fact       text NOT NULL,
              actor      text NOT NULL,
              body       text NOT NULL,
              prev       bytea NOT NULL CHECK (length(prev) = 32),
              hash       bytea NOT NULL CHECK (length(hash) = 32),
              written_by name NOT NULL DEFAULT session_user,
              PRIMARY KEY (chain_id, seq)
            );

            -- No index: whoever seals takes whatever rows there are, whole pages at a time.
            CREATE TABLE habeas.evidence_unsealed (
              chain_id uuid NOT NULL,
              seq      integer NOT NULL,
              since    timestamptz NOT NULL DEFAULT now()
            ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

            CREATE FUNCTION habeas.evidence_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              INSERT INTO habeas.evidence_unsealed (chain_id, seq) SELECT chain_id, seq FROM written;
              RETURN NULL;
            END
            $body$;
            CREATE TRIGGER evidence_written AFTER INSERT ON habeas.evidence REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.evidence_written();

            -- Grants keep the workers out; this keeps the owner's own mistakes out.
            CREATE FUNCTION habeas.evidence_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'evidence is insert-only' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER evidence_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.evidence
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.evidence_is_final();
            """
    )
}
