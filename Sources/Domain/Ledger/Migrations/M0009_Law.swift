import Postgres

extension Migration {
    /// The law of a case: a regime that became known, and the agreement it began under.
    static let m0009Law = Migration(
        number: 9,
        name: "law",
        sql: """
            -- What was agreed with each client beyond the statement, version by version; a case keeps the one it began under.
            CREATE TABLE habeas.agreement (
              client_id  text NOT NULL REFERENCES habeas.client (id),
              version    integer NOT NULL CHECK (version > 0),
              -- None: from this version on nothing is agreed.
              body       text,
              applied_at timestamptz NOT NULL DEFAULT now(),
              applied_by name NOT NULL DEFAULT session_user,
              PRIMARY KEY (client_id, version)
            );
            CREATE FUNCTION habeas.agreement_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'a version of an agreement never changes' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER agreement_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.agreement
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.agreement_is_final();

            -- The number of the version in force; none yet where it is 0.
            ALTER TABLE habeas.client ADD COLUMN agreement_version integer NOT NULL DEFAULT 0;
            -- What holds now counts as the first.
            UPDATE habeas.client SET agreement_version = 1 WHERE agreement IS NOT NULL;
            INSERT INTO habeas.agreement (client_id, version, body, applied_at, applied_by)
            SELECT id, agreement_version, agreement, applied_at, applied_by FROM habeas.client WHERE agreement IS NOT NULL;

            -- Counted and kept here, so that it makes no difference who changes an agreement and with which version of the program.
            CREATE FUNCTION habeas.agreement_counted() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              IF TG_OP = 'INSERT' THEN
                NEW.agreement_version := CASE WHEN NEW.agreement IS NULL THEN 0 ELSE 1 END;
              ELSIF NEW.agreement IS DISTINCT FROM OLD.agreement THEN
                NEW.agreement_version := OLD.agreement_version + 1;
              ELSE
                NEW.agreement_version := OLD.agreement_version;
              END IF;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER agreement_counted BEFORE INSERT OR UPDATE OF agreement, agreement_version ON habeas.client
              FOR EACH ROW EXECUTE FUNCTION habeas.agreement_counted();
            CREATE FUNCTION habeas.agreement_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              INSERT INTO habeas.agreement (client_id, version, body)
              SELECT NEW.id, NEW.agreement_version, NEW.agreement
               WHERE NEW.agreement_version > CASE WHEN TG_OP = 'UPDATE' THEN OLD.agreement_version ELSE 0 END;
              RETURN NULL;
            END
            $body$;
            CREATE TRIGGER agreement_kept AFTER INSERT OR UPDATE OF agreement ON habeas.client
              FOR EACH ROW EXECUTE FUNCTION habeas.agreement_kept();

            -- The number of the agreement a case began under, or of the one in force when its client became known. None: no client
            -- is known, or the case was begun by a program that kept no number; such a case follows the agreement as it stands.
            ALTER TABLE habeas.case_file ADD COLUMN agreement_version integer;

            CREATE FUNCTION habeas.law_is_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF OLD.agreement_version IS NOT NULL AND NEW.agreement_version IS DISTINCT FROM OLD.agreement_version THEN
                RAISE EXCEPTION 'a case keeps the agreement it began under' USING ERRCODE = 'insufficient_privilege';
              END IF;
              IF NEW.regulation <> OLD.regulation THEN
                IF OLD.regulation <> 'other' THEN
                  RAISE EXCEPTION 'only a regime that nobody could name is settled' USING ERRCODE = 'insufficient_privilege';
                END IF;
                IF NOT pg_has_role(session_user, 'habeas_operator', 'MEMBER') THEN
                  RAISE EXCEPTION 'only a person settles the regime of a case' USING ERRCODE = 'insufficient_privilege';
                END IF;
              END IF;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER law_is_kept BEFORE UPDATE OF regulation, agreement_version ON habeas.case_file
              FOR EACH ROW EXECUTE FUNCTION habeas.law_is_kept();

            GRANT SELECT ON habeas.agreement TO habeas_intake, habeas_referral, habeas_export, habeas_erasure, habeas_breach,
              habeas_clock, habeas_gateway, habeas_operator, habeas_auditor;
            GRANT UPDATE (regulation) ON habeas.case_file TO habeas_operator;
            """
    )
}
