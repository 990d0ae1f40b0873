-- The own database of scripts/load-exports: person 1 with :rows messages, the others up to :exports with twenty each, of fifty clients.
-- Not logged: it is what is read, not what is shown to last.
CREATE TABLE account (id bigint PRIMARY KEY, client text NOT NULL, email text NOT NULL UNIQUE, name text);
INSERT INTO account SELECT n, 'client-' || (1 + n % 50), 'person-' || n || '@example.org', 'Person' FROM generate_series(1, :exports) AS g (n);
CREATE UNLOGGED TABLE message (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  sent_at timestamptz NOT NULL,
  body text NOT NULL
);
INSERT INTO message
SELECT n, CASE WHEN n <= :rows THEN 1 ELSE 2 + (n - :rows - 1) % (:exports - 1) END, timestamptz '2020-01-01 00:00+00' + n * interval '7 seconds',
       md5(n::text) || repeat(' I have a question about order ' || n || ', which arrived on Monday, and was not what I wanted; ', 4) || md5((n * 7)::text)
  FROM generate_series(1, :rows + 20 * (:exports - 1)) AS g (n);
CREATE INDEX ON message (account_id, id);
ANALYZE;
GRANT USAGE ON SCHEMA public TO shop_privacy;
GRANT SELECT, UPDATE, DELETE ON account, message TO shop_privacy;
CREATE SCHEMA privacy AUTHORIZATION shop_privacy;
