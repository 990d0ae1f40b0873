import Fleet
import Foundation
import Ledger
import Rights
import TestKit
import Testing

@Suite("A certificate")
struct CertificateTests {
    static let ring = Result { try KeyRing(parsing: KeyRing.newFile()) }

    @Test("the same values give the same bytes, whatever their order, and another value gives others")
    func stable() throws {
        let ring = try Self.ring.get()
        let first = try SampleCertificate.certificate().signed(with: ring)
        let again = try SampleCertificate.certificate(SampleCertificate.targets.reversed()).signed(with: ring)
        #expect(first.body == again.body && first.digest == again.digest)
        let other = try SampleCertificate.certificate(number: 2).signed(with: ring)
        #expect(other.body != first.body)
    }

    @Test("K13, N4: names every target with its action, outcome, times, how it was verified and what was wanted")
    func targets() throws {
        let body = try SampleCertificate.object(try SampleCertificate.certificate().body(signedWith: nil))
        let targets = try #require(body["targets"] as? [[String: Any]])
        #expect(targets.map { $0["system"] as? String } == ["crm", "mailer", "forum", "shop", "vault", "trail"])
        let crm = targets[0]
        #expect(crm["verified_by"] as? String == "re_read" && crm["level_wanted"] as? String == "re_read")
        #expect(crm["acted_at"] != nil && crm["verified_at"] != nil && crm["region"] as? String == "DE")
        let parts = try #require(crm["parts"] as? [[String: Any]])
        #expect(parts.map { $0["action"] as? String } == ["deleted", "kept"] && parts[0]["rows"] as? Int == 9)
        let proof = try #require(targets[1]["proof"] as? [String: Any])
        let signature = try #require(proof["signature"] as? [String: Any])
        #expect(signature["domain"] as? String == "opendsr.mailer.example" && proof["digest"] != nil)
        #expect(targets[1]["restorable_until"] != nil && targets[1]["verified_at"] == nil)
        #expect(targets[2]["outcome"] as? String == "refused" && targets[2]["cause"] as? String == "refused")
        #expect(targets[3]["proof"] == nil, "nobody has called it")
        let totals = try #require(body["totals"] as? [String: Any])
        #expect(totals["targets"] as? Int == 6 && totals["verified"] as? Int == 1 && totals["listed"] as? Int == 3)
        #expect(totals["under_way"] as? Int == 1 && totals["left_out"] as? Int == 1 && totals["rows"] as? Int == 12)
        #expect(body["v"] as? Int == 1 && body["interim"] as? Bool == true, "the mailer can restore it still")
    }

    @Test(
        "K11, K14, K22: says what is kept and until when, what is the client's own, and when backups have forgotten it"
    )
    func remains() throws {
        let body = try SampleCertificate.object(try SampleCertificate.certificate().body(signedWith: nil))
        let kept = try #require(body["remains"] as? [[String: Any]]).first
        #expect(kept?["category"] as? String == "invoices" && kept?["basis"] as? String == "HGB § 257")
        #expect(kept?["until"] as? String == EventTime.text(SampleCertificate.day(3_650)))
        #expect((body["clients_own"] as? [[String: Any]])?.first?["system"] as? String == "shop")
        #expect(body["backups_until"] as? String == EventTime.text(SampleCertificate.day(90)))
        #expect(body["logs_until"] as? String == EventTime.text(SampleCertificate.day(365)))
        let missing = try #require(body["not_done"] as? [[String: Any]])
        #expect(missing.map { $0["why"] as? String } == ["restorable", "refused"])
    }

    @Test("is interim as long as anything is under way, and no longer")
    func interim() throws {
        for state in [
            FanOutTarget.State.waiting, .acting, .pending, .grace, .verifying, .stuck, .verified, .left, .listed,
        ] {
            let certificate = try SampleCertificate.certificate([.sample("crm", state)])
            #expect(certificate.isInterim == !state.isFinal, "\(state)")
        }
    }

    @Test("K9: of an end of contract adds up rows by action over all tables of all systems")
    func tenant() throws {
        let targets: [FanOutTarget] = (0..<2).map { system in
            .sample(["crm", "mailer"][system], operation: .eraseTenant, ordinal: system) { target in
                target.findings.parts = (0..<8).map {
                    .init("t\($0)", $0 == 7 ? "deidentified" : "deleted", rows: 100 + $0)
                }
                target.findings.rows = target.findings.parts.map(\.rows).reduce(0, +)
            }
        }
        let body = try SampleCertificate.object(try SampleCertificate.certificate(targets).body(signedWith: nil))
        let totals = try #require(body["totals"] as? [String: Any])
        #expect(totals["tables"] as? Int == 16 && totals["rows"] as? Int == 2 * 828)
        let actions = try #require(totals["rows_by_action"] as? [[String: Any]])
        #expect(actions.map { $0["action"] as? String } == ["deidentified", "deleted"])
        #expect(actions.map { $0["rows"] as? Int } == [2 * 107, 2 * 721])
    }

    @Test("names no person: neither whose data it is, nor who at the vendor's did anything")
    func nobody() throws {
        let canary = Canary()
        let event = """
            {"specversion":"1.0","id":"1","source":"/desk","type":"io.habeas.request.submitted.v1","data":{"request_ref":"R-1",\
            "channel":"form","submitted_time":"2026-09-01T08:00:00Z","submitted_by":"subject","relationship":"visitor",\
            "right":"erasure","regulation":"gdpr","message":"\(canary.word)","subjects":[{"identities":[\
            {"type":"email","value":"\(canary.email)"},{"type":"phone","value":"\(canary.phone)"}],\
            "contact":{"email":"\(canary.email)","name":"\(canary.name)"}}]}}
            """
        let targets = SampleCertificate.targets.map { target in
            var target = target
            target.owner = canary.word
            // What a peer calls its own job is its own word.
            target.findings.reference = canary.word
            return target
        }
        let certificate = try SampleCertificate.certificate(of: SampleCertificate.record(event), targets)
        let file = try certificate.signed(with: Self.ring.get()).file
        let page = try #require(CertificatePage(of: file)).html
        let text = (file.text + file.body + page).lowercased()
        for trace in canary.traces { #expect(!text.contains(trace.text), "\(trace.kind)") }
    }

    // MARK: Signature

    @Test("N2: is checked with nothing but the public key")
    func checked() throws {
        let ring = try Self.ring.get()
        let key = try #require(ring.signing).verifyingKey
        let file = try SampleCertificate.certificate().signed(with: ring).file
        let read = try CertificateFile(reading: Array(file.text.utf8))
        #expect(read == file)
        for given in [nil, key] {
            let reading = try read.check(with: given)
            #expect(
                reading.key == key && reading.isInterim
                    && reading.request == SampleCertificate.id.uuidString.lowercased()
            )
        }
    }

    @Test("N2: that was altered in any place is refused, and so is one of another key")
    func altered() throws {
        let ring = try Self.ring.get()
        let key = try #require(ring.signing).verifyingKey
        let other = try #require(try KeyRing(parsing: KeyRing.newFile()).signing)
        let file = try SampleCertificate.certificate().signed(with: ring).file
        func fault(_ file: CertificateFile, _ key: VerifyingKey?) -> CertificateFile.Fault? {
            do throws(CertificateFile.Fault) {
                _ = try file.check(with: key)
                return nil
            } catch {
                return error
            }
        }
        let changed = file.body.replacingOccurrences(of: "\"rows\":9", with: "\"rows\":8")
        #expect(changed != file.body)
        #expect(fault(.init(body: changed, keyID: file.keyID, signature: file.signature), key) == .wrongSignature)
        #expect(fault(.init(body: changed, keyID: file.keyID, signature: file.signature), nil) == .wrongSignature)
        #expect(
            fault(.init(body: file.body + " ", keyID: file.keyID, signature: file.signature), key) == .wrongSignature
        )
        #expect(fault(file, other.verifyingKey) == .otherKey)
        // A forger who puts a key of their own into it is found by whoever has the real one.
        let forged = changed.replacingOccurrences(of: key.base64, with: other.verifyingKey.base64)
        let signed = CertificateFile(body: forged, keyID: "s1", signature: try other.sign(Array(forged.utf8)))
        #expect(fault(signed, nil) == nil && fault(signed, key) == .otherKey)
        #expect(fault(.init(body: file.body, keyID: nil, signature: nil), key) == .notSigned)
        let newer = file.body.replacingOccurrences(of: "{\"v\":1,", with: "{\"v\":2,")
        #expect(fault(.init(body: newer, keyID: "s1", signature: file.signature), key) == .unknownVersion)
        #expect(fault(.init(body: "{}", keyID: "s1", signature: file.signature), key) == .notACertificate)
    }

    @Test(
        "that is none is refused as such",
        arguments: ["", "[]", "{}", #"{"body":1}"#, #"{"body":"{}","signature":"!"}"#]
    )
    func unreadable(_ text: String) {
        #expect(throws: CertificateFile.Fault.notACertificate) { try CertificateFile(reading: Array(text.utf8)) }
    }

    // MARK: The page

    @Test("for people holds the same, escaped, well-formed, without scripts and without anything from elsewhere")
    func page() throws {
        let file = try SampleCertificate.certificate().signed(with: Self.ring.get()).file
        let html = try #require(CertificatePage(of: file)).html
        #expect(html.contains("Our CRM &lt;database&gt;") && html.contains("Mailer &amp; Sons &quot;Ltd&quot;"))
        #expect(html.contains("Client&#39;s shop") && html.contains("HGB § 257") && html.contains("public.ticket"))
        #expect(html.contains("Interim:") && html.contains(file.digest) && html.contains("re read (wanted: re read)"))
        #expect(html.contains("color-scheme:light dark") && html.contains("@media print"))
        for word in ["<script", "http://", "https://", "src=", "href=", "@import", "url("] {
            #expect(!html.lowercased().contains(word), "\(word)")
        }
        // Every element that is opened is closed.
        for tag in [
            "html", "head", "body", "style", "section", "table", "thead", "tbody", "tr", "dl", "details", "h1", "h2",
        ] {
            let opened =
                html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count - 2
            #expect(opened == html.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
        }
        let done = try SampleCertificate.certificate([.sample("crm")]).signed(with: Self.ring.get()).file
        #expect(CertificatePage(of: done)?.html.contains("Interim:") == false)
    }
}
