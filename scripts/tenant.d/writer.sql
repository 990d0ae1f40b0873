\set place random(0, 5)
\set ahead random(0, 400)
\set one random(1, 1000)
SELECT write_ahead((ARRAY['messages', 'conversations', 'contacts', 'notes', 'events', 'accounts'])[:place + 1],
  (ARRAY['bigint', 'bigint', 'bigint', 'uuid', 'bigint', 'uuid'])[:place + 1], :ahead);
UPDATE contacts SET touched = touched WHERE client = 'birch' AND id = (SELECT id FROM contacts WHERE client = 'birch' ORDER BY id OFFSET :one LIMIT 1);
