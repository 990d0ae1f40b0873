/// One figure that somebody looks for first.
struct Tile {
    let name: String
    let value: String
    let note: String
    let tone: Badge.Tone
    /// Where more is said about it.
    let link: String

    init(_ name: String, _ value: String, _ note: String, _ tone: Badge.Tone, link: String) {
        self.name = name
        self.value = value
        self.note = note
        self.tone = tone
        self.link = link
    }

    private var html: HTML {
        """
        <li class="tile \(tone.rawValue)"><a href="\(link)"><span class="name">\(name)</span> <span class="value">\(value)</span> \
        <span class="note">\(note)</span></a></li>

        """
    }

    static func list(_ tiles: [Tile]) -> HTML { "<ul class=\"tiles\">\(tiles.map(\.html))</ul>" }
}
