import Glibc

/// The wall clock as RFC 3339 text in UTC with milliseconds, for log lines only.
enum Timestamp {
    static func now() -> [UInt8] {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    static func text(seconds: Int, milliseconds: Int) -> [UInt8] {
        var seconds = seconds
        var fields = tm()
        gmtime_r(&seconds, &fields)
        var out: [UInt8] = []
        out.reserveCapacity(24)
        func digits(_ value: Int, _ width: Int) {
            var divisor = width == 4 ? 1000 : width == 3 ? 100 : 10
            while divisor > 0 {
                out.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
        }
        digits(Int(fields.tm_year) + 1900, 4)
        out.append(UInt8(ascii: "-"))
        digits(Int(fields.tm_mon) + 1, 2)
        out.append(UInt8(ascii: "-"))
        digits(Int(fields.tm_mday), 2)
        out.append(UInt8(ascii: "T"))
        digits(Int(fields.tm_hour), 2)
        out.append(UInt8(ascii: ":"))
        digits(Int(fields.tm_min), 2)
        out.append(UInt8(ascii: ":"))
        digits(Int(fields.tm_sec), 2)
        out.append(UInt8(ascii: "."))
        digits(milliseconds, 3)
        out.append(UInt8(ascii: "Z"))
        return out
    }
}
