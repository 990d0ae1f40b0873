/// Which bytes a Range header asks for (RFC 9110, 14.2).
enum ByteRange: Equatable {
    case whole
    /// Never empty.
    case part(Range<Int>)
    /// None of them exists.
    case outside

    /// What is no range of bytes, or several, is answered with the whole, as the standard lets a server do.
    init(_ header: String?, of size: Int) {
        guard let header, let match = header.wholeMatch(of: /bytes=([0-9]{0,18})-([0-9]{0,18})/) else {
            self = .whole
            return
        }
        switch (Int(match.1), Int(match.2)) {
        case (nil, nil): self = .whole
        case (nil, let last?): self = last == 0 || size == 0 ? .outside : .part(max(0, size - last)..<size)
        case (let first?, nil): self = first < size ? .part(first..<size) : .outside
        case (let first?, let last?):
            guard first <= last else {
                self = .whole
                return
            }
            self = first < size ? .part(first..<min(last + 1, size)) : .outside
        }
    }
}
