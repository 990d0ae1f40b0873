import Glibc

/// Why a call to an object store came to nothing. The text is fixed: it never holds a key, a bucket or what the store said.
package struct S3Error: Error, Equatable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The credentials are not believed, or may not do this.
        package static let accessDenied = Code(rawValue: "access_denied")
        /// The store's clock and ours are too far apart for a signature.
        package static let clock = Code(rawValue: "clock")
        package static let noBucket = Code(rawValue: "no_bucket")
        package static let noKey = Code(rawValue: "no_key")
        /// There is no multipart upload of that name, or no longer.
        package static let noUpload = Code(rawValue: "no_upload")
        /// The object is not the one that was asked for: it was replaced meanwhile.
        package static let changed = Code(rawValue: "changed")
        /// The store has no room left, or allows us no more; or the disk that a copy was to be written to.
        package static let full = Code(rawValue: "full")
        /// The store answered that it cannot at present, however often it was asked; see ``S3Error/status``.
        package static let unavailable = Code(rawValue: "unavailable")
        /// No answer; see ``S3Error/cause``.
        package static let unreachable = Code(rawValue: "unreachable")
        /// An answer that is none.
        package static let reply = Code(rawValue: "reply")
        /// The local file cannot be read or written, or changed meanwhile; see ``S3Error/number``.
        package static let file = Code(rawValue: "file")
        /// Any other refusal; see ``S3Error/status``.
        package static let other = Code(rawValue: "other")
    }

    package let code: Code
    /// Of HTTP, where the store answered.
    package let status: Int?
    /// Why there is no answer.
    package let cause: OutboundError?
    /// The system's number of what happened to a local file.
    package let number: Int32?

    init(_ code: Code, status: Int? = nil, cause: OutboundError? = nil, number: Int32? = nil) {
        self.code = code
        self.status = status
        self.cause = cause
        self.number = number
    }

    /// Whether the same may succeed later without anybody's doing, or once somebody has made room.
    package var isRetryable: Bool {
        switch code {
        case .unavailable, .full, .changed: true
        case .unreachable: cause?.isRetryable ?? true
        default: false
        }
    }

    package var description: String {
        switch code {
        case .accessDenied: "the object store does not let these credentials do that"
        case .clock: "the object store's clock and ours are too far apart"
        case .noBucket: "the object store has no such bucket"
        case .noKey: "the object store has no such object"
        case .noUpload: "the object store knows no such upload"
        case .changed: "the object was replaced while it was read"
        case .full: "no room is left for the object"
        case .unavailable: "the object store is not available" + (status.map { " (status \($0))" } ?? "")
        case .unreachable: "the object store cannot be reached" + (cause.map { ": \($0)" } ?? "")
        case .reply: "the object store's answer cannot be understood"
        case .file: "the local file cannot be used" + (number.map { " (errno \($0))" } ?? "")
        default: "the object store refused the call" + (status.map { " (status \($0))" } ?? "")
        }
    }
}

extension S3Error {
    /// What a reply that is no success says.
    ///
    /// - Parameter isOfObject: whether it was an object that was asked for: an answer to `HEAD` has nothing but its status.
    init(_ reply: HTTPReply, isOfObject: Bool) {
        let word = S3Element(parsing: reply.body).flatMap { $0.name == "Error" ? $0.value("Code") : nil } ?? ""
        let code: Code =
            switch (reply.status, word) {
            case (_, "NoSuchBucket"): .noBucket
            case (_, "NoSuchUpload"): .noUpload
            case (_, "RequestTimeTooSkewed"): .clock
            case (507, _): .full
            case (400...499, _) where word.hasSuffix("QuotaExceeded"): .full
            case (401, _), (403, _): .accessDenied
            case (404, _): isOfObject ? .noKey : .noBucket
            case (412, _): .changed
            case (429, _), (500, _), (502...504, _), (400, "RequestTimeout"): .unavailable
            default: .other
            }
        self.init(code, status: reply.status)
    }

    init(_ error: OutboundError) {
        self.init(error.code == .tooLarge ? .reply : .unreachable, cause: error)
    }

    init(system number: Int32) {
        self.init([ENOSPC, EDQUOT].contains(number) ? .full : .file, number: number)
    }
}
