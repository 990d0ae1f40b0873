import Postgres

extension Migration {
    /// What is one client's among that of ten thousand: its places, its words.
    static let m0022ManyClients = Migration(
        number: 22,
        name: "many_clients",
        sql: """
            -- Whoever plans for a client looks at what stands in the way at its places, and at those that all share.
            CREATE INDEX target_client ON habeas.target (client_id);
            DROP INDEX habeas.target_disabled;
            -- What each client has said about an incident, taken in or not.
            CREATE INDEX breach_ack_client ON habeas.breach_ack (incident_id, client_id);
            DROP INDEX habeas.breach_ack_open;
            """
    )
}
