/// Where a slice of collecting ended. It says who was found, and is kept sealed.
struct HTTPPlace: Codable, Equatable {
    /// Whom look-ups have found; nil until they were asked.
    var accounts: [HTTPProgress.Account]?
    /// Whether a status alone said that there was nothing.
    var isBelieved = false
    /// Of the calls that can be made for this person.
    var call = 0
    /// Of those for whom the call is made.
    var account = 0
    /// Of the one that something was found for; those of later groups are the same person by another name.
    var group: Int?
    /// The page that is next; nil for the first of a list.
    var page: String?
    var trail = HTTPTrail()
    var pieces = 0
    /// Of each call that was begun.
    var rows: [Int] = []

    mutating func nextAccount() {
        account += 1
        (page, trail) = (nil, HTTPTrail())
    }

    mutating func nextCall() {
        call += 1
        (account, group) = (0, nil)
    }
}
