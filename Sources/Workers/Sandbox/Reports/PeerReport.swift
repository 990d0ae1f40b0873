/// What a peer saw, as it is told to the world.
struct PeerReport: Encodable {
    let calls: Int
    let distinctIds: Int
    let forgottenIds: Int
    let duplicates: Int
    let duplicatesOtherBody: Int
    let acted: Int
    let actedAgain: Int
    let badSignatures: Int
    let unverified: Int
    let connectionsNow: Int
    let connectionsMost: Int
    let underWayNow: Int
    let underWayMost: Int
    let mostInASecond: Int
    let mostInASecondAt: Int?
    let firstAt: Int?
    let lastAt: Int?
    let byStatus: [String: Int]
    let byEnding: [String: Int]
    let callbacks: CallbackCounts

    init(_ book: PeerBook) {
        calls = book.calls
        distinctIds = book.ids.distinct
        forgottenIds = book.ids.forgotten
        duplicates = book.duplicates
        duplicatesOtherBody = book.duplicatesWithOtherBody
        acted = book.acted
        actedAgain = book.actedAgain
        badSignatures = book.badSignatures
        unverified = book.unverified
        connectionsNow = book.connections.now
        connectionsMost = book.connections.most
        underWayNow = book.underWay.now
        underWayMost = book.underWay.most
        mostInASecond = book.rate.most
        mostInASecondAt = book.rate.mostAt
        firstAt = book.firstAt
        lastAt = book.lastAt
        byStatus = Dictionary(uniqueKeysWithValues: book.statuses.map { (String($0.key), $0.value) })
        byEnding = Dictionary(uniqueKeysWithValues: book.endings.map { ($0.key.rawValue, $0.value) })
        callbacks = book.callbacks
    }
}
