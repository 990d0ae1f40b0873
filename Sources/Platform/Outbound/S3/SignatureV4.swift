import Crypto
import FoundationEssentials

/// AWS Signature Version 4 the way S3 wants it: the path is signed as it is sent, percent-encoded once and not
/// normalised, and the body by its digest.
package struct SignatureV4: Sendable, CustomStringConvertible {
    /// Who signs.
    package struct Credentials: Sendable, CustomStringConvertible {
        package var keyID: String
        package var secret: String
        /// Of credentials that are lent for a while.
        package var sessionToken: String?

        package init(keyID: String, secret: String, sessionToken: String? = nil) {
            self.keyID = keyID
            self.secret = secret
            self.sessionToken = sessionToken
        }

        package var description: String { "Credentials(redacted)" }
    }

    /// What is signed.
    struct Request {
        var method: String
        /// As the header `Host` says it.
        var host: String
        /// Percent-encoded.
        var path: String
        /// Clear; ``SignatureV4/query(_:)`` is how it has to be sent.
        var query: [(name: String, value: String)] = []
        /// All are signed. Not `Host`.
        var headers: [(name: String, value: String)] = []
        /// Lower-case hexadecimal SHA-256 of the body.
        var bodyHash = SignatureV4.emptyHash
    }

    static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    var credentials: Credentials
    var region: String
    var service = "s3"

    package var description: String { "SignatureV4(redacted)" }

    /// The headers to send, `Host` left to the library: those given, with date, session token and signature.
    func headers(for request: Request, at date: Date) -> [(name: String, value: String)] {
        let time = Self.timestamp(date)
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        var headers = request.headers + [("X-Amz-Date", time)]
        if let token = credentials.sessionToken { headers.append(("X-Amz-Security-Token", token)) }
        let signed = Self.canonical(headers + [("Host", request.host)])
        let names = signed.map(\.name).joined(separator: ";")
        let lines =
            [request.method, request.path, Self.query(request.query)]
            + signed.map { "\($0.name):\($0.value)" } + ["", names, request.bodyHash]
        let text = ["AWS4-HMAC-SHA256", time, scope, Self.hash(Array(lines.joined(separator: "\n").utf8))]
            .joined(separator: "\n")
        var key = SymmetricKey(data: Array("AWS4\(credentials.secret)".utf8))
        for part in scope.split(separator: "/") { key = SymmetricKey(data: Self.code(String(part), key)) }
        let signature = Self.hexadecimal(Self.code(text, key))
        headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.keyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            )
        )
        return headers
    }

    /// Names in lower case and sorted, values of one name joined in their order, blanks taken together.
    private static func canonical(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in headers {
            values[name.lowercased(), default: []].append(value.split(separator: " ").joined(separator: " "))
        }
        return values.map { (name: $0.key, value: $0.value.joined(separator: ",")) }.sorted { $0.name < $1.name }
    }

    // MARK: Forms

    /// Sorted and percent-encoded, each name with an equals sign.
    static func query(_ items: [(name: String, value: String)]) -> String {
        // What is encoded is ASCII, where the order of texts is that of their bytes.
        items.map { (encode($0.name), encode($0.value)) }.sorted { $0 < $1 }.map { "\($0)=\($1)" }
            .joined(separator: "&")
    }

    /// Everything but letters, digits and `-._~` becomes bytes in upper-case hexadecimal.
    static func encode(_ text: String, keeping slash: Bool = false) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            case UInt8(ascii: "/") where slash:
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), upper[Int(byte >> 4)], upper[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// SHA-256 in lower-case hexadecimal.
    static func hash(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    private static func code(_ text: String, _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    private static let upper = Array("0123456789ABCDEF".utf8)
    private static let lower = Array("0123456789abcdef".utf8)

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [lower[Int($0 >> 4)], lower[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// For instance `20130524T000000Z`.
    private static func timestamp(_ date: Date) -> String {
        let time = CivilTime(date)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let clock = [time.secondOfDay / 3600, time.secondOfDay / 60 % 60, time.secondOfDay % 60]
        return digits(time.year, 4) + digits(time.month, 2) + digits(time.day, 2) + "T"
            + clock.map { digits($0, 2) }.joined() + "Z"
    }
}
