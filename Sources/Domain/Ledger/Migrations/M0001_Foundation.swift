import Postgres

extension Migration {
    /// Roles, the installation, and the registries of clients and publishers.
    static let m0001Foundation = Migration(
        number: 1,
        name: "foundation",
        sql: """
            -- One group role a worker; logins are granted membership by the operator, so that a leaked password opens
            -- only what that worker needs. Roles belong to the cluster: another database may have made them already.
            DO $roles$
            DECLARE wanted text;
            BEGIN
              PERFORM pg_advisory_xact_lock(hashtext('habeas.roles'));
              FOREACH wanted IN ARRAY ARRAY['habeas_intake','habeas_referral','habeas_export','habeas_erasure','habeas_breach',
                'habeas_clock','habeas_gateway','habeas_operator','habeas_auditor'] LOOP
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
                  BEGIN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
                  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                  END;
                END IF;
              END LOOP;
            END
            $roles$;

            CREATE SCHEMA IF NOT EXISTS habeas;
            GRANT USAGE ON SCHEMA habeas TO habeas_intake, habeas_referral, habeas_export, habeas_erasure, habeas_breach,
              habeas_clock, habeas_gateway, habeas_operator, habeas_auditor;

            -- Exactly one row: what this database is. registry_version moves with every change of the registries, so that
            -- a worker's cached copy is checked inside each transaction and a revoked publisher is refused at once.
            CREATE TABLE habeas.installation (
              singleton        boolean PRIMARY KEY DEFAULT true CHECK (singleton),
              chain_id         uuid NOT NULL DEFAULT gen_random_uuid(),
              play             boolean NOT NULL DEFAULT false,
              play_offset      interval NOT NULL DEFAULT '0' CHECK (play OR play_offset = '0'),
              topology_digest  text,
              registry_version bigint NOT NULL DEFAULT 1,
              evidence_seq     integer NOT NULL DEFAULT 0,
              evidence_head    bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
            );
            INSERT INTO habeas.installation DEFAULT VALUES;

            -- Domain time: the database's clock plus an offset that only a play database can have.
            CREATE FUNCTION habeas.domain_now() RETURNS timestamptz LANGUAGE sql STABLE
              RETURN (SELECT now() + play_offset FROM habeas.installation);

            -- Moves domain time forward, in a play database only.
            CREATE FUNCTION habeas.play_until(wanted timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              UPDATE habeas.installation SET play_offset = greatest(play_offset, wanted - now()) WHERE play;
              IF NOT FOUND THEN
                RAISE EXCEPTION 'domain time moves in a play database only' USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
            END
            $body$;
            REVOKE EXECUTE ON FUNCTION habeas.play_until(timestamptz) FROM PUBLIC;

            CREATE TABLE habeas.client (
              id            text PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,63}$'),
              names         text[] NOT NULL DEFAULT '{}',
              country       text,
              time_zone     text NOT NULL DEFAULT 'Etc/UTC',
              locale        text NOT NULL DEFAULT 'en',
              suspended     boolean NOT NULL DEFAULT false,
              baa_signed    boolean NOT NULL DEFAULT false,
              dpa_signed_on date,
              agreement     text,
              -- One renewal of its contract, and how many months lie between two; none where it has no term.
              renews_on     date,
              term_months   integer NOT NULL DEFAULT 12 CHECK (term_months BETWEEN 1 AND 120),
              terminated_at timestamptz,
              chain_id      uuid NOT NULL DEFAULT gen_random_uuid(),
              evidence_seq  integer NOT NULL DEFAULT 0,
              evidence_head bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
              applied_at    timestamptz NOT NULL DEFAULT now(),
              applied_by    name NOT NULL DEFAULT session_user
            );

            -- Who may publish what for whom. The broker validates user-id, broker_user is therefore the identity.
            CREATE TABLE habeas.publisher (
              id              text PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,63}$'),
              broker_user     text NOT NULL UNIQUE,
              profile         text NOT NULL,
              clients         text[] NOT NULL,
              event_types     text[] NOT NULL,
              source_prefixes text[] NOT NULL,
              -- How many events a second are taken in at once, fleet-wide; what comes beyond waits its turn. None: no limit.
              events_per_second integer CHECK (events_per_second BETWEEN 1 AND 100000),
              revoked_at      timestamptz,
              applied_at      timestamptz NOT NULL DEFAULT now(),
              applied_by      name NOT NULL DEFAULT session_user
            );

            CREATE FUNCTION habeas.registry_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              UPDATE habeas.installation SET registry_version = registry_version + 1;
              RETURN NULL;
            END
            $body$;
            -- Not on the chain columns: evidence of a client must not make every worker reload its registry.
            CREATE TRIGGER client_changed AFTER INSERT OR UPDATE OF names, country, time_zone, locale, suspended,
              baa_signed, dpa_signed_on, agreement, renews_on, term_months, terminated_at ON habeas.client
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();
            -- What cases, holds and evidence name stays nameable.
            CREATE FUNCTION habeas.registry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER client_is_kept BEFORE DELETE OR TRUNCATE ON habeas.client
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_is_kept();
            CREATE TRIGGER publisher_is_kept BEFORE DELETE OR TRUNCATE ON habeas.publisher
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_is_kept();
            CREATE TRIGGER publisher_changed AFTER INSERT OR UPDATE ON habeas.publisher
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();

            -- The processor's own statements as settings, version by version; a case keeps the one it began under.
            CREATE TABLE habeas.profile (
              name           text NOT NULL CHECK (name ~ '^[a-z0-9-]{1,63}$'),
              version        integer NOT NULL CHECK (version > 0),
              effective_from date NOT NULL,
              body           text NOT NULL,
              applied_at     timestamptz NOT NULL DEFAULT now(),
              applied_by     name NOT NULL DEFAULT session_user,
              PRIMARY KEY (name, version)
            );
            CREATE FUNCTION habeas.profile_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'a profile version never changes' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER profile_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.profile
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.profile_is_final();
            CREATE TRIGGER profile_changed AFTER INSERT ON habeas.profile
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();

            -- Public holidays of a country or a part of it, by ISO 3166 code.
            CREATE TABLE habeas.holiday_calendar (
              place      text PRIMARY KEY,
              name       text NOT NULL,
              time_zone  text NOT NULL,
              first_year integer NOT NULL,
              last_year  integer NOT NULL CHECK (last_year >= first_year),
              days       date[] NOT NULL,
              applied_at timestamptz NOT NULL DEFAULT now(),
              applied_by name NOT NULL DEFAULT session_user
            );
            CREATE TRIGGER holiday_calendar_changed AFTER INSERT OR DELETE OR UPDATE ON habeas.holiday_calendar
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();
            """
    )
}
