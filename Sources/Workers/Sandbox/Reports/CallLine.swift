import FoundationEssentials

/// A call as one line of JSON.
struct CallLine: Encodable {
    let call: Call

    private enum CodingKeys: String, CodingKey {
        case id, at, method, route, key, signature, acted, bytes, ending, status, headers, body
        case duration = "duration_us"
        case bodyInBase64 = "body_base64"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(call.number, forKey: .id)
        try line.encode(call.at, forKey: .at)
        try line.encode(call.method, forKey: .method)
        try line.encode(call.route, forKey: .route)
        try line.encode(call.key, forKey: .key)
        try line.encodeIfPresent(call.verification?.rawValue, forKey: .signature)
        try line.encode(call.isActedOn, forKey: .acted)
        try line.encode(call.bytes, forKey: .bytes)
        try line.encode(call.ending.rawValue, forKey: .ending)
        try line.encode(call.status, forKey: .status)
        try line.encode(call.duration, forKey: .duration)
        try line.encodeIfPresent(call.headers, forKey: .headers)
        guard let body = call.body else { return }
        if let text = String(validating: body, as: UTF8.self) {
            try line.encode(text, forKey: .body)
        } else {
            try line.encode(Data(body).base64EncodedString(), forKey: .bodyInBase64)
        }
    }

    /// As JSON lines.
    static func lines(_ calls: [Call]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var lines: [UInt8] = []
        for call in calls {
            lines += try encoder.encode(CallLine(call: call))
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }
}
