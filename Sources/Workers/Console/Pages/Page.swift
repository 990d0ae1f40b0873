import FoundationEssentials

/// One page, ready for its frame.
struct Page {
    let title: String
    let place: Frame.Place
    /// Domain time.
    let at: Date
    let isPlay: Bool
    let body: HTML

    init(_ title: String, _ place: Frame.Place, _ now: ConsoleReader.Now, _ body: HTML) {
        self.title = title
        self.place = place
        at = now.at
        isPlay = now.isPlay
        self.body = body
    }
}
