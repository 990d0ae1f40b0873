import FoundationEssentials

/// The body of `POST /requests`. Unknown and null fields are passed over.
struct OpenDSRSubmission: Decodable, Sendable {
    struct Identity: Decodable, Sendable {
        var identityType: String?
        var identityValue: String?
        var identityFormat: String?
    }

    var regulation: String?
    var subjectRequestId: String?
    var subjectRequestType: String?
    var subjectIdentities: [Identity]?
    var submittedTime: String?
    var apiVersion: String?
    var statusCallbackUrls: [String]?

    static let identityTypes: Set<String> = [
        "controller_customer_id", "email", "android_advertising_id", "android_id", "fire_advertising_id",
        "ios_advertising_id", "ios_vendor_id", "microsoft_advertising_id", "microsoft_publisher_id",
        "roku_publisher_id", "roku_advertising_id",
    ]
    static let identityFormats: Set<String> = ["raw", "sha1", "md5", "sha256"]
    static let requestTypes: Set<String> = ["access", "portability", "erasure"]
    static let regulations: Set<String> = ["gdpr", "ccpa"]

    /// What is wrong with it for a processor of that manner.
    func faults(_ manner: Manner.OpenDSR) -> [OpenDSRFault.Detail] {
        var faults: [OpenDSRFault.Detail] = []
        func demand(_ isRight: Bool, _ domain: String, _ message: String) {
            if !isRight { faults.append(.init(domain: domain, reason: "invalid", message: message)) }
        }
        demand(Self.regulations.contains(regulation ?? ""), "regulation", "regulation is neither gdpr nor ccpa")
        demand(
            Self.isIdentifier(subjectRequestId ?? ""),
            "subject_request_id",
            "subject_request_id is no lower-case UUID of version 4"
        )
        demand(
            manner.requestTypes.contains(subjectRequestType ?? ""),
            "subject_request_type",
            "subject_request_type is none that this processor supports"
        )
        demand(Self.isTime(submittedTime ?? ""), "submitted_time", "submitted_time is no RFC 3339 time")
        demand(!(subjectIdentities ?? []).isEmpty, "subject_identities", "subject_identities is missing or empty")
        for identity in subjectIdentities ?? [] {
            let kind = "\(identity.identityType ?? ""):\(identity.identityFormat ?? "")"
            demand(
                manner.identities.contains(kind),
                "subject_identities",
                "subject_identities holds a type and format that this processor does not support"
            )
            demand(!(identity.identityValue ?? "").isEmpty, "subject_identities", "an identity_value is missing")
        }
        demand(
            (statusCallbackUrls ?? []).allSatisfy { $0.hasPrefix("http://") || $0.hasPrefix("https://") },
            "status_callback_urls",
            "status_callback_urls holds what is no URL"
        )
        return faults
    }

    private static func isIdentifier(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            case 14: byte == UInt8(ascii: "4")
            case 19: "89ab".utf8.contains(byte)
            default: "0123456789abcdef".utf8.contains(byte)
            }
        }
    }

    private static func isTime(_ text: String) -> Bool {
        (try? Date(text, strategy: .iso8601)) != nil
            || (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))) != nil
    }
}
