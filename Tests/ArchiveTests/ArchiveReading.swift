import Foundation
import TestKit

/// What Python's zipfile makes of an archive, the directory and each header beside it.
struct ArchiveReading: Decodable {
    struct Entry: Decodable, Equatable {
        let name: String
        let content: Data
        let method: Int
        let size: Int
        let compressedSize: Int
        /// Year to second, of the directory; the header has to tell the same.
        let time: [Int]
        /// What Python makes of the extra field's seconds, in UTC.
        let extraTime: [Int]?
        let owners: [Int]
        let extraFields: [String]
        let headerExtraFields: [String]
        let mode: Int
        let attributes: Int
        let version: Int
        let system: Int
        let flags: Int
    }

    /// The first entry whose content is not what its checksum says.
    let bad: String?
    let comment: String
    let entries: [Entry]

    static func read(_ archive: Data) throws -> ArchiveReading {
        try JSONDecoder().decode(ArchiveReading.self, from: Data(Python.run(script, input: archive).utf8))
    }

    /// How `unzip -t` ends: 0 is good, 1 a warning.
    static func unzipTest(_ archive: Data) throws -> Int32? {
        let file = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID()).zip")
        defer { try? FileManager.default.removeItem(at: file) }
        try archive.write(to: file)
        return try unzipTest(at: file)
    }

    static func unzipTest(at file: URL, members: [String] = []) throws -> Int32? {
        let nothing = try FileHandle(forUpdating: URL(fileURLWithPath: "/dev/null"))
        defer { try? nothing.close() }
        let descriptor = nothing.fileDescriptor
        return try ChildProcess(
            "/usr/bin/unzip",
            ["-tqq", file.path] + members,
            input: descriptor,
            output: descriptor
        ).waitForEnd()
    }

    private static let script = """
        import base64, json, struct, sys, time, zipfile
        raw = sys.stdin.buffer
        archive = zipfile.ZipFile(raw)
        def fields(extra):
            found = []
            while extra:
                kind, length = struct.unpack("<HH", extra[:4])
                found.append((extra[:2].decode("latin-1") if kind != 1 else "zip64", extra[4:4 + length]))
                extra = extra[4 + length:]
            return found
        entries = []
        for info in archive.infolist():
            raw.seek(info.header_offset)
            header = raw.read(30)
            name, extra = struct.unpack("<HH", header[26:30])
            assert raw.read(name).decode() == info.filename
            headerFields = fields(raw.read(extra))
            headerTime, headerDate = struct.unpack("<HH", header[10:14])
            assert info.date_time == (1980 + (headerDate >> 9), headerDate >> 5 & 15, headerDate & 31,
                headerTime >> 11, headerTime >> 5 & 63, (headerTime & 31) * 2)
            known = dict(fields(info.extra))
            assert known == {key: value for key, value in headerFields if key != "zip64"}
            seconds = struct.unpack("<i", known["UT"][1:])[0] if known["UT"][0] == 1 else None
            assert seconds is not None or known["UT"] == b"\\0"
            _, _, user, _, group = struct.unpack("<BBIBI", known["ux"])
            entries.append({
                "name": info.filename, "content": base64.b64encode(archive.read(info)).decode(),
                "method": info.compress_type, "size": info.file_size, "compressedSize": info.compress_size,
                "time": info.date_time, "extraTime": seconds and time.gmtime(seconds)[:6], "owners": [user, group],
                "extraFields": [key for key, _ in fields(info.extra)],
                "headerExtraFields": [key for key, _ in headerFields],
                "mode": info.external_attr >> 16, "attributes": info.external_attr & 0xFFFF,
                "version": info.extract_version, "system": info.create_system, "flags": info.flag_bits,
            })
        print(json.dumps({"bad": archive.testzip(), "comment": archive.comment.decode(), "entries": entries}))
        """
}
