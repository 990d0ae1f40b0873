/// A length of time in few words.
package enum TimeSpan {
    /// `3 d 4 h`, `- 20 min` where it has passed.
    package static func words(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        let text =
            minutes >= 2_880
            ? "\(minutes / 1_440) d \(minutes / 60 % 24) h"
            : minutes >= 120 ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes) min"
        return seconds < 0 ? "- \(text)" : text
    }
}
