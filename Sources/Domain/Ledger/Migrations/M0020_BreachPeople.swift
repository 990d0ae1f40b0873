import Postgres

extension Migration {
    /// Whether the vendor is a covered entity's agent.
    static let m0020BreachPeople = Migration(
        number: 20,
        name: "breach_people",
        sql: """
            -- What the vendor has discovered a covered entity has discovered, where the vendor is its agent (45 CFR 164.404(a)(2)).
            ALTER TABLE habeas.client ADD COLUMN hipaa_agent boolean NOT NULL DEFAULT true;
            CREATE TRIGGER client_agent_changed AFTER UPDATE OF hipaa_agent ON habeas.client
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();
            """
    )
}
