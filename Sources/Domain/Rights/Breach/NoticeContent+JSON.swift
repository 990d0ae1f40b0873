import FoundationEssentials

extension NoticeContent {
    /// As a message carries it: the members of a JSON object.
    ///
    /// - Parameter base: below which bundles are fetched; nil where nothing is served.
    package func write(to writer: inout JSONWriter, base: String? = nil) {
        writer.member("kind", kind)
        writer.member("number", number)
        writer.member("nature", nature)
        writer.member("cause", cause)
        writer.member("categories", categories)
        writer.member("risk", risk)
        writer.member("health_data", hasHealthData)
        writer.member("subjects_approx", subjectsApprox)
        writer.member("records_approx", recordsApprox)
        writer.member("consequences", consequences)
        writer.member("measures", measures)
        ContactDetails.writePoint("contact", contact, to: &writer)
        writer.member("discovered_at", discoveredAt)
        writer.member("aware_at", awareAt)
        if let list {
            writer.key("people_list")
            writer.object { item in
                item.member("number", list.number)
                item.member("export", list.export)
                item.member("state", list.sha256 == nil ? "preparing" : "ready")
                item.member("sha256", list.sha256)
                item.member("url", list.link(base))
            }
        }
        writer.member("changed", changed)
    }

    /// As it is kept.
    package var stored: [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { write(to: &$0) }
        return writer.bytes
    }

    /// Reads what ``stored`` wrote.
    ///
    /// - Throws: ``JSONFault`` for what is no such object.
    package init(stored bytes: [UInt8]) throws {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 4)
        if let fault { throw fault }
        func time(_ name: StaticString) throws -> Date {
            guard let time = document.word(0, name).flatMap(EventTime.parse) else { throw Unreadable() }
            return time
        }
        func words(_ name: StaticString) -> [String] {
            document.member(0, name).map { list in
                document.items(list).compactMap { document.kind($0) == .string ? document.string($0) : nil }
            } ?? []
        }
        guard let kind = document.word(0, "kind").flatMap(Kind.init), let number = document.number(0, "number"),
            let nature = document.word(0, "nature"), let risk = document.word(0, "risk").flatMap(BreachRisk.init)
        else { throw Unreadable() }
        self.init(
            kind,
            number: number,
            nature: nature,
            categories: words("categories"),
            risk: risk,
            discoveredAt: try time("discovered_at"),
            awareAt: try time("aware_at")
        )
        cause = document.word(0, "cause")
        hasHealthData = document.member(0, "health_data").map { document.kind($0) == .true } ?? false
        subjectsApprox = document.number(0, "subjects_approx")
        recordsApprox = document.number(0, "records_approx")
        consequences = document.word(0, "consequences")
        measures = document.word(0, "measures")
        contact = document.member(0, "contact").map { index in
            document.kind(index) == .string
                ? ContactDetails(line: document.string(index))
                : ContactDetails(
                    email: document.word(index, "email"),
                    name: document.word(index, "name"),
                    locale: document.word(index, "locale")
                )
        }
        list = document.member(0, "people_list").flatMap { index in
            guard let number = document.number(index, "number"),
                let export = document.word(index, "export").flatMap({ UUID(uuidString: $0) })
            else { return nil }
            return PeopleList(number: number, export: export, sha256: document.word(index, "sha256"))
        }
        changed = words("changed").compactMap(Field.init)
    }

    /// A notice that only a newer version can have written.
    package struct Unreadable: Error {}
}

extension NoticeContent.PeopleList {
    /// Where it is fetched.
    package func link(_ base: String?) -> String? { base.map { "\($0)/v1/exports/\(export.lowercaseText)" } }
}
