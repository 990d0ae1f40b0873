import Foundation
import Ledger
import TestKit
import Testing

@testable import Export

/// The bag as programs of others see it.
enum BagInspection {
    /// The Python that has the package `bagit`.
    static let python = ProcessInfo.processInfo.environment["HABEAS_TEST_BAGIT"]

    /// Every digest of every manifest is right, and every file is in one.
    static func expectValid(_ opened: OpenedBundle) throws {
        let digest = """
            import hashlib, os, sys
            os.chdir(sys.argv[1])
            there = {os.path.relpath(os.path.join(at, n), '.') for at, _, names in os.walk('.') for n in names}
            for kind in ('sha256', 'sha512'):
                payload = dict(reversed(l.rstrip('\\n').split('  ', 1)) for l in open(f'manifest-{kind}.txt'))
                tags = dict(reversed(l.rstrip('\\n').split('  ', 1)) for l in open(f'tagmanifest-{kind}.txt'))
                assert all(n.startswith('data/') for n in payload) and not any(n.startswith('data/') for n in tags)
                assert there == payload.keys() | tags.keys() | {'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'}
                for name, value in (payload | tags).items():
                    assert hashlib.new(kind, open(name, 'rb').read()).hexdigest() == value, name
            """
        try opened.inFolder { try run(Python.path, ["-c", digest, $0.path]) }
    }

    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let output = FileManager.default.temporaryDirectory.appending(path: "habeas-output-\(UUID())")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let sink = try FileHandle(forWritingTo: output)
        let source = try FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
        let child = try ChildProcess(
            program,
            arguments,
            input: source.fileDescriptor,
            output: sink.fileDescriptor,
            errors: sink.fileDescriptor
        )
        let code = child.waitForEnd()
        try sink.close()
        try source.close()
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        guard code == 0 else { throw Python.Failure(output: text) }
        return text
    }
}

@Suite("The bag of a bundle", .timeLimit(.minutes(2)))
struct BagTests {
    @Test("lists every file with both digests")
    func digests() throws {
        try BagInspection.expectValid(try BundleWriterTests.sample().open())
        try BagInspection.expectValid(try SampleBundle().open())
    }

    @Test("is valid for the public package bagit", .enabled(if: BagInspection.python != nil))
    func bagit() throws {
        let script = """
            import bagit, sys
            bag = bagit.Bag(sys.argv[1])
            assert bag.version == '1.0' and set(bag.algorithms) == {'sha256', 'sha512'}
            bag.validate()
            print(bag.info['External-Identifier'], bag.info['Payload-Oxum'])
            """
        for bundle in [BundleWriterTests.sample(), SampleBundle()] {
            let printed = try bundle.open().inFolder {
                try BagInspection.run(BagInspection.python ?? "", ["-c", script, $0.path])
            }
            #expect(printed.hasPrefix(bundle.description.caseID.uuidString.lowercased()))
        }
    }

    @Test("is signed: OpenSSL believes the manifest, and no other")
    func signature() throws {
        let opened = try BundleWriterTests.sample().open()
        let key = try SampleBundle.signer.verifyingKey
        #expect(opened.text("public-key.pem") == key.pem)
        try opened.inFolder { folder in
            let checks = BundleManifest.checks.joined(separator: " && ")
            let check = "cd '\(folder.path)' && \(checks)"
            #expect(try BagInspection.run("/bin/sh", ["-ec", check]).contains("Signature Verified Successfully"))
            var manifest = try Data(contentsOf: folder.appending(path: "manifest.json"))
            manifest[manifest.count / 2] ^= 1
            try manifest.write(to: folder.appending(path: "manifest.json"))
            #expect(throws: Python.Failure.self) { try BagInspection.run("/bin/sh", ["-ec", check]) }
        }
    }

    @Test("the signed manifest has the digests of the page and of every file below data")
    func signedDigests() throws {
        let opened = try BundleWriterTests.sample().open()
        let manifest = try opened.manifest
        let sections = try #require(manifest["sections"] as? [[String: Any]])
        let entries =
            sections.compactMap { $0["json"] as? [String: Any] }
            + sections.flatMap { $0["csv"] as? [[String: Any]] ?? [] }
            + (manifest["files"] as? [[String: Any]] ?? [])
        let payload = Set(opened.files.map(\.name).filter { $0.hasPrefix("data/") })
        #expect(Set(entries.compactMap { $0["name"] as? String }) == payload)
        for line in opened.text("manifest-sha512.txt").split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let entry = entries.first { $0["name"] as? String == words[1] }
            #expect(entry?["sha512"] as? String == words[0])
        }
        let page = try #require(manifest["page"] as? [String: Any])
        #expect(opened.text("tagmanifest-sha256.txt").contains("\(page["sha256"] as? String ?? "")  index.html\n"))
    }
}
