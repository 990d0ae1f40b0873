/// Every key of a script, with its section.
enum ScriptKey: String, CaseIterable, Sendable {
    // How a call is taken: in the script itself, in a step of its sequence, under `otherwise`.
    case acts, body, close, hang, location, status
    case delayMilliseconds = "delay.ms"
    case delayJitter = "delay.jitter_ms"
    case retryAfter = "retry_after"
    case trickleMilliseconds = "trickle.every_ms"
    case trickleBytes = "trickle.bytes"
    case wrongSignature = "wrong_signature"
    // Which calls are taken so: in the script itself.
    case methods, otherwise, probability, seed, sequence
    case sequenceCalls = "sequence.calls"
    // How the peer works: in the script itself.
    case openDSRPending = "opendsr.pending_ms"
    case openDSRInProgress = "opendsr.in_progress_ms"
    case openDSREnds = "opendsr.ends"
    case openDSRCallbackCopies = "opendsr.callback_copies"
    case openDSROnDuplicate = "opendsr.on_duplicate"
    case openDSRBareErrors = "opendsr.bare_errors"
    case openDSRSigns = "opendsr.signs"
    case openDSRIdentities = "opendsr.identities"
    case openDSRRequestTypes = "opendsr.request_types"
    case openDSRResultsCount = "opendsr.results_count"
    case openDSRResultsExpired = "opendsr.results_expired"
    case openDSRResultsBytes = "opendsr.results_bytes"
    case openDSRResultsCut = "opendsr.results_cut"
    case restTwoStep = "rest.two_step"
    case restAsynchronous = "rest.asynchronous_ms"
    case restGrace = "rest.grace_ms"
    case restLocked = "rest.locked"
    case restPageSize = "rest.page_size"
    case uploadOffsetOff = "upload.offset_off"
    case uploadLengthOff = "upload.length_off"
    case uploadGoneAt = "upload.gone_at"

    /// As it stands in its mapping.
    var name: String { rawValue.split(separator: ".").last.map(String.init) ?? rawValue }

    /// The key of the mapping that it stands in; nil for the script itself.
    var section: String? {
        let parts = rawValue.split(separator: ".")
        return parts.count == 2 ? String(parts[0]) : nil
    }

    /// What may stand where a call's handling is described.
    static let behaviour: [ScriptKey] = [
        .acts, .body, .close, .hang, .location, .status, .retryAfter, .wrongSignature, .delayMilliseconds, .delayJitter,
        .trickleMilliseconds, .trickleBytes,
    ]
}
