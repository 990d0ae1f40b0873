import Postgres

extension Migration {
    /// Disclosures to authorities: what was demanded by whom and by what law, who approved it, who was told, who got it.
    static let m0017Disclosures = Migration(
        number: 17,
        name: "disclosures",
        sql: """
            -- The register: a row for each case that an authority's demand has begun, one case for each person. No word in it is a
            -- person's but the logins of those who acted; whom it is about is sealed with the case.
            CREATE TABLE habeas.disclosure (
              case_id         uuid PRIMARY KEY,
              client_id       text NOT NULL,
              -- Of all cases of one demand.
              demand_id       uuid NOT NULL,
              authority       text NOT NULL,
              country         text NOT NULL,
              kind            text NOT NULL,
              law             text NOT NULL,
              article         text NOT NULL,
              reference       text NOT NULL,
              reviewer        text NOT NULL,
              delivery        text NOT NULL,
              relationship    text NOT NULL,
              -- All that may be handed over; nothing here stands for everything.
              systems         text[] NOT NULL CHECK (cardinality(systems) > 0),
              categories      text[] NOT NULL CHECK (cardinality(categories) > 0),
              demanded_at     timestamptz NOT NULL,
              due_at          timestamptz NOT NULL CHECK (due_at > demanded_at),
              client_term     text NOT NULL,
              -- Why the client may not be told, until when if that is known, and when it was over.
              prohibition     text,
              prohibited_until timestamptz,
              prohibition_ended_at timestamptz,
              -- When the client knew; when nobody could tell it, when a person had said so.
              told_at         timestamptz,
              opened_at       timestamptz NOT NULL,
              opened_by       name NOT NULL DEFAULT session_user,
              handed_over_at  timestamptz,
              handed_over_by  name,
              -- To what office, in which way.
              handed_over_to  text,
              CHECK (prohibition IS NOT NULL OR num_nonnulls(prohibited_until, prohibition_ended_at) = 0),
              CHECK (num_nonnulls(handed_over_at, handed_over_by, handed_over_to) IN (0, 3)),
              CHECK ('*' <> ALL (systems) AND '*' <> ALL (categories))
            );
            CREATE INDEX disclosure_demand ON habeas.disclosure (demand_id);
            CREATE TRIGGER disclosure_belongs AFTER INSERT ON habeas.disclosure REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER disclosure_stays BEFORE UPDATE OF case_id, client_id ON habeas.disclosure FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            -- Who acted is the database's word. A register loses nothing, and what was handed over is not handed over anew.
            CREATE FUNCTION habeas.disclosure_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF TG_OP = 'INSERT' THEN
                NEW.opened_by := session_user;
                NEW.handed_over_at := NULL;
                NEW.handed_over_by := NULL;
                NEW.handed_over_to := NULL;
                RETURN NEW;
              END IF;
              IF OLD.handed_over_at IS NOT NULL AND NEW.handed_over_at IS DISTINCT FROM OLD.handed_over_at THEN
                RAISE EXCEPTION 'this disclosure was handed over before' USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
              IF NEW.handed_over_at IS NOT NULL AND OLD.handed_over_at IS NULL THEN
                NEW.handed_over_by := session_user;
              END IF;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER disclosure_written BEFORE INSERT OR UPDATE ON habeas.disclosure
              FOR EACH ROW EXECUTE FUNCTION habeas.disclosure_written();
            CREATE FUNCTION habeas.disclosure_is_kept() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'the register of disclosures is never shortened' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER disclosure_is_kept BEFORE DELETE OR TRUNCATE ON habeas.disclosure
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.disclosure_is_kept();

            -- Two people approve one, whatever a program says.
            ALTER TABLE habeas.review ADD CHECK (kind <> 'disclosure' OR needs = 2);
            -- Only these categories of a system are collected; null: all.
            ALTER TABLE habeas.fan_out ADD COLUMN only_categories text[];

            -- A person opens no case but an authority's demand: one of another kind comes in as an event.
            CREATE FUNCTION habeas.opened_by_person() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'a person opens disclosures, as received, and no other case' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER opened_by_person BEFORE INSERT ON habeas.case_file FOR EACH ROW
              WHEN ((NEW.kind <> 'disclosure' OR NEW.state <> 'received')
                    AND pg_has_role(session_user, 'habeas_operator', 'MEMBER')
                    AND NOT pg_has_role(session_user, 'habeas_intake', 'MEMBER'))
              EXECUTE FUNCTION habeas.opened_by_person();
            GRANT INSERT ON habeas.case_file, habeas.case_secret, habeas.case_identity, habeas.disclosure TO habeas_operator;
            GRANT UPDATE (prohibition_ended_at, handed_over_at, handed_over_to) ON habeas.disclosure TO habeas_operator;
            GRANT UPDATE (told_at) ON habeas.disclosure TO habeas_referral;
            GRANT SELECT ON habeas.disclosure TO habeas_referral, habeas_export, habeas_operator, habeas_auditor;
            """
    )
}
