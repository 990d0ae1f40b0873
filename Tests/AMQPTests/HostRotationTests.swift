import Testing

@testable import AMQP

@Suite("The rotation of hosts")
struct HostRotationTests {
    private let hosts = ["a", "b", "c"].map { AMQPConfiguration.Host(name: $0, port: 1) }
    private let start = ContinuousClock.now

    @Test("tries all hosts at once before it waits")
    func firstRound() {
        var rotation = HostRotation(hosts: hosts, backOff: BackOff())
        var tried: [String?] = []
        for _ in 0..<2 {
            tried.append(rotation.host?.name)
            #expect(rotation.failed(at: start) == .zero)
        }
        tried.append(rotation.host?.name)
        #expect(rotation.failed(at: start) > .zero)
        tried.append(rotation.host?.name)
        #expect(tried == ["a", "b", "c", "a"])
    }

    @Test("returns first to a host that had answered")
    func sameHost() {
        var rotation = HostRotation(hosts: hosts, backOff: BackOff())
        rotation.connected(at: start)
        _ = rotation.failed(at: start)
        #expect(rotation.host?.name == "a")
        _ = rotation.failed(at: start)
        #expect(rotation.host?.name == "b")
    }

    @Test("waits ever longer, with the jitter inside the cap")
    func backOff() {
        let backOff = BackOff(base: .milliseconds(100), cap: .seconds(1))
        for attempt in 1...200 {
            let delay = backOff.delay(attempt: attempt)
            #expect(delay <= .seconds(1))
            #expect(delay >= .milliseconds(50))
        }
        #expect(backOff.delay(attempt: 1) <= .milliseconds(100))
        #expect(backOff.delay(attempt: 30) >= .milliseconds(500))
    }

    @Test("forgets failures after a connection that has lasted, not after a short one")
    func lasting() {
        let backOff = BackOff(base: .milliseconds(100), cap: .seconds(100))
        var rotation = HostRotation(hosts: [hosts[0]], backOff: backOff)
        for _ in 0..<6 {
            rotation.connected(at: start)
            _ = rotation.failed(at: start + .seconds(1))
        }
        rotation.connected(at: start)
        #expect(rotation.failed(at: start + .seconds(1)) > .seconds(3))
        rotation.connected(at: start)
        #expect(rotation.failed(at: start + .seconds(6)) <= .milliseconds(100))
    }
}
