import Postgres
import Rights

/// Which requests a client may see: those that it has instructed, and those of its people that were referred to it (K4). What a request
/// may not be referred for stays unseen, and what people ask the vendor itself is no client's.
enum VisibleCases {
    /// Over `c`, a case of the client's.
    static let condition: SQL = """
        c.kind = \(CaseKind.request.rawValue)
          AND (c.lane = \(Lane.fulfilment.rawValue)
            OR (c.lane = \(Lane.referral.rawValue)
              AND (c.state = \(CaseState.referred.rawValue) OR c.answer_by IS NOT NULL
                OR EXISTS (SELECT FROM habeas.deadline r WHERE r.subject_id = c.id AND r.clock = 'refer' AND r.state = 'met')
                OR (c.state = \(CaseState.handedOver.rawValue) AND c.referral_prohibited IS NULL
                  AND NOT EXISTS (SELECT FROM habeas.client k WHERE k.id = c.client_id AND k.referral_prohibited IS NOT NULL)))))
        """

    /// Over `c`, a case of the client's about which it is told something: the above, and notices to itself. Never the vendor's own
    /// affairs, nor what an authority gets.
    static let orNotices: SQL = "(c.lane = \(Lane.notice.rawValue) OR (\(condition)))"
}
