import Postgres

extension Migration {
    /// What waits for a person, and who has approved it.
    static let m0006Reviews = Migration(
        number: 6,
        name: "reviews",
        sql: """
            -- One row for each thing that waits for a person, written in the transaction of its cause. Rows are settled, never
            -- removed; what is open is all that any index knows of.
            CREATE TABLE habeas.review (
              id           uuid PRIMARY KEY,
              kind         text NOT NULL,
              case_id      uuid,
              client_id    text,
              -- Whose access requests look like harvesting: a publisher's, or those about one person (the look-up digest).
              publisher_id text,
              identity     bytea,
              needs        smallint NOT NULL DEFAULT 1 CHECK (needs BETWEEN 1 AND 2),
              rule         text NOT NULL,
              source       text NOT NULL,
              opened_at    timestamptz NOT NULL,
              due_at       timestamptz NOT NULL,
              settled_at   timestamptz,
              settled_by   name,
              verdict      text CHECK (verdict IN ('confirmed', 'denied', 'moot')),
              reason       text,
              CHECK ((settled_at IS NULL) = (verdict IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)),
              CHECK (verdict = 'moot' OR (verdict IS NULL) = (reason IS NULL)),
              CHECK (kind <> 'tenant_erasure' OR needs = 2),
              CHECK (num_nonnulls(case_id, publisher_id, identity) = 1)
            );
            CREATE TRIGGER review_belongs AFTER INSERT ON habeas.review REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER review_stays BEFORE UPDATE OF case_id, client_id ON habeas.review FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            CREATE UNIQUE INDEX review_open_case ON habeas.review (case_id, kind)
              WHERE settled_at IS NULL AND case_id IS NOT NULL;
            CREATE UNIQUE INDEX review_open_source ON habeas.review (publisher_id, identity) NULLS NOT DISTINCT
              WHERE settled_at IS NULL AND case_id IS NULL;
            CREATE INDEX review_open_due ON habeas.review (due_at) WHERE settled_at IS NULL;
            -- The few that are about no case, settled ones too: one review a source and window.
            CREATE INDEX review_source ON habeas.review (opened_at) WHERE case_id IS NULL;

            -- Who agreed. The login, not a name that somebody gave; one row a login.
            CREATE TABLE habeas.review_approval (
              review_id uuid NOT NULL REFERENCES habeas.review (id),
              actor     name NOT NULL,
              at        timestamptz NOT NULL,
              reason    text NOT NULL,
              PRIMARY KEY (review_id, actor)
            );
            CREATE FUNCTION habeas.approval_given() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              NEW.actor := session_user;
              NEW.at := habeas.domain_now();
              IF NOT EXISTS (SELECT FROM habeas.review WHERE id = NEW.review_id AND settled_at IS NULL) THEN
                RAISE EXCEPTION 'this review is settled' USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER approval_given BEFORE INSERT ON habeas.review_approval
              FOR EACH ROW EXECUTE FUNCTION habeas.approval_given();

            -- A verdict is a person's, final, and where two have to agree it waits for two.
            CREATE FUNCTION habeas.review_settled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF TG_OP = 'INSERT' THEN
                IF NEW.settled_at IS NOT NULL THEN
                  RAISE EXCEPTION 'a review begins open' USING ERRCODE = 'object_not_in_prerequisite_state';
                END IF;
                RETURN NEW;
              END IF;
              IF OLD.settled_at IS NOT NULL
                 OR (NEW.id, NEW.kind, NEW.case_id, NEW.publisher_id, NEW.identity, NEW.needs, NEW.rule, NEW.source, NEW.opened_at, NEW.due_at)
                    IS DISTINCT FROM
                    (OLD.id, OLD.kind, OLD.case_id, OLD.publisher_id, OLD.identity, OLD.needs, OLD.rule, OLD.source, OLD.opened_at, OLD.due_at) THEN
                RAISE EXCEPTION 'a review is settled once and changes in nothing else'
                  USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
              IF NEW.verdict <> 'moot' AND NOT pg_has_role(session_user, 'habeas_operator', 'MEMBER') THEN
                RAISE EXCEPTION 'only a person settles a review' USING ERRCODE = 'insufficient_privilege';
              END IF;
              IF NEW.verdict = 'confirmed' AND NEW.needs > 1
                 AND (SELECT count(*) FROM habeas.review_approval WHERE review_id = NEW.id) < NEW.needs THEN
                RAISE EXCEPTION 'different people have to approve this first' USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
              NEW.settled_by := session_user;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER review_begins BEFORE INSERT ON habeas.review
              FOR EACH ROW EXECUTE FUNCTION habeas.review_settled();
            CREATE TRIGGER review_settled BEFORE UPDATE OF id, kind, case_id, publisher_id, identity, needs, rule, source, opened_at,
              due_at, settled_at, settled_by, verdict, reason ON habeas.review
              FOR EACH ROW EXECUTE FUNCTION habeas.review_settled();

            CREATE FUNCTION habeas.review_is_kept() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'reviews and approvals are never removed' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER review_is_kept BEFORE DELETE OR TRUNCATE ON habeas.review
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.review_is_kept();
            CREATE TRIGGER approval_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.review_approval
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.review_is_kept();

            -- A case that gets its client takes its reviews with it.
            CREATE FUNCTION habeas.review_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              UPDATE habeas.review SET client_id = NEW.client_id WHERE case_id = NEW.id AND settled_at IS NULL;
              RETURN NULL;
            END
            $body$;
            CREATE TRIGGER review_follows AFTER UPDATE OF client_id ON habeas.case_file FOR EACH ROW
              WHEN (NEW.client_id IS DISTINCT FROM OLD.client_id) EXECUTE FUNCTION habeas.review_follows();

            GRANT SELECT, INSERT ON habeas.review TO habeas_intake, habeas_clock;
            GRANT UPDATE (settled_at, verdict) ON habeas.review TO habeas_intake, habeas_clock;
            -- A harvest is a fact of the installation; whose requests they are is found by the look-up digests.
            GRANT UPDATE (evidence_seq, evidence_head) ON habeas.installation TO habeas_clock;
            GRANT SELECT (lookup) ON habeas.case_identity TO habeas_clock;
            GRANT SELECT ON habeas.review, habeas.review_approval TO habeas_operator, habeas_auditor;
            GRANT UPDATE (settled_at, verdict, reason) ON habeas.review TO habeas_operator;
            GRANT INSERT (review_id, reason) ON habeas.review_approval TO habeas_operator;
            -- Who gave an answer, and where it can be read, is kept sealed beside the case.
            GRANT INSERT ON habeas.event_secret TO habeas_operator;
            """
    )
}
