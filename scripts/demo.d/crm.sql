-- The imaginary vendor's own customer database.
CREATE TABLE account (
  id serial PRIMARY KEY, tenant text NOT NULL, email text, customer_no text, forename text, surname text,
  is_restricted boolean NOT NULL DEFAULT false);
CREATE TABLE ticket (id serial PRIMARY KEY, account_id integer NOT NULL REFERENCES account, text text NOT NULL);
CREATE TABLE thread (id serial PRIMARY KEY, tenant text NOT NULL, participants text[] NOT NULL, subject text NOT NULL);
INSERT INTO account (tenant, email, forename, surname) VALUES
  ('acme-retail', 'M.Rossi@example.it', 'Maria', 'Rossi'), ('acme-retail', 'g.bianchi@example.it', 'Gino', 'Bianchi'),
  ('acme-retail', 'jana.weber@example.de', 'Jana', 'Weber'), ('northwind-travel', 'm.rossi@example.it', 'Maria', 'Rossi'),
  ('lumen-energie', 'l.moreau@example.fr', 'Luc', 'Moreau');
INSERT INTO ticket (account_id, text) SELECT id, 'Where is my parcel?' FROM account, generate_series(1, 3);
INSERT INTO thread (tenant, participants, subject) VALUES
  ('acme-retail', '{m.rossi@example.it,jana.weber@example.de}', 'Return of two parcels'),
  ('acme-retail', '{g.bianchi@example.it}', 'Invoice'), ('northwind-travel', '{m.rossi@example.it}', 'Booking');
