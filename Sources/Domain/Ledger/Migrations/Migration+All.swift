package import Postgres

extension Migration {
    /// Every migration of this binary, in order.
    package static let all: [Migration] = [
        .m0001Foundation, .m0002Cases, .m0003Messages, .m0004Evidence, .m0005Grants, .m0006Reviews, .m0007Groups,
        .m0008Rates, .m0009Law, .m0010Referral, .m0011Effects, .m0012FanOut,
        .m0013Exports, .m0014Copies, .m0015HandOver, .m0016Breach, .m0017Disclosures, .m0018Announcements,
        .m0019BreachApproval, .m0020BreachPeople, .m0021OwnBreach, .m0022ManyClients,
        .m0023Gateway, .m0024Console,
    ]
}
