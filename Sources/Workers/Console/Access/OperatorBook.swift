import Fleet
import FoundationEssentials
import Logging
import Observability
import Synchronization

/// The file of the operators, read again when it has changed.
///
/// A file that is gone, or that others may read, admits nobody: whoever was taken out of it must not stay because it was also broken.
final class OperatorBook: Sendable {
    private static let interval = Duration.seconds(1)
    private static let mostBytes = 65_536

    private struct Shared {
        var list: OperatorList?
        var readAt: ContinuousClock.Instant
        var fault: String?
    }

    private let path: String
    private let logger: Logger
    private let shared: Mutex<Shared>

    /// - Throws: ``StartError`` where the file cannot be read or a line of it is none.
    init(path: String, logger: Logger) throws(StartError) {
        self.path = path
        self.logger = logger
        let list: OperatorList
        switch Self.read(path) {
        case .success(let read): list = read
        case .failure(let fault): throw StartError(.configuration, "console.operators_file: \(fault.description)")
        }
        guard list.faultyLines.isEmpty, !list.digests.isEmpty else {
            let place = list.faultyLines.first.map { "line \($0) is not" } ?? "it has no line"
            throw StartError(
                .configuration,
                "console.operators_file: \(place) name:SHA-256 of a token in hexadecimal; correct the file"
            )
        }
        shared = Mutex(Shared(list: list, readAt: .now))
    }

    /// The list as the file has it; at most a second old.
    var current: OperatorList {
        let (list, fault): (OperatorList, String?) = shared.withLock { shared in
            if ContinuousClock.now - shared.readAt < Self.interval, let list = shared.list { return (list, nil) }
            shared.readAt = .now
            let before = shared.fault
            var list = OperatorList(parsing: "")
            switch Self.read(path) {
            case .success(let read):
                list = read
                shared.fault = read.faultyLines.first.map { "line \($0) is not name:SHA-256 in hexadecimal" }
            case .failure(let fault): shared.fault = fault.description
            }
            shared.list = list
            return (list, shared.fault == before ? nil : shared.fault)
        }
        if let fault { logger.error("the operators' file is faulty", metadata: .keys([.reason: "\(fault)"])) }
        return list
    }

    private struct Fault: Error {
        let description: String
    }

    private static func read(_ path: String) -> Result<OperatorList, Fault> {
        guard let status = FileStatus(path), status.isRegular else {
            return .failure(Fault(description: "the file cannot be read; make it, for this user alone"))
        }
        guard status.isPrivate else {
            return .failure(Fault(description: "others may read the file; chmod 600 it"))
        }
        guard status.size <= mostBytes, let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { return .failure(Fault(description: "the file is no text of at most 64 KiB; correct it")) }
        return .success(OperatorList(parsing: text))
    }
}
