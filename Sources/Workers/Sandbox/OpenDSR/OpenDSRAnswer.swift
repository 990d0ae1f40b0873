import FoundationEssentials

/// What a processor says of a request: the fields of the format, and of those that are not set explicit nulls, as real senders
/// write them.
struct OpenDSRAnswer: Encodable {
    enum Kind: Sendable, Equatable {
        /// With the body it came in, which is echoed and not kept.
        case created(body: [UInt8])
        case status, cancelled
        case callback(url: String)
    }

    let kind: Kind
    let request: OpenDSRRequest

    private enum CodingKeys: String, CodingKey {
        case controllerId, expectedCompletionTime, receivedTime, encodedRequest, subjectRequestId, requestStatus
        case apiVersion, resultsUrl, resultsCount, statusCallbackUrl, extensions
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(OpenDSRRequest.controllerID, forKey: .controllerId)
        try fields.encode(request.id, forKey: .subjectRequestId)
        switch kind {
        case .created(let body):
            try fields.encode(request.expectedCompletionTime, forKey: .expectedCompletionTime)
            try fields.encode(request.receivedTime, forKey: .receivedTime)
            try fields.encode(Data(body).base64EncodedString(), forKey: .encodedRequest)
        case .cancelled:
            try fields.encode(request.receivedTime, forKey: .receivedTime)
        case .status, .callback:
            try fields.encode(request.expectedCompletionTime, forKey: .expectedCompletionTime)
            try fields.encode(request.status.rawValue, forKey: .requestStatus)
            try fields.encode(request.version.apiVersion, forKey: .apiVersion)
            let results = request.hasResults
            try fields.encode(results ? "\(request.base)/results/\(request.id)" : nil, forKey: .resultsUrl)
            try fields.encode(results ? request.manner.resultsCount : nil, forKey: .resultsCount)
            try fields.encode(String?.none, forKey: .extensions)
        }
        if case .callback(let url) = kind { try fields.encode(url, forKey: .statusCallbackUrl) }
    }
}
