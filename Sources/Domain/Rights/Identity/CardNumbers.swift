/// Finds payment card numbers in free text and masks all but the last four digits (A3).
///
/// A number counts if it has 13 to 19 digits, alone or in groups with spaces, hyphens or dots between them, begins like one
/// of the known issuers' at that issuer's length, and its check digit (Luhn) fits. A number with a plus before it is a
/// telephone's.
package enum CardNumbers {
    package static func mask(_ text: String) -> String {
        var digits = 0
        for byte in text.utf8 where byte &- UInt8(ascii: "0") < 10 { digits += 1 }
        return digits < 13 ? text : maskGroups(text)
    }

    private static func maskGroups(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        var isChanged = false
        var index = 0
        while index < scalars.count {
            guard isDigit(scalars[index]) else {
                index += 1
                continue
            }
            let run = Run(scalars, from: index)
            for (first, last) in run.cards(scalars) {
                isChanged = true
                for place in run.digits[first...last - 4] { scalars[place] = "*" }
            }
            index = run.end
        }
        guard isChanged else { return text }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Digits in groups, with at most three separating characters between two of them.
    private struct Run {
        /// Where the digits stand in the text.
        var digits: [Int] = []
        let start: Int
        let end: Int

        init(_ scalars: [Unicode.Scalar], from start: Int) {
            self.start = start
            var index = start
            while index < scalars.count {
                if CardNumbers.isDigit(scalars[index]) {
                    digits.append(index)
                } else if !CardNumbers.isSeparator(scalars[index]) || index - (digits.last ?? index) > 3 {
                    break
                }
                index += 1
            }
            end = (digits.last ?? start) + 1
        }

        /// The cards in the run as first and last digit, longest first, not overlapping.
        func cards(_ scalars: [Unicode.Scalar]) -> [(Int, Int)] {
            guard digits.count >= 13 else { return [] }
            var found: [(Int, Int)] = []
            var first = 0
            while first + 12 < digits.count {
                if beginsGroup(first), !(first == 0 && start > 0 && scalars[start - 1] == "+"),
                    let last = lastDigit(from: first, scalars)
                {
                    found.append((first, last))
                    first = last + 1
                } else {
                    first += 1
                }
            }
            return found
        }

        private func lastDigit(from first: Int, _ scalars: [Unicode.Scalar]) -> Int? {
            let longest = min(19, digits.count - first)
            for length in stride(from: longest, through: 13, by: -1) where endsGroup(first + length - 1) {
                let number = digits[first..<first + length].map { Int(scalars[$0].value) - 48 }
                if CardNumbers.isIssued(number), CardNumbers.hasCheckDigit(number) { return first + length - 1 }
            }
            return nil
        }

        private func beginsGroup(_ digit: Int) -> Bool { digit == 0 || digits[digit - 1] + 1 < digits[digit] }
        private func endsGroup(_ digit: Int) -> Bool {
            digit == digits.count - 1 || digits[digit] + 1 < digits[digit + 1]
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "-", ".", "\u{A0}", "\u{202F}", "\u{2010}"..."\u{2013}": true
        default: false
        }
    }

    private static func hasCheckDigit(_ number: [Int]) -> Bool {
        var sum = 0
        for (position, digit) in number.reversed().enumerated() {
            let weighted = position % 2 == 0 ? digit : digit * 2
            sum += weighted > 9 ? weighted - 9 : weighted
        }
        return sum % 10 == 0
    }

    /// The issuers' prefixes with the lengths of their numbers (ISO/IEC 7812 as the networks publish them).
    private static func isIssued(_ number: [Int]) -> Bool {
        let four = number[0] * 1_000 + number[1] * 100 + number[2] * 10 + number[3]
        switch (four, number.count) {
        case (4_000...4_999, 13), (4_000...4_999, 16), (4_000...4_999, 19): return true  // Visa
        case (5_100...5_599, 16), (2_221...2_720, 16): return true  // Mastercard
        case (3_400...3_499, 15), (3_700...3_799, 15): return true  // American Express
        case (3_000...3_059, 14...19), (3_095, 14...19), (3_600...3_699, 14...19), (3_800...3_999, 14...19):
            return true  // Diners
        case (3_528...3_589, 16...19): return true  // JCB
        case (6_011, 16...19), (6_440...6_599, 16...19): return true  // Discover
        case (6_200...6_299, 16...19), (8_100...8_199, 16...19): return true  // UnionPay
        case (2_200...2_204, 16...19): return true  // Mir
        case (6_000...6_099, 16), (5_080...5_089, 16), (8_200...8_299, 16): return true  // RuPay
        case (5_018, 13...19), (5_020, 13...19), (5_038, 13...19), (5_893, 13...19), (6_304, 13...19),
            (6_759, 13...19), (6_761...6_763, 13...19):
            return true  // Maestro
        case (9_792, 16): return true  // Troy
        default: return false
        }
    }
}
