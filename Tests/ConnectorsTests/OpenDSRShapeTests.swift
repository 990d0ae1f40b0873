import Connectors
import Foundation
import Rights
import Testing

@Suite("OpenDSR: what is published reads and is written again")
struct OpenDSRShapeTests {
    private static let id = OpenDSRPapers.id

    private static let discovery = """
        {"api_version":"1.0",
         "supported_identities":[{"identity_type":"email","identity_format":"raw"},{"identity_type":"email","identity_format":"sha256"}],
         "supported_subject_request_types":["erasure"],"processor_certificate":"https://exampleprocessor.com/cert.pem"}
        """
    private static let request = """
        {"regulation":"gdpr","subject_request_id":"\(id)","subject_request_type":"erasure","submitted_time":"2018-10-02T15:00:00Z",
         "subject_identities":[{"identity_type":"email","identity_value":"johndoe@example.com","identity_format":"raw"}],
         "api_version":"1.0","status_callback_urls":["https://examplecontroller.com/opengdpr_callbacks"],
         "extensions":{"example-processor.com":{"foo-processor-custom-id":123456,"property_id":"123456 }{\\" ]"},
                       "example-other-processor.com":{"foo-other-processor-custom-id":654321}}}
        """
    private static let receipt = """
        {"controller_id":"example_controller_id","expected_completion_time":"2018-11-01T15:00:01Z",
         "received_time":"2018-10-02T15:00:01Z","encoded_request":"eyJhIjoxfQ==","subject_request_id":"\(id)"}
        """
    private static let status = """
        {"controller_id":"example_controller_id","expected_completion_time":"2018-11-01T15:00:01Z","subject_request_id":"\(id)",
         "request_status":"pending","api_version":"1.0",
         "results_url":"https://exampleprocessor.com/secure/d188d4ba-12db-48a0-898c-cd0f8ba7b345","results_count":103}
        """
    private static let callback = """
        {"controller_id":"example_controller_id","expected_completion_time":"2018-11-01T15:00:01Z",
         "status_callback_url":"https://examplecontroller.com/opengdpr_callbacks","subject_request_id":"\(id)",
         "request_status":"in_progress",
         "results_url":"https://exampleprocessor.com/secure/d188d4ba-12db-48a0-898c-cd0f8ba7b345","results_count":340}
        """
    private static let cancellation = """
        {"controller_id":"example_controller_id","subject_request_id":"\(id)","received_time":"2018-10-02T15:00:01Z","api_version":"1.0"}
        """
    private static let fault = """
        {"error":{"code":400,"message":"subject_request_id field is required",
                  "errors":[{"domain":"Validation","reason":"IllegalArgumentException","message":"subject_request_id field is required."}]}}
        """
    private static let bareFault = """
        {"code":400,"message":"subject_request_id already exists",
         "errors":[{"domain":"Validation","reason":"Exists","message":"subject_request_id already exists"}]}
        """

    enum Shape: String, CaseIterable, Sendable {
        case discovery, request, receipt, status, callback, cancellation, fault, bareFault

        var text: String {
            switch self {
            case .discovery: OpenDSRShapeTests.discovery
            case .request: OpenDSRShapeTests.request
            case .receipt: OpenDSRShapeTests.receipt
            case .status: OpenDSRShapeTests.status
            case .callback: OpenDSRShapeTests.callback
            case .cancellation: OpenDSRShapeTests.cancellation
            case .fault: OpenDSRShapeTests.fault
            case .bareFault: OpenDSRShapeTests.bareFault
            }
        }

        /// Reads and writes.
        func again(_ text: String) -> [UInt8]? {
            let body = Array(text.utf8)
            return switch self {
            case .discovery: OpenDSRDiscovery(reading: body)?.bytes
            case .request: OpenDSRRequest(reading: body)?.bytes
            case .receipt: OpenDSRReceipt(reading: body)?.bytes
            case .status, .callback: OpenDSRReport(reading: body)?.bytes
            case .cancellation: OpenDSRCancellation(reading: body)?.bytes
            case .fault, .bareFault: OpenDSRFault(reading: body)?.bytes
            }
        }
    }

    private func object(_ bytes: some Sequence<UInt8>) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary)
    }

    @Test("every published shape round-trips", arguments: Shape.allCases)
    func roundTrip(shape: Shape) throws {
        let written = try #require(shape.again(shape.text))
        #expect(try object(written) == object(shape.text.utf8))
    }

    @Test("fields that nobody knows and fields that are null change nothing", arguments: Shape.allCases)
    func tolerance(shape: Shape) throws {
        let more = #"{"unheard_of":{"a":[1,{"b":null}]},"processor_signature":"x","extensions":null,"#
        let text = shape.text.dropFirst()
        let known = shape == .request ? more.replacing(#""extensions":null,"#, with: "") : more
        let written = try #require(shape.again(known + text))
        #expect(try object(written) == object(shape.text.utf8))
    }

    @Test("optional fields that are null are as good as not there")
    func nulls() throws {
        let body = """
            {"controller_id":null,"expected_completion_time":null,"subject_request_id":"\(Self.id.uppercased())",
             "request_status":"completed","api_version":null,"results_url":null,"results_count":null,"extensions":null}
            """
        let report = try #require(OpenDSRReport(reading: Array(body.utf8)))
        #expect(report == OpenDSRReport(id: try #require(UUID(uuidString: Self.id)), .completed))
    }

    @Test(
        "what is no answer of the protocol is none",
        arguments: ["", "<html>", "[]", "null", "{}", #"{"subject_request_id":"x","request_status":"completed"}"#]
    )
    func unreadable(text: String) {
        let body = Array(text.utf8)
        #expect(OpenDSRReport(reading: body) == nil)
        #expect(OpenDSRReceipt(reading: body) == nil)
        #expect(OpenDSRCancellation(reading: body) == nil)
        #expect(OpenDSRRequest(reading: body) == nil)
    }

    @Test("a status that is no word of the protocol is read as none, and the rest of the answer counts")
    func unknownStatus() throws {
        let body = Self.status.replacing("pending", with: "partly_done")
        let report = try #require(OpenDSRReport(reading: Array(body.utf8)))
        #expect(report.status == nil)
        #expect(report.resultsCount == 103)
    }

    @Test("ids are written in lower case, as the protocol demands")
    func lowerCase() throws {
        let id = try #require(UUID(uuidString: Self.id.uppercased()))
        let text = String(decoding: OpenDSRReceipt(id: id).bytes, as: UTF8.self)
        #expect(text.contains(Self.id))
    }

    @Test("what holds a person never prints it")
    func redacted() throws {
        let request = try #require(OpenDSRRequest(reading: Array(Self.request.utf8)))
        let receipt = try #require(OpenDSRReceipt(reading: Array(Self.receipt.utf8)))
        for text in ["\(request)", "\(receipt)", String(reflecting: request.identities)] {
            #expect(!text.contains("johndoe"))
            #expect(!text.contains("eyJh"))
        }
    }

    @Test(
        "the words by which a processor says that it knows a request",
        arguments: [
            (#"{"error":{"message":"subject_request_id already exists"}}"#, true),
            (#"{"message":"Request ALREADY EXISTS"}"#, true),
            (#"{"errors":[{"reason":"DUPLICATE_REQUEST"}]}"#, true),
            (#"{"error":{"code":400,"message":"bad identity"}}"#, false), ("{}", false),
        ]
    )
    func exists(text: String, says: Bool) throws {
        #expect(try #require(OpenDSRFault(reading: Array(text.utf8))).saysExists == says)
    }

    @Test(
        "a law is named as the protocol can name it, or not at all",
        arguments: zip(
            Regulation.allCases,
            [.gdpr, .gdpr, .gdpr, .ccpa, nil, nil, nil] as [OpenDSRRegulation?]
        )
    )
    func regulation(regulation: Regulation, word: OpenDSRRegulation?) {
        #expect(OpenDSRRegulation(regulation) == word)
    }

    @Test("a status never moves backwards, and a final one never at all")
    func order() {
        let all = OpenDSRStatus.allCases
        let allowed: [OpenDSRStatus: Set<OpenDSRStatus>] = [
            .pending: Set(all), .inProgress: [.inProgress, .completed, .cancelled], .completed: [.completed],
            .cancelled: [.cancelled],
        ]
        for earlier in all {
            for later in all {
                #expect(later.canFollow(earlier) == allowed[earlier]?.contains(later), "\(earlier) to \(later)")
            }
        }
        #expect(all.allSatisfy { $0.canFollow(nil) })
    }

    @Test("the versions' names differ")
    func versions() {
        #expect(OpenDSRVersion(url: "https://dsr.vendor.example/v1") == .v1)
        #expect(OpenDSRVersion(url: "https://dsr.vendor.example/privacy/v2/") == .v2)
        #expect(OpenDSRVersion(url: "https://dsr.vendor.example/v3") == nil)
        #expect(OpenDSRVersion.v1.collection == "opengdpr_requests")
        #expect(OpenDSRVersion.v1.signatureHeader == "X-OpenGDPR-Signature")
        #expect(OpenDSRVersion.v2.domainHeader == "X-OpenDSR-Processor-Domain")
    }

    // MARK: Identities

    @Test("hashes are of the normal form, as OpenSSL computes them", arguments: OpenDSRDescription.Format.allCases)
    func hashes(format: OpenDSRDescription.Format) throws {
        let identity = try #require(Identity(.email, " JohnDoe@Example.com "))
        let plain = "johndoe@example.com"
        let expected = format == .raw ? plain : try OpenDSRPapers.shared.get().digest(plain, format.rawValue)
        #expect(OpenDSRIdentity(identity, as: format).value == expected)
    }

    private static func offered(_ pairs: String...) -> OpenDSRDiscovery {
        var discovery = OpenDSRDiscovery()
        discovery.identities = pairs.compactMap { pair in
            let parts = pair.split(separator: ":").map(String.init)
            guard let type = IdentityType(rawValue: parts[0]),
                let format = OpenDSRDescription.Format(rawValue: parts[1])
            else { return nil }
            return .init(type, format)
        }
        return discovery
    }

    @Test(
        "of the formats that both sides take the one that says least is sent, and what they do not share is not sent",
        arguments: [
            (offered("email:raw", "email:sha256"), ["email:sha256"]),
            (offered("email:raw", "email:md5"), ["email:md5"]),
            (offered("email:raw"), ["email:raw"]),
            (
                offered("email:sha256", "controller_customer_id:sha256", "controller_customer_id:raw"),
                ["controller_customer_id:raw", "email:sha256"]
            ),
            (offered("controller_customer_id:sha1"), ["controller_customer_id:sha1"]),
            (offered("ios_vendor_id:raw"), []),
        ]
    )
    func formats(discovery: OpenDSRDiscovery, expected: [String]) throws {
        let identities = [
            try #require(Identity(.controllerCustomerID, "c-1")), try #require(Identity(.email, "ann@example.com")),
            try #require(Identity(.phone, "+49301234567")),
        ]
        let chosen = discovery.choose(identities, OpenDSRDescription(url: "https://a.example/v2"))
        #expect(chosen.map { "\($0.type.rawValue):\($0.format.rawValue)" } == expected)
    }

    @Test("a format that the data map asks for is the only one that is sent")
    func pinned() throws {
        var description = OpenDSRDescription(url: "https://a.example/v2")
        description.formats = [.email: [.raw]]
        let ann = [try #require(Identity(.email, "ann@example.com"))]
        #expect(Self.offered("email:raw", "email:sha256").choose(ann, description).map(\.format) == [.raw])
        #expect(Self.offered("email:sha256").choose(ann, description).isEmpty)
    }
}
