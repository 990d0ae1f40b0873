import DequeModule

/// The users of a product, in memory, and what becomes of them when they are deleted. Times are microseconds since 1970.
struct RESTRecords: Sendable {
    /// What a call to delete came to.
    enum Deletion: Sendable, Equatable {
        case absent
        case locked
        /// It can be restored, and deleted for good.
        case soft
        case gone
        /// A job does it.
        case job(id: Int)
        /// It can be read until then.
        case grace(until: Int)
    }

    struct Record: Sendable, Equatable {
        var fields: JSONValue
        /// When it vanishes.
        var until: Int?
    }

    static let limit = 200_000
    static let jobLimit = 100_000

    private var live: [String: Record] = [:]
    private var soft: [String: Record] = [:]
    /// When each job is done, from the oldest that is known.
    private var jobs: Deque<Int> = []
    private var firstJob = 1

    /// False when there is no room.
    mutating func put(_ id: String, _ fields: JSONValue) -> Bool {
        guard live[id] != nil || live.count + soft.count < Self.limit else { return false }
        live[id] = Record(fields: fields)
        soft[id] = nil
        return true
    }

    mutating func get(_ id: String, isSoftlyDeleted: Bool = false, now: Int) -> Record? {
        expire(id, now)
        return isSoftlyDeleted ? soft[id] : live[id]
    }

    /// The ids of users that have `text` in a field, in their order: as help desks search, others than the one who is meant too.
    mutating func find(_ field: String, holding text: String, now: Int) -> [String] {
        let text = text.lowercased()
        for id in live.filter({ $0.value.until.map { $0 <= now } ?? false }).keys { expire(id, now) }
        return live.filter { _, record in
            guard case .object(let fields) = record.fields, case .text(let value)? = fields[field] else { return false }
            return value.lowercased().contains(text)
        }.keys.sorted()
    }

    mutating func patch(_ id: String, with patch: JSONValue, now: Int) -> Record? {
        expire(id, now)
        guard let record = live[id] else { return nil }
        live[id]?.fields = record.fields.merged(with: patch)
        return live[id]
    }

    /// - Parameter isSoftlyDeleted: asks for the second step of a deletion in two.
    mutating func delete(_ id: String, isSoftlyDeleted: Bool = false, _ manner: Manner.REST, now: Int) -> Deletion {
        expire(id, now)
        guard let record = isSoftlyDeleted ? soft[id] : live[id] else { return .absent }
        if manner.locked { return .locked }
        if manner.twoStep, !isSoftlyDeleted {
            live[id] = nil
            soft[id] = record
            return .soft
        }
        if let milliseconds = manner.graceMilliseconds {
            // Asked for again, the period does not begin again.
            let until = record.until ?? now + milliseconds * 1_000
            leave(id, until)
            return .grace(until: until)
        }
        if let milliseconds = manner.asynchronousMilliseconds {
            leave(id, min(record.until ?? .max, now + milliseconds * 1_000))
            if jobs.count == Self.jobLimit {
                jobs.removeFirst()
                firstJob += 1
            }
            jobs.append(now + milliseconds * 1_000)
            return .job(id: firstJob + jobs.count - 1)
        }
        live[id] = nil
        soft[id] = nil
        return .gone
    }

    /// Whether the job is done; nil when there is none.
    func isDone(job: Int, now: Int) -> Bool? {
        guard job >= firstJob, job < firstJob + jobs.count else { return nil }
        return jobs[job - firstJob] <= now
    }

    private mutating func leave(_ id: String, _ until: Int) {
        live[id]?.until = until
        soft[id]?.until = until
    }

    private mutating func expire(_ id: String, _ now: Int) {
        if let until = live[id]?.until, until <= now { live[id] = nil }
        if let until = soft[id]?.until, until <= now { soft[id] = nil }
    }
}
