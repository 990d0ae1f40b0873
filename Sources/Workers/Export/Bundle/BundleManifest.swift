import FoundationEssentials
import Ledger
import Rights

/// `manifest.json`: what the bundle holds, for machines, with the digests of all its contents. It is what is signed.
///
/// Members in one order, absent ones not at all, times in UTC, names of files below the bag's folder. The same values give the same
/// bytes. In a `section` stands what GDPR Art. 15(1) asks to be said of data: system, dataset, category, purposes, retention,
/// recipients, source.
struct BundleManifest {
    static let name = "manifest.json"
    static let signatureName = "manifest.json.sig"
    static let keyName = "public-key.pem"
    /// Counted up when a member changes its meaning or goes; readers pass over members that they do not know.
    static let version = 1

    /// What to run in the bag's folder: the signature over the manifest, then every file of the payload.
    static let checks = [
        "openssl pkeyutl -verify -pubin -inkey \(keyName) -rawin -in \(name) -sigfile \(signatureName)",
        "sha256sum --check --quiet manifest-sha256.txt",
    ]

    let description: BundleDescription
    let sections: [WrittenSection]
    /// In the order of the description's.
    let files: [BagFile]
    let page: BagFile
    let payloadBytes: Int
    let payloadFiles: Int
    let signer: KeyRing.SigningKey

    var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 4_096 + 2_048 * sections.count + 640 * files.count)
        writer.object { manifest in
            manifest.member("v", Self.version)
            describe(&manifest)
            manifest.member("rights", description.rights)
            manifest.member("complaints", description.complaints)
            manifest.member("automated_decisions", description.automatedDecisions)
            manifest.key("sections")
            manifest.array(Array(description.sections.indices)) { list, index in
                list.object { section(index, &$0) }
            }
            manifest.key("files")
            manifest.array(Array(files.indices)) { list, index in list.object { file(index, &$0) } }
            manifest.key("gaps")
            manifest.array(description.gaps) { list, gap in
                list.object {
                    $0.member("system", gap.system)
                    $0.member("title", gap.title)
                    $0.member("reason", gap.reason)
                    $0.member("sentence", gap.sentence)
                }
            }
            manifest.key("page")
            manifest.object { written(page, &$0) }
            manifest.key("totals")
            manifest.object {
                $0.member("sections", description.sections.count)
                $0.member("rows", description.sections.map(\.rows).reduce(0, +))
                $0.member("files", files.count)
                $0.member("gaps", description.gaps.count)
                $0.member("payload_files", payloadFiles)
                $0.member("payload_bytes", payloadBytes)
            }
            forms(&manifest)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func describe(_ manifest: inout JSONWriter) {
        manifest.member("case", description.caseID)
        manifest.member("client", description.client)
        manifest.member("processor", description.processor)
        manifest.member("right", description.isCopy ? description.right : nil)
        if let demand = description.disclosure {
            manifest.key("disclosure")
            manifest.object { disclosure(demand, &$0) }
        }
        if let list = description.list {
            manifest.key("people_list")
            manifest.object {
                $0.member("number", list.number)
                $0.member("articles", list.articles)
            }
        }
        manifest.member("regulation", description.regulation)
        manifest.member("submitted_on", description.list == nil ? description.submittedOn.description : nil)
        manifest.member("as_of", Date(timeIntervalSince1970: Double(description.time)))
        manifest.member("locale", description.language.rawValue)
    }

    /// To whom, by what law, and of what: all that may be in the bundle (K23).
    private func disclosure(_ demand: DisclosureDemand, _ item: inout JSONWriter) {
        item.member("authority", demand.authority)
        item.member("country", demand.country)
        item.member("kind", demand.kind)
        item.member("law", demand.law)
        item.member("article", demand.article)
        item.member("reference", demand.reference)
        item.member("demanded_at", demand.demandedAt)
        item.member("systems", demand.scope.systems)
        item.member("categories", demand.scope.categories)
    }

    private func section(_ index: Int, _ item: inout JSONWriter) {
        let section = description.sections[index]
        let written = sections[index]
        item.member("number", index + 1)
        item.member("system", section.system)
        item.member("title", section.systemTitle)
        item.member("kind", section.kind)
        item.member("company", section.company)
        item.member("region", section.region)
        item.member("safeguards", section.safeguards)
        item.member("dataset", section.dataset)
        item.member("category", section.category)
        item.member("purposes", section.purposes)
        item.member("retention", section.retention)
        item.member("recipients", section.recipients)
        item.member("source", section.source)
        item.member("columns", section.columns)
        if !section.withheld.isEmpty {
            item.key("withheld")
            item.array(section.withheld) { list, withheld in
                list.object {
                    $0.member("column", withheld.column)
                    $0.member("reason", withheld.reason)
                }
            }
        }
        item.member("rows", section.rows)
        item.member("rows_on_page", written.shownRows)
        if let json = written.json {
            item.key("json")
            item.object { self.written(json, &$0) }
        }
        guard !written.csv.isEmpty else { return }
        item.key("csv")
        item.array(written.csv) { list, part in
            list.object {
                $0.member("rows", part.rows)
                self.written(part.file, &$0)
            }
        }
        item.member("rows_with_json_only_members", written.rowsWithOthers)
        item.key("csv_changes")
        item.array(written.changes) { list, change in
            list.object {
                $0.member("column", change.column)
                $0.member("cells", change.cells)
                $0.member("made_harmless", change.madeHarmless)
                $0.member("replaced", change.replaced)
                $0.member("shortened", change.shortened)
                $0.member("first_row", change.firstRow)
            }
        }
    }

    private func file(_ index: Int, _ item: inout JSONWriter) {
        let file = description.files[index]
        item.member("number", index + 1)
        item.member("section", file.section + 1)
        item.member("original_name", file.name)
        item.member("media_type", file.mediaType)
        written(files[index], &item)
    }

    private func written(_ file: BagFile, _ item: inout JSONWriter) {
        item.member("name", file.name)
        item.member("bytes", file.bytes)
        item.member("sha256", file.sha256)
        item.member("sha512", file.sha512)
    }

    /// How to read the files, and who signed.
    private func forms(_ manifest: inout JSONWriter) {
        manifest.key("forms")
        manifest.object {
            $0.member("json", "one JSON object a line, byte for byte as its system gave it")
            $0.member(
                "csv",
                "RFC 4180 in UTF-8 with a byte-order mark, changed where a spreadsheet would see a formula; the JSON is the lossless copy"
            )
        }
        manifest.key("signature")
        manifest.object {
            $0.member("algorithm", "Ed25519")
            $0.member("key", signer.id)
            $0.member("public_key", signer.verifyingKey.base64)
            $0.member("file", Self.signatureName)
            $0.member("over", Self.name)
        }
    }
}
