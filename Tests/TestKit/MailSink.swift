import Foundation
import Synchronization

/// A real SMTP server (aiosmtpd) on a free loopback port, in a process of its own that ends with its standard input.
///
/// It answers by the local part of a recipient (`busy`: 451, `gone`: 550 5.1.1) or by the mail's header `X-Verdict`, and
/// tells what happens, a JSON object a line.
package final class MailSink: Sendable {
    package enum TLS: String { case none, offered, implicit }

    package let port: Int
    private let child: ChildProcess
    /// The server ends when this does.
    private let input: Pipe
    private let seen: Seen

    package struct Event: Decodable, Sendable {
        package let event: String
        package var peer: Int?
        package var sender: String?
        package var recipients: [String]?
        package var message: String?
        package var user: String?
        package var isEncrypted: Bool?
    }

    private final class Seen: Sendable {
        let events = Mutex<[Event]>([])
    }

    package static var isInstalled: Bool { (try? Python.run("import aiosmtpd", input: Data())) != nil }

    /// - Parameter login: a user with a password, without whom no mail is taken.
    package init(tls: TLS = .none, login: (user: String, password: String)? = nil) throws {
        let authority = try TestAuthority.shared.get()
        let output = Pipe()
        input = Pipe()
        child = try ChildProcess(
            Python.path,
            [
                "-u", "-c", Self.script, tls.rawValue, authority.certificateFile, authority.keyFile, login?.user ?? "",
                login?.password ?? "",
            ],
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor
        )
        try output.fileHandleForWriting.close()
        let seen = Seen()
        self.seen = seen
        let lines = output.fileHandleForReading
        let first = Self.line(of: lines)
        guard let port = first.flatMap({ Int($0) }) else { throw Python.Failure(output: first ?? "") }
        self.port = port
        Thread.detachNewThread {
            while let line = Self.line(of: lines) {
                guard let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8)) else { continue }
                seen.events.withLock { $0.append(event) }
            }
        }
    }

    package func stop() {
        child.end()
    }

    /// What has happened so far.
    package func events(_ kind: String) -> [Event] {
        seen.events.withLock { $0.filter { $0.event == kind } }
    }

    /// The mails taken, once there are so many: they are reported before they are acknowledged, on another way.
    package func mails(_ count: Int) async -> [Event] {
        let deadline = ContinuousClock.now + .seconds(30)
        while events("mail").count < count, ContinuousClock.now < deadline { await Task.yield() }
        return events("mail")
    }

    private static func line(of output: FileHandle) -> String? {
        var line: [UInt8] = []
        while let byte = try? output.read(upToCount: 1), let first = byte.first {
            if first == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(first)
        }
        return nil
    }

    private static let script = """
        import asyncio, base64, email, json, ssl, sys, threading
        from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
        tls, certificate, key, user, password = sys.argv[1:]
        def tell(**what):
            print(json.dumps(what), flush=True)
        class Handler:
            async def handle_EHLO(self, server, session, envelope, hostname, responses):
                session.host_name = hostname
                tell(event="hello", peer=session.peer[1], isEncrypted=session.ssl is not None)
                return responses
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith("busy@"): return "451 4.3.0 busy, try <" + address + "> again"
                if address.startswith("gone@"): return "550 5.1.1 no such user <" + address + ">"
                envelope.rcpt_tos.append(address)
                return "250 2.1.5 fine"
            async def handle_DATA(self, server, session, envelope):
                verdict = email.message_from_bytes(envelope.content)["X-Verdict"]
                if verdict: return verdict
                tell(event="mail", peer=session.peer[1], sender=envelope.mail_from, recipients=envelope.rcpt_tos,
                     message=base64.b64encode(envelope.original_content).decode(),
                     isEncrypted=tls == "implicit" or session.ssl is not None)
                return "250 2.0.0 taken"
        def authenticate(server, session, envelope, mechanism, data):
            right = isinstance(data, LoginPassword) and data == LoginPassword(user.encode(), password.encode())
            tell(event="login", user=data.login.decode())
            return AuthResult(success=right, handled=False)
        context = None
        if tls != "none":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key)
        async def main():
            loop = asyncio.get_running_loop()
            options = dict(hostname="sink.test", loop=loop)
            if tls == "offered": options.update(tls_context=context)
            if user: options.update(authenticator=authenticate, auth_required=True, auth_require_tls=tls == "offered")
            server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", 0,
                ssl=context if tls == "implicit" else None)
            print(server.sockets[0].getsockname()[1], flush=True)
            await loop.run_in_executor(None, sys.stdin.read)
        asyncio.run(main())
        """
}
