/// How the page looks: light, readable at any width, and printable.
enum PageStyle {
    static let text = """
        :root{color-scheme:light}
        *{box-sizing:border-box}
        body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:#1b1f24;background:#fff;margin:0}
        header,main{max-width:78rem;margin:0 auto;padding:0 1.25rem}
        header{padding-top:2rem}
        h1{font-size:1.8rem;line-height:1.25;margin:0 0 .5rem}
        h2{font-size:1.35rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid #c9ced6}
        h3{font-size:1.1rem;margin:2rem 0 .25rem;overflow-wrap:anywhere}
        h2,h3{scroll-margin-top:4.5rem}
        p{margin:.5rem 0;max-width:65ch}
        .wide{max-width:none}
        a{color:#0a4fa8}
        a:focus-visible,button:focus-visible,input:focus-visible,.scroll:focus-visible{outline:3px solid #0a4fa8;outline-offset:2px}
        .skip{position:absolute;left:-99rem}
        .skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem 1rem;z-index:3}
        .muted,.kind{color:#525a65}
        .note{background:#fff7e0;border-left:4px solid #a86a00;padding:.5rem .9rem;max-width:65ch}
        nav ol{columns:22rem;padding-left:1.5rem;margin:.5rem 0}
        nav li{break-inside:avoid;overflow-wrap:anywhere}
        dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.15rem 1.25rem;margin:.5rem 0}
        dt{color:#525a65}
        dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}
        .search{position:sticky;top:0;z-index:2;background:#fff;border-bottom:1px solid #c9ced6;padding:.75rem 0;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
        .search[hidden]{display:none}
        .search label{font-weight:600}
        .search input{font:inherit;color:inherit;padding:.35rem .6rem;border:1px solid #6b7480;border-radius:.3rem;min-width:min(22rem,100%);background:#fff}
        .scroll{overflow:auto;max-height:75vh;border:1px solid #c9ced6;border-radius:.3rem;margin:.5rem 0}
        .scroll[hidden]{display:none}
        table{border-collapse:collapse;min-width:100%;font-size:.92rem}
        caption{text-align:left;padding:.4rem .6rem;color:#525a65;white-space:nowrap}
        th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-top:1px solid #e3e6ea}
        thead th{position:sticky;top:0;background:#eef1f5;border-top:0;white-space:nowrap}
        tbody tr:nth-child(even){background:#f8f9fb}
        td{max-width:34rem;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext}
        .list td{min-width:7rem}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        .j{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace;font-size:.85em}
        th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:0;cursor:pointer;white-space:nowrap}
        th button::after{content:"\\00a0\\2195";color:#525a65}
        th[aria-sort=ascending] button::after{content:"\\00a0\\25b2"}
        th[aria-sort=descending] button::after{content:"\\00a0\\25bc"}
        pre{background:#eef1f5;padding:.75rem;overflow:auto;border-radius:.3rem;font-size:.88rem}
        code{overflow-wrap:anywhere}
        @media print{body{font-size:10pt}header,main{max-width:none;padding:0}.search,nav,.skip{display:none}.scroll{overflow:visible;max-height:none;border:0}thead th{position:static}table{font-size:8pt}th button::after{content:""}h2,h3{break-after:avoid}tr{break-inside:avoid}a{color:inherit}}

        """
}
