import Testing

@testable import Postgres

@Suite("What a lost connection means for a pipeline")
struct ExchangeTests {
    private func exchange(_ steps: [Exchange.Step], answered: Int, inTransaction: Bool = false) -> Exchange {
        var exchange = Exchange(startsInTransaction: inTransaction)
        for step in steps { exchange.sent(step) }
        for _ in 0..<answered { exchange.succeeded() }
        return exchange
    }

    private let bracketed: [Exchange.Step] = [.execute(0, .begin), .execute(1, .none), .execute(2, .commit)]

    @Test(arguments: [0, 1, 2]) func `a commit without its answer is undecided`(answered: Int) {
        #expect(exchange(bracketed, answered: answered).isUndecided(serverEndedIt: false))
    }

    @Test func `an answered commit is decided`() {
        #expect(!exchange(bracketed, answered: 3).isUndecided(serverEndedIt: false))
    }

    @Test func `the server's last words before the commit rule it out`() {
        #expect(!exchange(bracketed, answered: 1).isUndecided(serverEndedIt: true))
        #expect(exchange(bracketed, answered: 2).isUndecided(serverEndedIt: true))
    }

    @Test func `work inside a transaction is gone with the connection`() {
        #expect(!exchange([.begin, .execute(0, .none)], answered: 0).isUndecided(serverEndedIt: false))
        #expect(!exchange([.execute(0, .none)], answered: 1, inTransaction: true).isUndecided(serverEndedIt: false))
    }

    @Test func `outside of a transaction the end of the pipeline is the commit`() {
        let steps: [Exchange.Step] = [.prepare(0), .execute(0, .none)]
        #expect(exchange(steps, answered: 0).isUndecided(serverEndedIt: false))
        #expect(!exchange(steps, answered: 1).isUndecided(serverEndedIt: true))
        #expect(exchange(steps, answered: 2).isUndecided(serverEndedIt: true))
    }

    @Test func `after a failure the server does nothing more`() {
        var exchange = exchange(bracketed, answered: 1)
        exchange.failed(PostgresError(.server(.uniqueViolation)))
        #expect(!exchange.isUndecided(serverEndedIt: false))
        #expect(exchange.failure?.statementIndex == 1)
        #expect(exchange.opensTransaction)
        #expect(exchange.isWhollyUndone)
    }

    @Test func `what followed an answered commit may not be run again`() {
        var exchange = exchange([.execute(0, .begin), .execute(1, .commit), .execute(2, .none)], answered: 2)
        exchange.failed(PostgresError(.server(.featureNotSupported)))
        #expect(!exchange.isWhollyUndone)
    }
}
