extension Unicode.Scalar {
    /// Whether something on the way could take it for the end of a line or of a text: control characters (those of
    /// Latin-1 with U+0085 too) and the two separators that Unicode has for lines and paragraphs.
    var isControlOrLineEnd: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
