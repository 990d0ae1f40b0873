/// Which names an entry may have: those that every system unpacks to the same file, and no program takes for anything
/// else.
///
/// Segments of ASCII letters, digits and `.`, `_`, `-`, joined by `/`. A segment has 1 to 100 bytes, doesn't end with a
/// dot (Windows drops it) and is no device of Windows, which `con`, `aux.txt` or `COM1.tar.gz` are. The whole has at most
/// 255 bytes.
public enum ArchiveName {
    public static let longestName = 255
    public static let longestSegment = 100

    public static func isValid(_ name: String) -> Bool {
        name.utf8.count <= longestName
            && name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy(isValid(segment:))
    }

    private static func isValid(segment: Substring.UTF8View) -> Bool {
        (1...longestSegment).contains(segment.count) && segment.allSatisfy(isValid(byte:)) && segment.last != dot
            && !devices.contains(String(decoding: segment.prefix { $0 != dot }, as: UTF8.self).lowercased())
    }

    private static func isValid(byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), dot:
            true
        default: false
        }
    }

    private static let dot = UInt8(ascii: ".")
    private static let devices = Set(
        ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] }
    )
}
