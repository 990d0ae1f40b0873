import Postgres

extension Migration {
    /// Copies that are handed over to another controller.
    static let m0015HandOver = Migration(
        number: 15,
        name: "hand_over",
        sql: """
            -- How far it is; nothing where nobody asked for it. The receiver is a controller of the data map, or nothing while none that
            -- stands there is meant. Done: it has confirmed that it has all of it.
            ALTER TABLE habeas.export
              ADD COLUMN hand_over      text CHECK (hand_over IN ('under_way', 'asked', 'done', 'left')),
              ADD COLUMN receiver       text,
              ADD COLUMN handed_over_at timestamptz,
              ADD CHECK ((hand_over IS NOT DISTINCT FROM 'done') = (handed_over_at IS NOT NULL)),
              ADD CHECK (receiver IS NULL OR hand_over IS NOT NULL);
            """
    )
}
