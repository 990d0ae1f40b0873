-- The own database of scripts/bundle: one person with :rows messages of about 500 bytes, whose words compress as people's do, a little.
-- Not logged: it is what is read, not what is shown to last.
CREATE TABLE account (id bigint PRIMARY KEY, client text NOT NULL, email text NOT NULL UNIQUE, name text);
INSERT INTO account VALUES (1, 'acme', 'jo@example.org', 'Jo'), (2, 'acme', 'other@example.org', 'Other');
CREATE UNLOGGED TABLE message (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  sent_at timestamptz NOT NULL,
  channel text NOT NULL,
  price numeric(10, 2),
  is_read boolean NOT NULL,
  body text NOT NULL
);
INSERT INTO message
SELECT n, 1, timestamptz '2020-01-01 00:00+00' + n * interval '7 seconds', (ARRAY['mail', 'chat', 'phone'])[1 + n % 3], (n % 10000) / 100.0,
       n % 2 = 0,
       md5(n::text) || ' I have a question about order ' || n || ', which "arrived" on Monday, and was not, as I had said, what I wanted; '
         || md5((n * 7)::text) || ' please tell me when I can expect an answer. ' || md5((n * 13)::text)
         || ' Kind regards, and thank you for your help with the delivery last week, ' || md5((n * 17)::text) || md5((n * 19)::text)
  FROM generate_series(1, :rows) AS g (n);
ANALYZE;
GRANT USAGE ON SCHEMA public TO shop_privacy;
GRANT SELECT, UPDATE, DELETE ON account, message TO shop_privacy;
CREATE SCHEMA privacy AUTHORIZATION shop_privacy;
