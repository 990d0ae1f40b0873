import Yams

extension Script {
    /// Milliseconds of ten years.
    private static let longest = 315_360_000_000

    /// Reads one script, YAML or JSON.
    init(text: String, name: String) throws(ScriptFault) {
        try self.init(ScriptMapping(Self.compose(text, place: name), place: name))
    }

    /// Reads a file of scripts: a mapping from name, or beginning of a name and `*`, to script.
    static func file(text: String, path: String) throws(ScriptFault) -> [ScriptPattern: Script] {
        let mapping = try ScriptMapping(compose(text, place: path), place: path)
        var scripts: [ScriptPattern: Script] = [:]
        for key in mapping.keys {
            guard let pattern = ScriptPattern(key) else {
                throw ScriptFault("\(path): \(key)", "is no peer's name", "\(ScriptPattern.remedy)")
            }
            if let script = try mapping.mapping(key) { scripts[pattern] = try Script(script) }
        }
        return scripts
    }

    private static func compose(_ text: String, place: String) throws(ScriptFault) -> Node {
        var node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            var place = place
            switch error as? YamlError {
            case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
                place += " line \(mark.line)"
            default: break
            }
            throw ScriptFault(place, "is neither YAML nor JSON, or says a key twice", "correct it")
        }
        guard let node else { throw ScriptFault(place, "is empty", "write its keys") }
        return node
    }

    private init(_ mapping: ScriptMapping) throws(ScriptFault) {
        try mapping.allow(ScriptKey.allCases.filter { $0 != .sequenceCalls })
        behaviour = try Behaviour(mapping)
        methods = Set(try mapping.texts(.methods)?.map { $0.uppercased() } ?? [])
        probability = try mapping.share(.probability)
        seed = UInt64(try mapping.number(.seed, 0...Int.max) ?? 1)
        if let other = try mapping.mapping(ScriptKey.otherwise.name) {
            guard probability != nil || !methods.isEmpty else {
                throw mapping.fault(.otherwise, "never comes to pass", "give a probability or methods, too")
            }
            try other.allow(ScriptKey.behaviour)
            otherwise = try Behaviour(other)
        }
        for step in try mapping.mappings(.sequence) {
            try step.allow(ScriptKey.behaviour + [.sequenceCalls])
            sequence.append(
                Step(calls: try step.number(.sequenceCalls, 1...1_000_000_000) ?? 1, behaviour: try Behaviour(step))
            )
        }
        if let section = try mapping.mapping("opendsr", section: "opendsr") { manner.openDSR = try .init(section) }
        if let section = try mapping.mapping("rest", section: "rest") { manner.rest = try .init(section) }
        if let section = try mapping.mapping("upload", section: "upload") { manner.upload = try .init(section) }
    }

    fileprivate static func milliseconds(_ mapping: ScriptMapping, _ key: ScriptKey) throws(ScriptFault) -> Int? {
        try mapping.number(key, 0...longest)
    }
}

extension Behaviour {
    fileprivate init(_ mapping: ScriptMapping) throws(ScriptFault) {
        if let section = try mapping.mapping("delay", section: "delay") {
            try section.allow([.delayMilliseconds, .delayJitter])
            delay = Delay(
                milliseconds: try Script.milliseconds(section, .delayMilliseconds) ?? 0,
                jitter: try Script.milliseconds(section, .delayJitter) ?? 0
            )
        }
        if let section = try mapping.mapping("trickle", section: "trickle") {
            try section.allow([.trickleMilliseconds, .trickleBytes])
            trickle = Trickle(
                everyMilliseconds: try section.number(.trickleMilliseconds, 1...86_400_000) ?? 100,
                bytes: try section.number(.trickleBytes, 1...1_000_000) ?? 10
            )
        }
        hang = try mapping.flag(.hang) ?? false
        status = try mapping.number(.status, 200...599)
        retryAfter = try mapping.number(.retryAfter, 0...31_536_000)
        location = try mapping.text(.location)
        if let location, !location.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw mapping.fault(.location, "is no URL or path", "write one without blanks")
        }
        body = try mapping.text(.body)
        close = try mapping.choice(.close, Close.self)
        wrongSignature = try mapping.flag(.wrongSignature) ?? false
        actsAsWritten = try mapping.flag(.acts)
        for key in [ScriptKey.retryAfter, .location, .body] where mapping.has(key) && status == nil {
            throw mapping.fault(key, "goes with a status", "write the status, too")
        }
        if hang, delay != nil || trickle != nil || status != nil || close != nil {
            throw mapping.fault(.hang, "never answers, so nothing can be said of the answer", "leave one of them out")
        }
    }
}

extension Manner.OpenDSR {
    fileprivate init(_ mapping: ScriptMapping) throws(ScriptFault) {
        try mapping.allow(ScriptKey.allCases.filter { $0.section == "opendsr" })
        pendingMilliseconds = try Script.milliseconds(mapping, .openDSRPending) ?? 0
        inProgressMilliseconds = try Script.milliseconds(mapping, .openDSRInProgress) ?? 0
        ends = try mapping.choice(.openDSREnds, Ends.self) ?? .completed
        callbackCopies = try mapping.number(.openDSRCallbackCopies, 0...10) ?? 1
        onDuplicate = try mapping.choice(.openDSROnDuplicate, OnDuplicate.self) ?? .exists
        bareErrors = try mapping.flag(.openDSRBareErrors) ?? false
        signs = try mapping.flag(.openDSRSigns) ?? true
        identities = try mapping.texts(.openDSRIdentities) ?? identities
        for identity in identities {
            let parts = identity.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, OpenDSRSubmission.identityTypes.contains(parts[0]),
                OpenDSRSubmission.identityFormats.contains(parts[1])
            else {
                throw mapping.fault(
                    .openDSRIdentities,
                    "holds what is no type and format",
                    "write for instance email:sha256"
                )
            }
        }
        requestTypes = try mapping.texts(.openDSRRequestTypes) ?? requestTypes
        guard Set(requestTypes).isSubset(of: OpenDSRSubmission.requestTypes) else {
            throw mapping.fault(.openDSRRequestTypes, "holds an unknown one", "use access, portability, erasure")
        }
        resultsCount = try mapping.number(.openDSRResultsCount, 0...1_000_000) ?? 1
        resultsExpired = try mapping.flag(.openDSRResultsExpired) ?? false
        resultsBytes = try mapping.number(.openDSRResultsBytes, 0...64_000_000)
        resultsCut = try mapping.flag(.openDSRResultsCut) ?? false
    }
}

extension Manner.Upload {
    private static let lies = -1_000_000_000_000...1_000_000_000_000

    fileprivate init(_ mapping: ScriptMapping) throws(ScriptFault) {
        try mapping.allow(ScriptKey.allCases.filter { $0.section == "upload" })
        offsetOff = try mapping.number(.uploadOffsetOff, Self.lies) ?? 0
        lengthOff = try mapping.number(.uploadLengthOff, Self.lies) ?? 0
        goneAt = try mapping.number(.uploadGoneAt, 1...Self.lies.upperBound)
    }
}

extension Manner.REST {
    fileprivate init(_ mapping: ScriptMapping) throws(ScriptFault) {
        try mapping.allow(ScriptKey.allCases.filter { $0.section == "rest" })
        twoStep = try mapping.flag(.restTwoStep) ?? false
        asynchronousMilliseconds = try Script.milliseconds(mapping, .restAsynchronous)
        graceMilliseconds = try Script.milliseconds(mapping, .restGrace)
        locked = try mapping.flag(.restLocked) ?? false
        pageSize = try mapping.number(.restPageSize, 1...1_000) ?? pageSize
        if asynchronousMilliseconds != nil, graceMilliseconds != nil {
            throw mapping.fault(.restGrace, "goes not with asynchronous_ms", "leave one of them out")
        }
    }
}
