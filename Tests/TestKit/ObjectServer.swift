import Foundation
import Synchronization

/// A server that speaks S3 (moto) on a free loopback port, in a process of its own that ends with its standard input. It
/// believes nobody whose signature is wrong.
package final class ObjectServer: Sendable {
    package struct Missing: Error, CustomStringConvertible {
        package let description = "the object server did not start: run the tests with scripts/test"
    }

    /// One for all tests of a process: it takes seconds to start. Tests make buckets of their own.
    package static let shared = Result { try ObjectServer() }

    package static var isInstalled: Bool { ProcessInfo.processInfo.environment["HABEAS_TEST_MOTO"] != nil }

    package let endpoint: String
    package let keyID: String
    package let secret: String
    private let child: ChildProcess
    private let input: Pipe
    private let output: FileHandle
    private let turn = Mutex(())

    package init() throws {
        guard let program = ProcessInfo.processInfo.environment["HABEAS_TEST_MOTO"] else { throw Missing() }
        let (input, output) = (Pipe(), Pipe())
        child = try ChildProcess(
            "\(program.prefix(through: program.lastIndex(of: "/") ?? program.startIndex))python3",
            ["-u", "-c", Self.script],
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor
        )
        try output.fileHandleForWriting.close()
        self.input = input
        self.output = output.fileHandleForReading
        let words = Self.line(of: self.output)?.split(separator: " ").map(String.init) ?? []
        guard words.count == 3 else {
            child.end()
            throw Missing()
        }
        (endpoint, keyID, secret) = (words[0], words[1], words[2])
    }

    package func stop() {
        child.end()
    }

    /// A new empty bucket.
    package func makeBucket() throws -> String {
        let name = "b-\(UUID().uuidString.lowercased())"
        try turn.withLock { _ in
            try input.fileHandleForWriting.write(contentsOf: Data("\(name)\n".utf8))
            guard Self.line(of: output) == name else { throw Missing() }
        }
        return name
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
        import json, os, sys
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"): os.environ[name] = "none"
        os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
        import boto3
        from flask import request
        from moto import settings
        from moto.iam.access_control import IAMRequestBase
        from moto.server import ThreadedMotoServer
        # It would compute the signature of the decoded address, and so refuse everybody's in which anything was encoded.
        received = IAMRequestBase._create_aws_request
        def as_sent(self):
            self._path = request.environ["RAW_URI"]
            return received(self)
        IAMRequestBase._create_aws_request = as_sent
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        endpoint = "http://%s:%d" % server.get_host_and_port()
        iam = boto3.client("iam", endpoint_url=endpoint)
        iam.create_user(UserName="tests")
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_user_policy(UserName="tests", PolicyName="all", PolicyDocument=json.dumps(everything))
        key = iam.create_access_key(UserName="tests")["AccessKey"]
        s3 = boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"])
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        print(endpoint, key["AccessKeyId"], key["SecretAccessKey"], flush=True)
        for line in sys.stdin:
            s3.create_bucket(Bucket=line.strip())
            print(line.strip(), flush=True)
        """
}
