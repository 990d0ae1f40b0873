/// Why something is no message for a client. A fault of whoever wrote it, not of a person or a client.
package struct ClientMessageError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case data, personal, member, reference
    }

    package let code: Code

    init(_ code: Code) { self.code = code }

    package var description: String {
        switch code {
        case .data: "the data of a message is not a JSON object; write one"
        case .personal: "the personal part of a message is not a JSON object; write one"
        case .member:
            "the data of a message has a member that the message writes itself; leave request, client, subject, sealed and reference out"
        case .reference: "a personal message without a request has nothing that a thin form could refer to; give a path"
        }
    }
}
