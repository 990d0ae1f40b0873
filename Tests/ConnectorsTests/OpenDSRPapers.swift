import CryptoExtras
import Foundation
import TestKit

/// Keys, certificates and signatures made by OpenSSL, once a process: what another implementation makes of the protocol.
struct OpenDSRPapers: Sendable {
    static let shared = Result { try OpenDSRPapers() }
    static let domain = "dsr.example.test"
    static let id = "a7551968-d5d6-44b2-9831-815ac9017798"

    let folder: String
    /// Issued certificates end well after the tests.
    var authority: String { "\(folder)/ca.pem" }

    /// A status answer, as it was signed: with blanks that no writer of ours would make.
    static let status = """
        {
            "controller_id":"example_controller_id",
            "expected_completion_time":"2026-11-01T15:00:01Z",
            "subject_request_id":"\(id)",
            "request_status":"completed",
            "api_version":"2.0"
        }
        """

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// In base64: `pkcs1`, `pss`, `sha1`, `other` (of another key).
    func signature(_ name: String) throws -> String { Data(try bytes("status.\(name)")).base64EncodedString() }

    /// Of a body, by the key of `good.pem`.
    func sign(_ body: String) throws -> String {
        let key = try _RSA.Signing.PrivateKey(pemRepresentation: text("dsr.key"))
        return try key.signature(for: Data(body.utf8), padding: .insecurePKCS1v1_5).rawRepresentation
            .base64EncodedString()
    }

    /// The digest of a text in hexadecimal, by OpenSSL.
    func digest(_ text: String, _ algorithm: String) throws -> String {
        let name = "\(UUID())"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        try Self.run("openssl dgst -\(algorithm) -r \(name) >\(name).digest", in: folder)
        return String(try self.text("\(name).digest").prefix { $0 != " " })
    }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "opendsr-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(Self.status.utf8).write(to: URL(fileURLWithPath: "\(folder)/status"))
        try Self.run(Self.script, in: folder)
    }

    private static func run(_ script: String, in folder: String) throws {
        let nothing = try FileHandle(forUpdating: URL(fileURLWithPath: "/dev/null"))
        defer { try? nothing.close() }
        let child = try ChildProcess(
            "/bin/sh",
            ["-c", "set -e; cd \"$1\"\n\(script)", "sh", folder],
            input: nothing.fileDescriptor,
            output: nothing.fileDescriptor
        )
        guard child.waitForEnd() == 0 else { throw CocoaError(.executableLoad) }
    }

    private static let script = """
        export RANDFILE=.rnd
        cat >ca.cnf <<END
        [ca]
        default_ca = one
        [one]
        dir = .
        database = index
        serial = serial
        new_certs_dir = .
        default_md = sha256
        policy = any
        unique_subject = no
        [any]
        commonName = supplied
        END
        : >index; echo 01 >serial
        for name in ca other; do
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -days 30 \
                -subj "/CN=$name authority" -addext 'basicConstraints=critical,CA:TRUE'
        done
        openssl genrsa -out dsr.key 2048
        openssl genrsa -out stranger.key 2048
        openssl genrsa -out small.key 1024
        openssl ecparam -name prime256v1 -genkey -noout -out curve.key
        soon=20400101000000Z
        # name, key, authority, from, until, extensions
        issue() {
            openssl req -new -key $2.key -out $1.csr -subj "/CN=\(domain)"
            printf '%s\\n' "$6" >$1.ext
            openssl ca -batch -config ca.cnf -in $1.csr -out $1.pem -notext -keyfile $3.key -cert $3.pem -startdate $4 -enddate $5 \
                -extfile $1.ext
        }
        san='subjectAltName=DNS:www.example.test,DNS:\(domain)'
        issue good dsr ca 20200101000000Z $soon "$san"
        issue wildcard dsr ca 20200101000000Z $soon 'subjectAltName=DNS:*.example.test'
        issue expired dsr ca 20200101000000Z 20210101000000Z "$san"
        issue early dsr ca 20390101000000Z $soon "$san"
        issue domain dsr ca 20200101000000Z $soon 'subjectAltName=DNS:dsr.other.test'
        issue deeper dsr ca 20200101000000Z $soon 'subjectAltName=DNS:*.dsr.example.test,DNS:*.test'
        issue unnamed dsr ca 20200101000000Z $soon 'basicConstraints=CA:FALSE'
        issue unknown dsr other 20200101000000Z $soon "$san"
        issue small small ca 20200101000000Z $soon "$san"
        issue curve curve ca 20200101000000Z $soon "$san"
        issue crypt dsr ca 20200101000000Z $soon "$san
        keyUsage=critical,keyEncipherment"
        openssl req -x509 -key dsr.key -out self.pem -days 30 -subj '/CN=\(domain)' -addext "$san"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout middle.key -out middle.self -days 30 -subj '/CN=middle'
        openssl req -new -key middle.key -out middle.csr -subj '/CN=middle'
        printf 'basicConstraints=critical,CA:TRUE\\n' >middle.ext
        openssl ca -batch -config ca.cnf -in middle.csr -out middle.pem -notext -keyfile ca.key -cert ca.pem \
            -startdate 20200101000000Z -enddate $soon -extfile middle.ext
        issue under dsr middle 20200101000000Z $soon "$san"
        cat under.pem middle.pem >chain.pem
        openssl x509 -in good.pem -outform DER -out good.der
        openssl dgst -sha256 -sign dsr.key -out status.pkcs1 status
        openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sign dsr.key -out status.pss status
        openssl dgst -sha1 -sign dsr.key -out status.sha1 status
        openssl dgst -sha256 -sign stranger.key -out status.other status
        """
}
