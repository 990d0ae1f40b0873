import Foundation

/// A throw-away certificate authority with a server certificate for `localhost` and `127.0.0.1`, made once a process.
package struct TestAuthority {
    package let caFile: String
    package let certificateFile: String
    package let keyFile: String

    package static let shared = Result { try TestAuthority() }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-ca-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        caFile = folder + "/ca.pem"
        certificateFile = folder + "/server.pem"
        keyFile = folder + "/server.key"
        let script = """
            set -e
            cd "$1"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 \
                -subj '/CN=test authority' -addext 'basicConstraints=critical,CA:TRUE'
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj '/CN=localhost'
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile ext
            """
        let nothing = try FileHandle(forUpdating: URL(fileURLWithPath: "/dev/null"))
        defer { try? nothing.close() }
        let child = try ChildProcess(
            "/bin/sh",
            ["-c", script, "sh", folder],
            input: nothing.fileDescriptor,
            output: nothing.fileDescriptor
        )
        guard child.waitForEnd() == 0 else { throw CocoaError(.executableLoad) }
    }
}
