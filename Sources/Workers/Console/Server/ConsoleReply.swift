import HTTPTypes
import Hummingbird
import NIOCore

/// Answers with the headers that all of them have.
struct ConsoleReply: Sendable {
    let isBehindProxy: Bool

    func page(_ html: HTML, _ status: HTTPResponse.Status = .ok) -> Response {
        answer(status, "text/html; charset=utf-8", html.text, isKept: false)
    }

    /// What is the same for everybody until the next version.
    func file(_ text: String, _ type: String) -> Response { answer(.ok, type, text, isKept: true) }

    /// To another page, as a GET.
    func redirect(_ path: String) -> Response {
        var response = answer(.seeOther, "text/plain; charset=utf-8", "", isKept: false)
        response.headers[.location] = path
        return response
    }

    private func answer(_ status: HTTPResponse.Status, _ type: String, _ text: String, isKept: Bool) -> Response {
        var headers: HTTPFields = [
            .contentType: type, .cacheControl: isKept ? "no-cache" : "no-store",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            .xContentTypeOptions: "nosniff",
        ]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
            ("X-Robots-Tag", "noindex, nofollow"),
        ] {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        if isBehindProxy { headers[.strictTransportSecurity] = "max-age=31536000" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
