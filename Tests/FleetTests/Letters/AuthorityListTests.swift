import Fleet
import Foundation
import Rights
import Testing

@Suite("Where people may complain")
struct AuthorityListTests {
    static let eea: Set<String> = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
        "LT",
        "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    ]

    @Test(
        "follows the law where it has one place, else the country",
        arguments: [
            (Regulation.gdpr, "FR", "CNIL"), (.gdpr, "MQ", "CNIL"), (.gdpr, "DE-BE", "BfDI"),
            (.gdpr, "NO", "Datatilsynet (Norge)"),
            (.ukGDPR, "GB", "ICO"), (.ukGDPR, "FR", "ICO"), (.fadp, "CH", "FDPIC"),
            (.ccpa, "US-CA", "California Privacy"),
            (.ccpa, "US-CA", "Attorney General of California"), (.hipaa, "US-TX", "Office for Civil Rights"),
            (.lgpd, "BR", "ANPD"),
            (.other, "US-CA", "California Privacy"), (.other, "US-TX", "attorney general of your state"),
            (.other, "US", "attorney general of your state"), (.other, "IN", "Data Protection Board"),
            (.other, "GB-SCT", "ICO"),
            (.other, "SE", "IMY"),
        ]
    )
    func places(_ regulation: Regulation, _ country: String, _ name: String) throws {
        let route = try CommittedLetters.book().authorities.authority(country: country, regulation: regulation)
        #expect(route.bodies.contains { $0.name["en"].contains(name) })
    }

    @Test("is a sentence where nothing is known, for a law without an authority here and for a country outside")
    func fallback() throws {
        let list = try CommittedLetters.book().authorities
        let other = list.authority(country: "JP", regulation: .other)
        #expect(other.bodies.isEmpty && other.note?["fr"].isEmpty == false)
        #expect(list.authority(country: nil, regulation: .other) == other)
        let gdpr = list.authority(country: "US", regulation: .gdpr)
        #expect(gdpr.bodies.isEmpty && gdpr.note?["en"].contains("European Data Protection Board") == true)
        #expect(list.authority(country: nil, regulation: .gdpr) == gdpr)
        #expect(gdpr.note?["it"] == gdpr.note?["en"])
    }

    @Test("is refused with line and remedy where the file is wrong")
    func faults() throws {
        let text = try String(contentsOfFile: "\(CommittedLetters.folder)/authorities.yaml", encoding: .utf8)
        func fault(_ old: String, _ new: String) -> String {
            do {
                _ = try AuthorityList(text.replacingOccurrences(of: old, with: new), path: "a.yaml")
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(fault("nothing", "nothing") == "none")
        #expect(fault("  AT: {name", "  ATT: {name").contains("a.yaml line 7: eea.ATT is no code"))
        #expect(
            fault("url: \"https://www.dsb.gv.at/\"", "url: \"http://www.dsb.gv.at/\"").contains(
                "eea.AT.url is not an https:// link"
            )
        )
        #expect(fault("url: \"https://www.dsb.gv.at/\"", "link: \"x\"").contains("eea.AT.link is not a key"))
        #expect(fault("  AX: FI", "  AX: FX").contains("eea.AX points to a place that is not above it"))
        #expect(fault("\ndefault:", "\ndefaults:").contains("defaults is not a key"))
        #expect(fault("  uk_gdpr: GB", "  british: GB").contains("regulations.british is no code"))
    }
}
