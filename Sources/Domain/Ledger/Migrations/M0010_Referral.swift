import Postgres

extension Migration {
    /// How clients are reached, who of theirs decides, and what a referred case waits for.
    static let m0010Referral = Migration(
        number: 10,
        name: "referral",
        sql: """
            -- The ways to reach a client, in its order of preference, as JSON; secrets are references, never the secrets.
            ALTER TABLE habeas.client ADD COLUMN channels text NOT NULL DEFAULT '[]';
            -- The client's P-256 key, as a JWK: what goes to it over the broker is sealed for this key.
            ALTER TABLE habeas.client ADD COLUMN public_key text;
            -- The roles in which the client's people may decide on a referred case; none named: any.
            ALTER TABLE habeas.client ADD COLUMN decision_roles text[] NOT NULL DEFAULT '{}';
            -- Why nothing may be referred to this client (K4); none: it may.
            ALTER TABLE habeas.client ADD COLUMN referral_prohibited text;
            CREATE TRIGGER client_reach_changed AFTER UPDATE OF channels, public_key, decision_roles, referral_prohibited ON habeas.client
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();

            -- Who tells the person what became of it, as the client's decision says (K5).
            ALTER TABLE habeas.case_file ADD COLUMN answer_by text;
            -- Why it was refused: a reason of the closed list (Y2).
            ALTER TABLE habeas.case_file ADD COLUMN refusal text;
            -- Why this case may not be referred to its client (K4); none: it may.
            ALTER TABLE habeas.case_file ADD COLUMN referral_prohibited text;
            GRANT UPDATE (answer_by, refusal, referral_prohibited) ON habeas.case_file TO habeas_intake, habeas_clock, habeas_operator;
            """
    )
}
