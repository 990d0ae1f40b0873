package import FoundationEssentials
package import Ledger
package import Rights

/// A CloudEvent for one client, before it is known over which of its channels it goes.
///
/// What is personal is kept apart from the rest, and each channel says in which form it may travel.
package struct ClientMessage: Sendable, Redacting {
    package enum Form: Sendable {
        /// What is personal stands in `data.subject`: for receivers of the client's own, over TLS.
        case full
        /// `data.reference` says below this base where to fetch it; nothing personal travels.
        case thin(base: String)
        /// `data.sealed` holds it for this key: for ways on which others could read along.
        case sealed(ReceiverKey)
    }

    /// Of the event and of the effect: the same at every attempt, so that receivers can tell a repeat.
    package let id: UUID
    package let type: OutcomeType
    /// When it was made; the same at every attempt.
    package let time: Date
    package let client: String
    package let request: UUID?
    /// The path below the base under which a thin message is completed: `/v1/requests/…` unless another was given.
    package let referencePath: String?
    /// What a channel of mail says instead; for one that is thin it names nobody.
    package let mail: MailContent?
    private let data: [UInt8]
    private let personal: [UInt8]?
    /// The member that holds it where it travels in the clear.
    private let personalName: StaticString

    /// Members of `data` that are written here.
    private static let own: [StaticString] = ["request", "client", "subject", "sealed", "reference"]
    private static let maximumDepth = 16

    /// - Parameters:
    ///   - data: a JSON object; its members name nobody.
    ///   - personal: a JSON object of what is personal, or of what is for the client's eyes only; nil where nothing is.
    ///   - name: the member that holds it where it travels in the clear.
    /// - Throws: ``ClientMessageError`` where either is something else, or `data` has a member that is written here.
    package init(
        id: UUID,
        type: OutcomeType,
        time: Date,
        client: String,
        request: UUID? = nil,
        referencePath: String? = nil,
        data: [UInt8],
        personal: [UInt8]? = nil,
        as name: StaticString = "subject",
        mail: MailContent? = nil
    ) throws(ClientMessageError) {
        self.id = id
        self.type = type
        self.time = time
        self.client = client
        self.request = request
        self.referencePath =
            referencePath ?? request.map { "/v1/requests/\($0.lowercaseText)" }
        self.data = data
        self.personal = personal
        personalName = name
        self.mail = mail
        let document = try Self.object(data, or: .data)
        guard (Self.own + [name]).allSatisfy({ document.member(0, $0) == nil }) else {
            throw ClientMessageError(.member)
        }
        if let personal { _ = try Self.object(personal, or: .personal) }
    }

    /// The same with a closure that writes the members of `data`.
    package init(
        id: UUID,
        type: OutcomeType,
        time: Date,
        client: String,
        request: UUID? = nil,
        referencePath: String? = nil,
        personal: [UInt8]? = nil,
        as name: StaticString = "subject",
        mail: MailContent? = nil,
        data: (inout JSONWriter) -> Void
    ) throws(ClientMessageError) {
        var writer = JSONWriter()
        writer.object(data)
        try self.init(
            id: id,
            type: type,
            time: time,
            client: client,
            request: request,
            referencePath: referencePath,
            data: writer.bytes,
            personal: personal,
            as: name,
            mail: mail
        )
    }

    /// Whether the message says anything about a person.
    package var isPersonal: Bool { personal != nil }

    private static func object(
        _ bytes: [UInt8],
        or code: ClientMessageError.Code
    ) throws(ClientMessageError) -> JSONDocument {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: maximumDepth)
        guard fault == nil, document.kind(0) == .object else { throw ClientMessageError(code) }
        return document
    }

    /// The event as it travels: structured JSON.
    ///
    /// - Throws: ``ClientMessageError`` where a thin form has nothing to refer to.
    package func body(_ form: Form) throws -> [UInt8] {
        var sealed: String?
        var reference: String?
        switch form {
        case .full: break
        case .thin(let base):
            guard referencePath != nil || !isPersonal else { throw ClientMessageError(.reference) }
            reference = referencePath.map { base + $0 }
        case .sealed(let key): sealed = try personal.map { try key.seal($0) }
        }
        var writer = JSONWriter(capacity: 512 + data.count + (personal?.count ?? 0) * 3 / 2)
        writer.object { event in
            event.member("specversion", "1.0")
            event.member("id", id)
            event.member("source", "/habeas")
            event.member("type", type.name)
            event.member("time", time)
            event.member("datacontenttype", "application/json")
            event.key("data")
            event.object { members in
                members.member("request", request)
                members.member("client", client)
                members.members(of: data)
                if case .full = form, let personal {
                    members.key(personalName)
                    members.object { $0.members(of: personal) }
                }
                members.member("sealed", sealed)
                members.member("reference", reference)
            }
        }
        return writer.bytes
    }
}
