/// The one stylesheet: every colour is a variable of a theme, light or dark as the reader's system is.
enum Stylesheet {
    static let light: [(name: String, colour: String)] = [
        ("bg", "#ffffff"), ("surface", "#f3f5f8"), ("ink", "#1b2430"), ("muted", "#4a5868"), ("line", "#c3ccd6"),
        ("edge", "#6b7886"), ("link", "#0b5cad"), ("bar", "#14324f"), ("bar-ink", "#ffffff"), ("good-bg", "#e3f3e6"),
        ("good", "#14532d"),
        ("warning-bg", "#fff1cc"), ("warning", "#6b4300"), ("bad-bg", "#fde2e1"), ("bad", "#8c1210"),
        ("quiet-bg", "#e6eaef"), ("quiet", "#33404e"), ("s0", "#0b5cad"), ("s1", "#b4460a"), ("s2", "#1f7a3d"),
        ("s3", "#7a3ea8"), ("s4", "#a3123f"), ("s5", "#4a5868"),
    ]
    static let dark: [(name: String, colour: String)] = [
        ("bg", "#12181f"), ("surface", "#1b232c"), ("ink", "#e6ebf0"), ("muted", "#a9b6c4"), ("line", "#3a4653"),
        ("edge", "#8895a3"), ("link", "#7db8f5"), ("bar", "#0a0f15"), ("bar-ink", "#e6ebf0"), ("good-bg", "#12351f"),
        ("good", "#a6e3b5"),
        ("warning-bg", "#3d2f08"), ("warning", "#ffd87a"), ("bad-bg", "#47191a"), ("bad", "#ffb4ae"),
        ("quiet-bg", "#2b3642"), ("quiet", "#d3dbe4"), ("s0", "#7db8f5"), ("s1", "#f0a36b"), ("s2", "#7fd196"),
        ("s3", "#c9a0ef"), ("s4", "#ff8fa8"), ("s5", "#a9b6c4"),
    ]

    static let text = """
        :root { color-scheme: light dark; \(variables(light)) }
        @media (prefers-color-scheme: dark) { :root { \(variables(dark)) } }
        \(rules)
        """

    private static func variables(_ theme: [(name: String, colour: String)]) -> String {
        theme.map { "--\($0.name): \($0.colour);" }.joined(separator: " ")
    }

    private static let rules = """
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", "Liberation Sans", sans-serif; }
        a { color: var(--link); }
        a:hover { text-decoration-thickness: 2px; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
        .top :focus-visible { outline-color: var(--bar-ink); }
        main:focus { outline: none; }
        code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .86em; overflow-wrap: anywhere; }
        .skip { position: absolute; left: -99em; top: 0; padding: .6em 1em; background: var(--bg); color: var(--link); z-index: 2; }
        .skip:focus { left: 0; }
        .top { display: flex; flex-wrap: wrap; align-items: center; gap: .4em 1.6em; padding: .55em 1.5em; background: var(--bar); color: var(--bar-ink); }
        .brand { margin: 0; font-weight: 700; letter-spacing: .01em; }
        .brand span { font-weight: 400; }
        .top ul { display: flex; flex-wrap: wrap; gap: .2em; margin: 0; padding: 0; list-style: none; }
        .top nav a { display: block; padding: .35em .75em; border-radius: .35em; color: var(--bar-ink); text-decoration: none; }
        .top nav a:hover { text-decoration: underline; }
        .top nav a[aria-current] { background: var(--bg); color: var(--ink); font-weight: 600; box-shadow: inset 0 -3px 0 var(--link); }
        .viewer { display: flex; flex-wrap: wrap; gap: .3em 1.4em; margin-left: auto; font-size: .9em; }
        .viewer form { display: flex; align-items: center; gap: .5em; }
        button, select, input { font: inherit; }
        button { padding: .3em .8em; border: 1px solid var(--edge); border-radius: .35em; background: var(--surface); color: var(--ink); cursor: pointer; }
        button:hover { text-decoration: underline; }
        select, input:not([type=checkbox]) { padding: .3em .5em; border: 1px solid var(--edge); border-radius: .35em; background: var(--bg); color: var(--ink); }
        main { max-width: 84rem; margin: 0 auto; padding: 1rem 1.5rem 2rem; }
        main.narrow { max-width: 30rem; }
        h1 { margin: .2em 0 .7em; font-size: 1.55rem; line-height: 1.25; overflow-wrap: anywhere; }
        h2 { margin: 1.8em 0 .5em; font-size: 1.15rem; }
        footer { max-width: 84rem; margin: 0 auto; padding: 0 1.5rem 2rem; color: var(--muted); font-size: .88em; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(15.5rem, 1fr)); gap: .8rem; margin: 0; padding: 0; list-style: none; }
        .tile a { display: grid; grid-template-rows: auto auto 1fr; height: 100%; padding: .65rem .9rem .7rem; border: 1px solid var(--line); border-left: .4rem solid var(--edge); border-radius: .4rem; background: var(--surface); color: var(--ink); text-decoration: none; }
        .tile a:hover .name { text-decoration: underline; }
        .tile .name { font-size: .92em; font-weight: 600; }
        .tile .value { font-size: 2.1rem; font-weight: 700; line-height: 1.15; font-variant-numeric: tabular-nums; }
        .tile .note { font-size: .86em; color: var(--muted); }
        .tile.good a { border-left-color: var(--good); }
        .tile.warning a { border-left-color: var(--warning); background: var(--warning-bg); color: var(--warning); }
        .tile.warning .note { color: var(--warning); }
        .tile.bad a { border-left-color: var(--bad); background: var(--bad-bg); color: var(--bad); }
        .tile.bad .note { color: var(--bad); }
        .badge { display: inline-block; padding: .05em .55em; border-radius: 1em; font-size: .88em; font-weight: 600; white-space: nowrap; background: var(--quiet-bg); color: var(--quiet); }
        .badge.good { background: var(--good-bg); color: var(--good); }
        .badge.warning { background: var(--warning-bg); color: var(--warning); }
        .badge.bad { background: var(--bad-bg); color: var(--bad); }
        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; }
        table { width: 100%; border-collapse: collapse; font-size: .92em; }
        caption { padding: .5em .8em; text-align: left; color: var(--muted); }
        th, td { padding: .4em .8em; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
        thead th { background: var(--surface); color: var(--ink); font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 500; }
        tbody tr:hover > * { background: var(--surface); }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        time, td code, th code { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .1rem 1.6rem; margin: 0; }
        .facts div { padding: .35rem 0; border-top: 1px solid var(--line); }
        .facts dt { font-size: .86em; color: var(--muted); }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem; }
        .plot { min-width: 0; margin: 0; padding: .8rem; border: 1px solid var(--line); border-radius: .4rem; }
        .plot figcaption { font-weight: 600; }
        .plot svg { display: block; width: 100%; max-width: 42rem; height: auto; }
        .plot .legend svg { display: inline-block; width: 28px; vertical-align: middle; }
        .grid { stroke: var(--line); stroke-width: 1; }
        .tick { fill: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
        .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
        .s0 { stroke: var(--s0); }
        .s1 { stroke: var(--s1); stroke-dasharray: 7 4; }
        .s2 { stroke: var(--s2); stroke-dasharray: 2 4; }
        .s3 { stroke: var(--s3); stroke-dasharray: 10 4 2 4; }
        .s4 { stroke: var(--s4); stroke-dasharray: 12 5; }
        .s5 { stroke: var(--s5); stroke-dasharray: 4 3; }
        .legend { display: flex; flex-wrap: wrap; gap: .2em 1.2em; margin: .3em 0; padding: 0; list-style: none; font-size: .9em; }
        .words { margin: .3em 0; color: var(--muted); font-size: .88em; }
        details summary { color: var(--link); cursor: pointer; font-size: .9em; }
        details .scroll { max-height: 20rem; margin-top: .5em; overflow-y: auto; }
        .filter { display: flex; flex-wrap: wrap; align-items: end; gap: .6rem 1.2rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--surface); }
        .filter p { margin: 0; }
        .filter label { display: block; font-size: .88em; font-weight: 600; }
        .filter .check { padding-bottom: .3em; }
        .filter .check label { display: inline; }
        .login p { margin: 0 0 1rem; }
        .login label { display: block; margin-bottom: .2em; font-weight: 600; }
        .login input { width: 100%; }
        .missing { padding: .6rem .9rem; border-left: .4rem solid var(--warning); border-radius: .3rem; background: var(--warning-bg); color: var(--warning); }
        .fault { padding: .6rem .9rem; border-left: .4rem solid var(--bad); border-radius: .3rem; background: var(--bad-bg); color: var(--bad); }
        .empty { margin: 0; color: var(--muted); }
        .hint { color: var(--muted); font-size: .92em; }
        .more { margin: .8rem 0 0; }
        @media (max-width: 34rem) { .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; } main, footer { padding-left: .9rem; padding-right: .9rem; } }
        @media print { .viewer, nav, .filter, .skip { display: none; } }
        """

    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#14324f"/>\
        <path d="M9 7v18M23 7v18M9 16h14" stroke="#ffffff" stroke-width="4" stroke-linecap="round"/></svg>

        """
}
