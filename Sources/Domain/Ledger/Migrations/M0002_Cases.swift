import Postgres

extension Migration {
    /// Cases and what belongs to them: secrets, look-ups, deadlines, incidents, holds.
    static let m0002Cases = Migration(
        number: 2,
        name: "cases",
        sql: """
            -- Client and publisher are not referenced by constraint: intake compares the registry's version in the same
            -- transaction and neither is ever deleted, while a checked reference would lock the same two rows for every case.
            -- The row every transaction about a case locks first (FOR NO KEY UPDATE, in id order). It carries the head of
            -- the case's evidence chain, so the lock on the case is the lock on its chain.
            CREATE TABLE habeas.case_file (
              id            uuid PRIMARY KEY,
              client_id     text,
              kind          text NOT NULL,
              lane          text NOT NULL,
              role          text NOT NULL,
              right_asked   text,
              regulation    text NOT NULL,
              profile       text NOT NULL,
              profile_version integer NOT NULL DEFAULT 0,
              is_minor      boolean NOT NULL DEFAULT false,
              -- Said to hold health data: its free text is withheld while its client has no business associate agreement.
              has_health    boolean NOT NULL DEFAULT false,
              country       text,
              submitted_at  timestamptz,
              extended_at   timestamptz,
              state         text NOT NULL,
              state_since   timestamptz NOT NULL,
              queue         text NOT NULL,
              publisher_id  text NOT NULL,
              request_ref   text,
              subject_index integer NOT NULL DEFAULT 0,
              group_id      uuid,
              reference     text,
              anchor_at     timestamptz NOT NULL,
              received_at   timestamptz NOT NULL,
              outcome_seq   integer NOT NULL DEFAULT 0,
              -- The keyed digest of who asks for what: two open cases with the same one are equal.
              ask           bytea,
              -- The open case that answers this one, too.
              linked_to     uuid CHECK (linked_to <> id),
              evidence_seq  integer NOT NULL DEFAULT 0,
              evidence_head bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
            ) WITH (fillfactor = 80);
            -- A publisher's references of requests and of complaints are two lists.
            CREATE UNIQUE INDEX case_file_ref ON habeas.case_file (publisher_id, request_ref, kind, subject_index)
              WHERE request_ref IS NOT NULL;
            CREATE INDEX case_file_group ON habeas.case_file (group_id) WHERE group_id IS NOT NULL;
            CREATE INDEX case_file_linked ON habeas.case_file (linked_to) WHERE linked_to IS NOT NULL;
            CREATE TRIGGER case_file_is_kept BEFORE DELETE OR TRUNCATE ON habeas.case_file
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_is_kept();
            -- The rows of a case stay with its client, as composite foreign keys would keep them, but looked at once a
            -- statement: row by row that took a twelfth of the whole machine at five thousand cases a second. No case is ever
            -- deleted and whoever writes its rows holds its lock, so a look is as good as a lock.
            CREATE FUNCTION habeas.belongs_to_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF EXISTS (SELECT FROM written w LEFT JOIN habeas.case_file c ON c.id = w.case_id
                          WHERE w.case_id IS NOT NULL AND (c.id IS NULL OR c.client_id IS DISTINCT FROM w.client_id)) THEN
                RAISE EXCEPTION 'a row of % belongs to no case of this client', TG_TABLE_NAME
                  USING ERRCODE = 'foreign_key_violation';
              END IF;
              RETURN NULL;
            END
            $body$;
            CREATE FUNCTION habeas.stays_with_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF NOT EXISTS (SELECT FROM habeas.case_file c
                              WHERE c.id = NEW.case_id AND c.client_id IS NOT DISTINCT FROM NEW.client_id) THEN
                RAISE EXCEPTION 'a row of % belongs to no case of this client', TG_TABLE_NAME
                  USING ERRCODE = 'foreign_key_violation';
              END IF;
              RETURN NEW;
            END
            $body$;
            -- A case without a client may get one, and its rows follow; it never changes hands.
            CREATE FUNCTION habeas.case_got_client() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            DECLARE part text;
            BEGIN
              IF OLD.client_id IS NOT NULL THEN
                RAISE EXCEPTION 'a case never changes its client' USING ERRCODE = 'insufficient_privilege';
              END IF;
              -- Every table whose rows stay with their case, those of later migrations included.
              FOR part IN SELECT 'hold' UNION ALL
                          SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                           WHERE t.tgfoid = 'habeas.stays_with_case'::regproc LOOP
                EXECUTE format('UPDATE habeas.%I SET client_id = $1 WHERE case_id = $2', part) USING NEW.client_id, NEW.id;
              END LOOP;
              RETURN NULL;
            END
            $body$;
            CREATE TRIGGER case_got_client AFTER UPDATE OF client_id ON habeas.case_file FOR EACH ROW
              WHEN (NEW.client_id IS DISTINCT FROM OLD.client_id) EXECUTE FUNCTION habeas.case_got_client();

            -- Personal data, encrypted under the case's own key; deleting the row destroys that key.
            CREATE TABLE habeas.case_secret (
              case_id     uuid PRIMARY KEY,
              client_id   text,
              kek_id      text NOT NULL,
              wrapped_key bytea NOT NULL,
              payload     bytea NOT NULL
            );
            CREATE TRIGGER case_secret_belongs AFTER INSERT ON habeas.case_secret REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER case_secret_stays BEFORE UPDATE OF case_id, client_id ON habeas.case_secret FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();

            -- Keyed hashes of the normalised identities: the only way from a person to a case.
            CREATE TABLE habeas.case_identity (
              lookup        bytea NOT NULL,
              case_id       uuid NOT NULL,
              client_id     text,
              kind          text NOT NULL,
              key_id        text NOT NULL,
              normalisation smallint NOT NULL,
              PRIMARY KEY (case_id, lookup)
            );
            CREATE TRIGGER case_identity_belongs AFTER INSERT ON habeas.case_identity REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER case_identity_stays BEFORE UPDATE OF case_id, client_id ON habeas.case_identity FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            CREATE INDEX case_identity_lookup ON habeas.case_identity (lookup);

            CREATE TABLE habeas.incident (
              id            uuid PRIMARY KEY,
              publisher_id  text NOT NULL REFERENCES habeas.publisher (id),
              incident_ref  text NOT NULL,
              state         text NOT NULL,
              risk          text NOT NULL,
              phase         integer NOT NULL DEFAULT 1,
              discovered_at timestamptz NOT NULL,
              aware_at      timestamptz NOT NULL,
              received_at   timestamptz NOT NULL,
              outcome_seq   integer NOT NULL DEFAULT 0,
              evidence_seq  integer NOT NULL DEFAULT 0,
              evidence_head bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
              UNIQUE (publisher_id, incident_ref)
            );

            -- Every later event about a case or an incident keeps its own words here, under a key of its own.
            CREATE TABLE habeas.event_secret (
              id          uuid PRIMARY KEY,
              subject_id  uuid NOT NULL,
              event_type  text NOT NULL,
              received_at timestamptz NOT NULL,
              kek_id      text NOT NULL,
              wrapped_key bytea NOT NULL,
              payload     bytea NOT NULL
            );
            CREATE INDEX event_secret_subject ON habeas.event_secret (subject_id);

            CREATE TABLE habeas.hold (
              id           uuid PRIMARY KEY,
              publisher_id text NOT NULL REFERENCES habeas.publisher (id),
              hold_ref     text NOT NULL,
              client_id    text REFERENCES habeas.client (id),
              case_id      uuid REFERENCES habeas.case_file (id),
              placed_at    timestamptz NOT NULL,
              until        timestamptz,
              lifted_at    timestamptz,
              -- One row a case where a request has several.
              UNIQUE NULLS NOT DISTINCT (publisher_id, hold_ref, case_id)
            );
            CREATE INDEX hold_case ON habeas.hold (case_id) WHERE lifted_at IS NULL;

            -- A clock of a case, an incident or a parked message: one of each kind a subject.
            CREATE TABLE habeas.deadline (
              subject_id   uuid NOT NULL,
              clock        text NOT NULL,
              case_id      uuid CHECK (case_id = subject_id),
              client_id    text,
              rule         text NOT NULL,
              source       text NOT NULL,
              anchor_at    timestamptz NOT NULL,
              due_at       timestamptz,
              warn_at      timestamptz,
              next_at      timestamptz,
              provisional  boolean NOT NULL DEFAULT false,
              unverified   boolean NOT NULL DEFAULT false,
              state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'met', 'missed', 'void')),
              CHECK (state = 'open' OR next_at IS NULL),
              PRIMARY KEY (subject_id, clock)
            );
            CREATE TRIGGER deadline_belongs AFTER INSERT ON habeas.deadline REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER deadline_stays BEFORE UPDATE OF case_id, client_id ON habeas.deadline FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            -- What the clock looks at: next_at is the warning or the end, whichever comes first, and null once there is neither.
            CREATE INDEX deadline_next ON habeas.deadline (next_at) WHERE next_at IS NOT NULL;
            CREATE INDEX deadline_missed ON habeas.deadline (due_at) WHERE state = 'missed';

            -- When a case waited for somebody; whether its clocks stood still is the regime's affair.
            CREATE TABLE habeas.case_pause (
              case_id    uuid NOT NULL,
              client_id  text,
              reason     text NOT NULL,
              from_at    timestamptz NOT NULL,
              to_at      timestamptz CHECK (to_at >= from_at),
              grounded   boolean NOT NULL DEFAULT true,
              PRIMARY KEY (case_id, reason, from_at)
            );
            CREATE TRIGGER case_pause_belongs AFTER INSERT ON habeas.case_pause REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER case_pause_stays BEFORE UPDATE OF case_id, client_id ON habeas.case_pause FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            CREATE UNIQUE INDEX case_pause_open ON habeas.case_pause (case_id, reason) WHERE to_at IS NULL;
            """
    )
}
