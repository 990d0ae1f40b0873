/// An error answer of a processor, in the `error` wrapper or, as some send it, without.
struct OpenDSRFault: Encodable {
    struct Detail: Encodable, Sendable, Equatable {
        let domain: String
        let reason: String
        let message: String
    }

    private let isBare: Bool
    private let code: Int
    private let message: String
    private let errors: [Detail]

    private enum CodingKeys: String, CodingKey {
        case error, code, message, errors
    }

    init(_ code: Int, _ message: String, errors: [Detail] = [], isBare: Bool) {
        self.code = code
        self.message = message
        self.errors = errors.isEmpty ? [Detail(domain: "sandbox", reason: "scripted", message: message)] : errors
        self.isBare = isBare
    }

    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: CodingKeys.self)
        if isBare {
            try write(to: &outer)
        } else {
            var inner = outer.nestedContainer(keyedBy: CodingKeys.self, forKey: .error)
            try write(to: &inner)
        }
    }

    private func write(to container: inout KeyedEncodingContainer<CodingKeys>) throws {
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encode(errors, forKey: .errors)
    }

    /// What a processor says with a status that no fault of the request explains.
    static func message(_ status: Int) -> String {
        switch status {
        case 401: "the caller is not authenticated"
        case 404: "no such request"
        case 409: "an equal request is under way"
        case 410: "the results have expired"
        case 429: "too many requests"
        case 500...: "the processor failed"
        default: "the request is refused"
        }
    }
}
