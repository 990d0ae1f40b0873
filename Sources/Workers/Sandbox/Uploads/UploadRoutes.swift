import Crypto
import Foundation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The door for uploads that can go on after a break, as tus 1.0 has them: `/uploads/{name}` and `/uploads/{name}/{id}`.
struct UploadRoutes: Sendable {
    private struct Line: Encodable {
        let id: String
        let length: Int
        let offset: Int
        let sha256: String
        let isComplete: Bool
        let isAsAnnounced: Bool?
    }

    private enum Header {
        static let version = HTTPField.Name("Tus-Resumable")
        static let length = HTTPField.Name("Upload-Length")
        static let offset = HTTPField.Name("Upload-Offset")
        static let checksum = HTTPField.Name("Upload-Checksum")
        static let digest = HTTPField.Name("Repr-Digest")
        static let key = HTTPField.Name("Idempotency-Key")
    }

    private static let version = "1.0.0"
    private static let mediaType = "application/offset+octet-stream"

    let desk: Desk

    func add(to router: Router<PeerContext>) {
        router.post("uploads/:name", use: create)
        router.get("uploads/:name", use: list)
        router.head("uploads/:name/:id", use: ask)
        router.patch("uploads/:name/:id", use: take)
    }

    /// For whoever runs the test: neither scripted nor counted.
    @Sendable private func list(_ request: Request, _ context: PeerContext) async throws -> Response {
        let peer = try desk.peers.named(context.parameters.get("name"))
        let lines = peer.uploads.withLock { $0.all }.map { upload in
            Line(
                id: upload.id,
                length: upload.length,
                offset: upload.offset,
                sha256: Self.hexadecimal(upload.digest),
                isComplete: upload.offset == upload.length,
                isAsAnnounced: upload.isAsAnnounced
            )
        }
        return try Reply(200, json: ["uploads": lines]).response
    }

    @Sendable private func create(_ request: Request, _ context: PeerContext) async throws -> Response {
        let visit = try await desk.admit(request, context, route: "/uploads")
        let key = Self.text(Header.key, visit)
        visit.call.note(PeerBook.Content(key: key, body: visit.body))
        return try await deliver(visit, desk.play(visit), key: key) {
            guard let length = Self.number(Header.length, visit) else { return Reply(400) }
            let upload = visit.peer.uploads.withLock {
                $0.create(length: length, announced: Self.text(Header.digest, visit), key: key)
            }
            guard let upload else { return Reply(507) }
            var reply = Reply(201)
            let origin = "http://\(visit.head.authority ?? "127.0.0.1")"
            reply.headers[.location] = "\(origin)/uploads/\(visit.peer.name)/\(upload.id)"
            return reply
        }
    }

    @Sendable private func ask(_ request: Request, _ context: PeerContext) async throws -> Response {
        let visit = try await desk.admit(request, context, route: "/uploads/upload")
        visit.call.note(PeerBook.Content())
        let play = desk.play(visit)
        return try await deliver(visit, play, key: nil) {
            guard let upload = visit.peer.uploads.withLock({ $0.upload(id(context)) }) else { return Reply(404) }
            guard !upload.isGone else { return Reply(410) }
            var reply = Reply(200)
            Self.say(upload.offset + play.manner.upload.offsetOff, as: Header.offset, in: &reply)
            Self.say(upload.length + play.manner.upload.lengthOff, as: Header.length, in: &reply)
            reply.headers[.cacheControl] = "no-store"
            return reply
        }
    }

    /// The script is asked before the body is read: what had come before a break stays.
    @Sendable private func take(_ request: Request, _ context: PeerContext) async throws -> Response {
        var visit = try desk.open(request, context, route: "/uploads/upload")
        let play = desk.play(visit)
        let breaks = play.behaviour.close == .midRequest
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        let wanted = breaks ? announced / 2 : desk.bodyLimit
        for try await buffer in request.body {
            visit.body += buffer.readableBytesView
            if visit.body.count >= wanted { break }
        }
        guard visit.body.count <= desk.bodyLimit else { return desk.refuse(visit, Reply(413)) }
        visit.call.note(PeerBook.Content(body: visit.body))
        let offset = Self.number(Header.offset, visit) ?? -1
        if breaks {
            if play.behaviour.actsAsWritten ?? true {
                _ = visit.peer.uploads.withLock {
                    $0.add(visit.body.prefix(wanted), at: offset, to: id(context), play.manner.upload)
                }
            }
            visit.call.end(.closed)
            throw Desk.Dropped()
        }
        return try await deliver(visit, play, key: nil) { [visit] in
            guard visit.head.headerFields[.contentType] == Self.mediaType else { return Reply(415) }
            // As the extension for checksums has it: these bytes are not taken.
            guard Self.isRight(Self.text(Header.checksum, visit), visit.body) else { return Reply(460) }
            let addition = visit.peer.uploads.withLock {
                $0.add(visit.body[...], at: offset, to: id(context), play.manner.upload)
            }
            switch addition {
            case .added(let offset):
                var reply = Reply(204)
                Self.say(offset + play.manner.upload.offsetOff, as: Header.offset, in: &reply)
                return reply
            case .unknown: return Reply(404)
            case .gone: return Reply(410)
            case .elsewhere: return Reply(409)
            case .tooMuch: return Reply(413)
            }
        }
    }

    private func deliver(
        _ visit: Visit,
        _ play: Play,
        key: String?,
        act: () throws -> Reply
    ) async throws -> Response {
        try await desk.deliver(visit, play, key: key) {
            guard Self.text(Header.version, visit) == Self.version else { return Reply(412) }
            var reply = try act()
            if let name = Header.version { reply.headers[name] = Self.version }
            return reply
        }
    }

    // MARK: Words

    private func id(_ context: PeerContext) -> String { context.parameters.get("id") ?? "" }

    private static func text(_ name: HTTPField.Name?, _ visit: Visit) -> String? {
        name.flatMap { visit.head.headerFields[$0] }
    }

    private static func number(_ name: HTTPField.Name?, _ visit: Visit) -> Int? {
        text(name, visit).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func say(_ number: Int, as name: HTTPField.Name?, in reply: inout Reply) {
        if let name { reply.headers[name] = String(number) }
    }

    private static func isRight(_ checksum: String?, _ bytes: [UInt8]) -> Bool {
        guard let checksum else { return true }
        return checksum == "sha256 \(Data(SHA256.hash(data: bytes)).base64EncodedString())"
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
