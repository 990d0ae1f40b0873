import Archive
import Foundation
import Testing

struct ReproducibilityTests {
    /// Stored entries only: how deflate puts things is for a version of zlib to say.
    private static func archive() throws -> Data {
        try ZipWriter.bytes {
            try $0.add("data/a.json", "{}\n", isStored: true)
            try $0.add("b", "", time: 4_102_444_799, isStored: true)
        }
    }

    private static let bytes = """
        504b03042d00080000002baf765d00000000ffffffffffffffff0b002c00646174612f612e6a736f6e55540500014365\
        036b75780b00010400000000040000000001001000000000000000000000000000000000007b7d0a504b070806b0a1dd\
        03000000000000000300000000000000504b03042d00080000007dbf9fef00000000ffffffffffffffff010028006255\
        5401000075780b0001040000000004000000000100100000000000000000000000000000000000504b07080000000000\
        000000000000000000000000000000504b01022d032d00080000002baf765d06b0a1dd03000000030000000b00180000\
        00000000000000a48100000000646174612f612e6a736f6e55540500014365036b75780b000104000000000400000000\
        504b01022d032d00080000007dbf9fef000000000000000000000000010014000000000000000000a481700000006255\
        5401000075780b000104000000000400000000504b0506000000000200020094000000cf0000000000
        """

    private static func hex(_ bytes: Data) -> String {
        bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }

    @Test("An archive of stored entries is the same on every machine")
    func everywhere() throws {
        #expect(try Self.hex(Self.archive()) == Self.bytes)
    }

    @Test("The same calls give the same bytes")
    func twice() throws {
        let archives = try (0..<2).map { _ in
            try ZipWriter.bytes(level: 6) {
                for index in 0..<100 {
                    try $0.add("entry-\(index)", String(repeating: "line \(index * 7919)\n", count: index * 20))
                }
            }
        }
        #expect(archives[0] == archives[1])
    }

    @Test("A process in another time zone writes the same bytes")
    func timeZone() async {
        await #expect(processExitsWith: .success) {
            // Fourteen hours before Greenwich, where it is the next day already.
            setenv("TZ", "XXX-14", 1)
            tzset()
            var (moment, clock) = (time_t(0), tm())
            localtime_r(&moment, &clock)
            #expect(clock.tm_hour == 14)
            let archive = try ReproducibilityTests.archive()
            #expect(ReproducibilityTests.hex(archive) == ReproducibilityTests.bytes)
        }
    }
}
