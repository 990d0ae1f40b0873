-- An own database: 8 tables, :rows rows of acme and a tenth of that of each of three others, and a place where the connector may
-- make its own table. Rows of all clients lie mixed, as they would.
\set each :rows / 100
CREATE TABLE share (client text PRIMARY KEY, part numeric NOT NULL);
INSERT INTO share VALUES ('acme', 1), ('birch', 0.1), ('cedar', 0.1), ('dogwood', 0.1);

-- A row of each client in turn, so many of a hundred of the whole.
CREATE FUNCTION people(percent integer, whole bigint) RETURNS TABLE (client text, n bigint) LANGUAGE sql AS $$
  SELECT s.client, n FROM share s, LATERAL generate_series(1, (whole * percent / 100 * s.part)::bigint) n ORDER BY n, s.client
$$;

CREATE TABLE accounts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client text NOT NULL, n bigint, email text, touched integer DEFAULT 0);
INSERT INTO accounts (client, n, email) SELECT client, n, 'p' || n || '@' || client || '.example' FROM people(4, :rows);
CREATE INDEX ON accounts (client, n);
CREATE INDEX ON accounts (lower(email));
CREATE TABLE addresses (id bigserial PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts, street text);
INSERT INTO addresses (account_id, street)
  SELECT a.id, 'street ' || p.n FROM people(6, :rows) p
  JOIN accounts a ON a.client = p.client AND a.n = 1 + p.n % greatest(1, (:rows * 4 / 100 * (SELECT part FROM share s WHERE s.client = p.client))::bigint);
CREATE INDEX ON addresses (account_id);
CREATE TABLE contacts (id bigserial PRIMARY KEY, client text NOT NULL, email text, phone text, touched integer DEFAULT 0);
INSERT INTO contacts (client, email, phone) SELECT client, 'p' || n || '@' || client || '.example', '+49' || n FROM people(6, :rows);
CREATE INDEX ON contacts (client, id);
CREATE TABLE conversations (id bigserial PRIMARY KEY, client text NOT NULL, n bigint, opened_by text, touched integer DEFAULT 0);
INSERT INTO conversations (client, n, opened_by) SELECT client, n, 'p' || n || '@' || client || '.example' FROM people(10, :rows);
CREATE INDEX ON conversations (client, id);
CREATE INDEX ON conversations (client, n);
CREATE TABLE messages (id bigserial PRIMARY KEY, client text NOT NULL, conversation_id bigint NOT NULL REFERENCES conversations, n bigint,
  sender text, body text, touched integer DEFAULT 0);
INSERT INTO messages (client, conversation_id, n, sender, body)
  SELECT p.client, c.id, p.n, 'p' || p.n || '@' || p.client || '.example', repeat('word ', 20) FROM people(50, :rows) p
  JOIN conversations c ON c.client = p.client AND c.n = 1 + p.n % greatest(1, (:rows * 10 / 100 * (SELECT part FROM share s WHERE s.client = p.client))::bigint);
CREATE INDEX ON messages (client, id);
CREATE INDEX ON messages (conversation_id);
CREATE INDEX ON messages (client, n);
CREATE TABLE attachments (id bigserial PRIMARY KEY, message_id bigint NOT NULL REFERENCES messages, name text);
INSERT INTO attachments (message_id, name)
  SELECT m.id, 'file ' || p.n FROM people(12, :rows) p JOIN messages m ON m.client = p.client AND m.n = p.n;
CREATE INDEX ON attachments (message_id);
CREATE TABLE events (client text NOT NULL, id bigserial, actor text, kind text, touched integer DEFAULT 0, PRIMARY KEY (client, id));
INSERT INTO events (client, actor, kind) SELECT client, 'p' || n || '@' || client || '.example', 'login' FROM people(10, :rows);
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client text NOT NULL, about text, touched integer DEFAULT 0);
INSERT INTO notes (client, about) SELECT client, 'p' || n || '@' || client || '.example' FROM people(2, :rows);
CREATE INDEX ON notes (client, id);

CREATE SCHEMA privacy AUTHORIZATION shop_privacy;
GRANT USAGE ON SCHEMA public TO shop_privacy;
GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop_privacy;

-- What a writer waited for, by the server's own clock: finds a row a little ahead of the erasure, then times its update.
CREATE UNLOGGED TABLE writes (name text, at timestamptz DEFAULT clock_timestamp(), ms double precision, changed integer);
CREATE FUNCTION write_ahead(name text, key text, ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found text;
  place text;
  since timestamptz;
  changed integer;
  through boolean;
BEGIN
  IF to_regclass('privacy.habeas_progress') IS NOT NULL THEN
    SELECT p.place[cardinality(p.place)], p.is_done OR p.pass > 1 INTO place, through
      FROM privacy.habeas_progress p WHERE p.part = 'tenant:' || name;
    IF through THEN
      RETURN;
    END IF;
  END IF;
  EXECUTE format('SELECT id::text FROM %I WHERE client = ''acme'' AND ($1 IS NULL OR id > $1::%s) ORDER BY client, id OFFSET %s LIMIT 1', name, key, ahead)
    INTO found USING place;
  IF found IS NULL THEN
    RETURN;
  END IF;
  since := clock_timestamp();
  EXECUTE format('UPDATE %I SET touched = touched WHERE client = ''acme'' AND id = $1::%s', name, key) USING found;
  GET DIAGNOSTICS changed = ROW_COUNT;
  INSERT INTO writes VALUES (name, DEFAULT, extract(epoch FROM clock_timestamp() - since) * 1000, changed);
END
$$;
ANALYZE;
