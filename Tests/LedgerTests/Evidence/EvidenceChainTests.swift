import Foundation
import Ledger
import Testing

@Suite("A chain of evidence")
struct EvidenceChainTests {
    let rows: [EvidenceRow]
    let chain: EvidenceChain

    init() {
        var chain = EvidenceChain(new: .caseFile, id: UUID())
        rows = (1...6).map { number in
            chain.append(
                "fact.\(number)",
                at: Date(timeIntervalSince1970: 1_790_000_000.123456 + Double(number)),
                actor: "intake",
                clientID: "acme",
                body: #"{"n":\#(number)}"#
            )
        }
        self.chain = chain
    }

    private func fault(_ rows: [EvidenceRow], _ sequence: Int? = nil, _ head: [UInt8]? = nil) -> EvidenceCheck.Fault? {
        var check = EvidenceCheck()
        for row in rows { check.follow(row) }
        check.end(atSequence: sequence ?? chain.sequence, head: head ?? chain.head)
        return check.fault
    }

    private func altered(
        _ row: EvidenceRow,
        fact: String? = nil,
        actor: String? = nil,
        body: String? = nil,
        at: Date? = nil,
        chainID: UUID? = nil,
        kind: String? = nil,
        previous: [UInt8]? = nil,
        hash: [UInt8]? = nil
    ) -> EvidenceRow {
        EvidenceRow(
            stored: chainID ?? row.chainID,
            sequence: row.sequence,
            chainKind: kind ?? row.chainKind,
            clientID: row.clientID,
            at: at ?? row.at,
            fact: fact ?? row.fact,
            actor: actor ?? row.actor,
            body: body ?? row.body,
            previous: previous ?? row.previous,
            hash: hash ?? row.hash
        )
    }

    @Test("that nobody touched holds, and so does an empty one")
    func whole() {
        #expect(fault(rows) == nil)
        #expect(rows.map(\.sequence) == [1, 2, 3, 4, 5, 6])
        #expect(rows[0].previous == [UInt8](repeating: 0, count: 32))
        var empty = EvidenceCheck()
        empty.end(atSequence: 0, head: [UInt8](repeating: 0, count: 32))
        #expect(empty.fault == nil)
    }

    @Test("shows a missing row, at its beginning and inside")
    func gap() {
        for missing in 0..<5 {
            var rows = rows
            rows.remove(at: missing)
            #expect(fault(rows) == .gap(expected: missing + 1, found: missing + 2))
        }
    }

    @Test("shows a row with one altered field, whichever it is")
    func alteredField() {
        let row = rows[3]
        let variants = [
            altered(row, fact: "fact.9"), altered(row, actor: "clock"), altered(row, body: #"{"n":5}"#),
            altered(row, at: row.at.addingTimeInterval(0.000001)), altered(row, chainID: UUID()),
            altered(row, kind: "client"),
            altered(row, hash: [UInt8](repeating: 1, count: 32)), altered(row, fact: "fact.4i", actor: "ntake"),
        ]
        for variant in variants {
            var rows = rows
            rows[3] = variant
            #expect(fault(rows) == .altered(sequence: 4))
        }
    }

    @Test("shows a row that was rewritten with a hash of its own: the next one does not follow it")
    func rewritten() {
        var rows = rows
        let forged = altered(rows[3], body: #"{"n":999}"#)
        rows[3] = altered(forged, hash: forged.expectedHash)
        #expect(fault(rows) == .broken(sequence: 5))
    }

    @Test("shows rows that changed places")
    func reordered() {
        var rows = rows
        rows.swapAt(2, 3)
        #expect(fault(rows) == .gap(expected: 3, found: 4))
    }

    @Test("shows a cut tail, a lost whole, an added row and a foreign head")
    func tail() {
        #expect(fault(Array(rows.dropLast())) == .headDiffers(sequence: 5))
        #expect(fault([]) == .headDiffers(sequence: 0))
        var longer = chain
        let more = longer.append("fact.7", at: Date(), actor: "x", clientID: nil, body: "{}")
        #expect(fault(rows + [more]) == .headDiffers(sequence: 7))
        #expect(fault(rows, 6, [UInt8](repeating: 9, count: 32)) == .headDiffers(sequence: 6))
        #expect(fault(rows, 7) == .headDiffers(sequence: 6))
    }

    @Test("keeps its first fault, and says it in words")
    func firstFault() {
        var rows = rows
        rows.remove(at: 1)
        rows[3] = altered(rows[3], body: "{}")
        let fault = fault(rows)
        #expect(fault == .gap(expected: 2, found: 3))
        #expect(fault?.description == "row 2 is missing; the next one found is 3")
    }

    @Test("hashes whole microseconds, which is what the database keeps")
    func microseconds() {
        for _ in 0..<1_000 {
            var chain = EvidenceChain(new: .client, id: UUID())
            let at = Date(timeIntervalSince1970: .random(in: 0...4_000_000_000))
            let row = chain.append("x", at: at, actor: "a", clientID: nil, body: "{}")
            let stored = Date(timeIntervalSince1970: (row.at.timeIntervalSince1970 * 1_000_000).rounded() / 1_000_000)
            #expect(altered(row, at: stored).expectedHash == row.hash)
        }
    }
}
