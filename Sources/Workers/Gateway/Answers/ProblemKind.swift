/// The kinds of refusals, as programs tell them apart: the end of a problem's `type`, which never changes.
enum ProblemKind: String, CaseIterable, Sendable {
    case malformed
    case notAuthenticated = "not-authenticated"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case tooSlow = "too-slow"
    case notPossible = "not-possible"
    case over
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case rangeNotSatisfiable = "range-not-satisfiable"
    case invalidField = "invalid-field"
    case keyReused = "key-reused"
    case tooManyRequests = "too-many-requests"
    case failed
    case unavailable

    /// RFC 9457, 3.1.1: a URI that need not lead anywhere.
    var type: String { "urn:habeas:problem:\(rawValue)" }

    var status: Int {
        switch self {
        case .malformed: 400
        case .notAuthenticated: 401
        case .notFound: 404
        case .methodNotAllowed: 405
        case .tooSlow: 408
        case .notPossible: 409
        case .over: 410
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .rangeNotSatisfiable: 416
        case .invalidField, .keyReused: 422
        case .tooManyRequests: 429
        case .failed: 500
        case .unavailable: 503
        }
    }

    var title: String {
        switch self {
        case .malformed: "The request cannot be read"
        case .notAuthenticated: "No valid token"
        case .notFound: "There is nothing here for this token"
        case .methodNotAllowed: "Not with this method"
        case .tooSlow: "The request took too long to arrive"
        case .notPossible: "Not possible as it stands"
        case .over: "Its time is over"
        case .tooLarge: "The body is too large"
        case .unsupportedMediaType: "The body is no JSON"
        case .rangeNotSatisfiable: "The range lies outside"
        case .invalidField: "A field is not as it has to be"
        case .keyReused: "The key came before with other content"
        case .tooManyRequests: "Too many requests"
        case .failed: "The gateway failed"
        case .unavailable: "Not now"
        }
    }
}
