import Fleet
import Testing

@testable import Export

/// What follows from what a receiver says; no sockets.
@Suite("Y5: an upload that can go on")
struct UploadMachineTests {
    private static let place = "https://import.globex.example/files/u1"

    /// One that the receiver has begun; the attempt before has said so.
    private static func begun(confirmed: Int = 0, sent: Int = 0, lease: Int = 1, leases: Int = 1, uploads: Int = 1)
        -> UploadMachine
    {
        var progress = UploadProgress()
        progress.place = place
        progress.begun = uploads
        progress.confirmed = confirmed
        progress.sent = sent
        progress.lease = lease
        return UploadMachine(progress, total: 100, chunk: 40, leases: leases)
    }

    private static func stop(_ action: UploadMachine.Action) -> AttemptVerdict? {
        if case .stop(let verdict) = action { verdict } else { nil }
    }

    @Test("begins under a key, and keeps the address before the first byte goes")
    func creation() {
        var machine = UploadMachine(UploadProgress(), total: 100, chunk: 40, leases: 0)
        #expect(machine.begin() == .create(1))
        #expect(machine.created(UploadReply(201, place: .at(Self.place))) == .pause)
        #expect(machine.progress.place == Self.place && machine.progress.begun == 1 && machine.progress.lease == 1)
    }

    @Test("goes from part to part, and is done when the receiver has said that it has all of it")
    func whole() {
        var machine = Self.begun()
        #expect(machine.begin() == .ask)
        #expect(machine.asked(UploadReply(200, offset: 0, length: 100)) == .send(0..<40))
        machine.sends(0..<40)
        #expect(machine.sent(0..<40, UploadReply(204, offset: 40), isOver: false) == .send(40..<80))
        machine.sends(40..<80)
        #expect(machine.sent(40..<80, UploadReply(204, offset: 80), isOver: false) == .send(80..<100))
        machine.sends(80..<100)
        #expect(machine.sent(80..<100, UploadReply(204, offset: 100), isOver: false) == .finished)
    }

    @Test("brings one part at least, then lets others have their turn, and is done where nothing is left")
    func slices() {
        var machine = Self.begun()
        #expect(machine.asked(UploadReply(200, offset: 0, length: 100)) == .send(0..<40))
        machine.sends(0..<40)
        #expect(machine.sent(0..<40, UploadReply(204, offset: 40), isOver: true) == .pause)
        machine = Self.begun(confirmed: 80, sent: 100)
        #expect(machine.asked(UploadReply(200, offset: 100, length: 100)) == .finished)
        machine = Self.begun(confirmed: 80, sent: 80)
        machine.sends(80..<100)
        #expect(machine.sent(80..<100, UploadReply(204, offset: 100), isOver: true) == .finished)
    }

    @Test("goes on where the receiver stands, be it in the middle of a part")
    func resumes() {
        var machine = Self.begun(confirmed: 40, sent: 80)
        #expect(machine.asked(UploadReply(200, offset: 57, length: 100)) == .send(57..<97))
        machine.sends(57..<97)
        #expect(machine.sent(57..<97, UploadReply(204, offset: 60), isOver: false) == .send(60..<100))
    }

    @Test("believes what an attempt that died may have sent, and nothing that nobody has sent")
    func certainty() {
        var known = Self.begun(confirmed: 0, sent: 40)
        let verdict = Self.stop(known.asked(UploadReply(200, offset: 41, length: 100)))
        #expect(verdict?.cause == "offset_beyond" && verdict?.outcome == .refused)
        // Another lease was given meanwhile, and nobody knows what its holder has done.
        var unknown = Self.begun(confirmed: 0, sent: 40, lease: 1, leases: 2)
        #expect(unknown.asked(UploadReply(200, offset: 80, length: 100)) == .send(80..<100))
        unknown.sends(80..<90)
        let more = Self.stop(unknown.sent(80..<90, UploadReply(204, offset: 95), isOver: false))
        #expect(more?.cause == "offset_beyond")
        var beyond = Self.begun(lease: 1, leases: 2)
        #expect(
            Self.stop(beyond.asked(UploadReply(200, offset: 101, length: 100)))?.cause == "offset_beyond"
        )
    }

    @Test("goes back with a receiver that has lost something, and not for ever")
    func setbacks() {
        var machine = Self.begun(confirmed: 80, sent: 80)
        for round in 1...UploadMachine.setbacks {
            #expect(machine.asked(UploadReply(200, offset: 10, length: 100)) == .send(10..<50), "\(round)")
            machine.sends(10..<50)
            #expect(machine.sent(10..<50, UploadReply(204, offset: 50), isOver: false) == .send(50..<90), "\(round)")
        }
        let verdict = Self.stop(machine.asked(UploadReply(200, offset: 10, length: 100)))
        #expect(verdict == .refused("offset_backwards", status: 200))
    }

    @Test("does not go on with a receiver that takes nothing")
    func standstill() {
        var machine = Self.begun()
        machine.sends(0..<40)
        let verdict = Self.stop(machine.sent(0..<40, UploadReply(204, offset: 0), isOver: false))
        #expect(verdict?.outcome == .retry && verdict?.cause == "no_progress" && verdict?.blamesTarget == true)
    }

    @Test("begins anew, once, where the upload is gone", arguments: [404, 410])
    func gone(_ status: Int) {
        var machine = Self.begun(confirmed: 40, sent: 80)
        #expect(machine.asked(UploadReply(status)) == .create(2))
        #expect(machine.created(UploadReply(201, place: .at(Self.place + "b"))) == .pause)
        #expect(machine.progress.sent == 0 && machine.progress.confirmed == 0)
        #expect(Self.stop(machine.asked(UploadReply(status))) == .refused("upload_gone", status: status))
    }

    @Test("asks again after a conflict, once")
    func conflict() {
        var machine = Self.begun()
        machine.sends(0..<40)
        #expect(machine.sent(0..<40, UploadReply(409), isOver: false) == .ask)
        #expect(machine.asked(UploadReply(200, offset: 40, length: 100)) == .send(40..<80))
        machine.sends(40..<80)
        #expect(Self.stop(machine.sent(40..<80, UploadReply(409), isOver: false))?.outcome == .retry)
    }

    @Test(
        "ends with a clear word where a receiver does not keep to the protocol",
        arguments: [
            (UploadReply(200, length: 100), "no_offset"), (UploadReply(200, offset: 0), "no_length"),
            (UploadReply(200, offset: 0, length: 99), "length_differs"),
        ]
    )
    func strange(_ reply: UploadReply, _ cause: String) {
        var machine = Self.begun()
        #expect(Self.stop(machine.asked(reply)) == .refused(cause, status: 200))
    }

    @Test("is created at the receiver and nowhere else")
    func places() {
        for (place, cause) in [(UploadReply.Place.unsaid, "no_location"), (.foreign, "foreign_address")] {
            var machine = UploadMachine(UploadProgress(), total: 100, chunk: 40, leases: 0)
            #expect(Self.stop(machine.created(UploadReply(201, place: place))) == .refused(cause, status: 201))
        }
    }

    @Test("tells refusals from troubles")
    func refusals() {
        for status in [301, 302, 307, 308, 400, 401, 403, 412, 413, 415] {
            for verdict in Self.verdicts(status) { #expect(verdict == .refused("http_\(status)", status: status)) }
        }
        for status in [408, 500, 502, 503] {
            for verdict in Self.verdicts(status) {
                #expect(verdict.outcome == .retry && verdict.blamesTarget, "\(status)")
            }
        }
        for status in [423, 429] {
            for verdict in Self.verdicts(status) {
                #expect(verdict.outcome == .retry && !verdict.blamesTarget && verdict.retryAfter == .seconds(7))
            }
        }
        var machine = Self.begun()
        let changed = Self.stop(machine.sent(0..<40, UploadReply(460), isOver: false))
        #expect(changed?.outcome == .retry && changed?.cause == "checksum")
    }

    private static func verdicts(_ status: Int) -> [AttemptVerdict] {
        let reply = UploadReply(status, pause: .seconds(7))
        var (first, second, third) = (begun(), begun(), begun())
        return [first.created(reply), second.asked(reply), third.sent(0..<40, reply, isOver: false)]
            .compactMap(stop)
    }
}
