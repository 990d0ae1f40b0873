package import Rights

/// A callback that was signed by whom it should be.
package struct OpenDSRCallback: Sendable, Hashable {
    package let report: OpenDSRReport
    package let signature: TargetFindings.Signature
}

/// Why a callback is not taken, and how it is answered.
package struct OpenDSRCallbackFault: Error, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case notSigned = "not_signed"
        /// See ``OpenDSRDoubt``.
        case doubted
        case unreadable
        /// Meant for another receiver.
        case otherPlace = "other_place"
        /// What it is to be checked with cannot be had just now.
        case unavailable
    }

    package let code: Code
    package let doubt: OpenDSRDoubt.Code?

    package init(_ code: Code) {
        self.code = code
        doubt = nil
    }

    package init(_ doubt: OpenDSRDoubt) {
        switch doubt.code {
        case .certificateUnreachable, .authorities, .unreadable: code = .unavailable
        default: code = .doubted
        }
        self.doubt = doubt.code
    }

    /// Whoever signs wrongly is not let in; what may be right later is asked for again.
    package var status: Int {
        switch code {
        case .notSigned, .doubted, .otherPlace: 403
        case .unreadable: 400
        case .unavailable: 503
        }
    }

    package var description: String { "the callback is not taken: \(code.rawValue)" }
}
