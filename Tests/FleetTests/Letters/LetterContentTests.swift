import Fleet
import Foundation
import Rights
import Testing

@Suite("What letters say")
struct LetterContentTests {
    static let link = "https://ico.org.uk/make-a-complaint/"

    @Test("K3: the notice names the client and how to reach it", arguments: CommittedLetters.locales)
    func notice(_ locale: String) throws {
        for referral in [LetterWords.Referral.passedOn, .passingOn, .notPassedOn] {
            let letter = try CommittedLetters.letter(.notice, locale) { $0.referral = referral }
            let text = CommittedLetters.flat(letter)
            #expect(text.contains("Acme & Sons") && text.contains("privacy@acme.example"))
            #expect(letter.html.contains("Acme &amp; Sons"))
            #expect(text.contains("Example Helpdesk Ltd") && text.contains("R-2026-0042"))
        }
        let texts = try [LetterWords.Referral.passedOn, .passingOn, .notPassedOn].map { referral in
            try CommittedLetters.letter(.notice, locale) { $0.referral = referral }.text
        }
        #expect(Set(texts).count == 3)
    }

    @Test("K4: the notice asks for the client's name where nobody knows it", arguments: CommittedLetters.locales)
    func unknownClient(_ locale: String) throws {
        let letter = try CommittedLetters.letter(.notice, locale) { $0.referral = .clientUnknown }
        let text = CommittedLetters.flat(letter)
        // Not even a guess of ours.
        #expect(!text.contains("Acme"))
        #expect(text.contains("https://privacy.helpdesk.example/r/3F2A91BC07DE"))
        #expect(text.contains("15"))
    }

    @Test("K5: the notice has no outcome, no reason and no date of an answer", arguments: CommittedLetters.locales)
    func noOutcome(_ locale: String) throws {
        let outcomes = LetterField.outcomes.union([
            .reason, .article, .explanation, .parts, .dueOn, .extendedTo, .downloadLink, .waitedFor, .vendorAnswers,
        ])
        #expect(LetterKind.notice.fields.isDisjoint(with: outcomes))
        let plain = try CommittedLetters.letter(.notice, locale)
        let letter = try CommittedLetters.letter(.notice, locale) {
            $0.outcome = .refused
            $0.refusal = .init(.clientRefused)
            $0.dueOn = CivilDate(year: 2031, month: 1, day: 1)
            $0.explanation = "because"
        }
        #expect(letter == plain)
    }

    @Test("K17: the notice tells a Californian what a service provider may not do, and nobody else")
    func california() throws {
        for locale in CommittedLetters.locales {
            for right in [Right.optOut, .access, .erasure, .limitSensitive] {
                let letter = try CommittedLetters.letter(.notice, locale) {
                    $0.regulation = .ccpa
                    $0.country = "US-CA"
                    $0.right = right
                }
                let text = CommittedLetters.flat(letter)
                #expect(text.contains("11 CCR 7050") && text.contains("service provider"))
                #expect(text.contains("https://cppa.ca.gov/") && text.contains("https://oag.ca.gov/"))
            }
            #expect(try !CommittedLetters.letter(.notice, locale).text.contains("7050"))
        }
    }

    @Test(
        "Y2: every reason is told in every language, with its article and the ways to complain",
        arguments: RefusalReason.allCases
    )
    func refusals(_ reason: RefusalReason) throws {
        for locale in CommittedLetters.locales {
            func text(_ reason: RefusalReason, _ regulation: Regulation = .gdpr) throws -> [String] {
                try CommittedLetters.letter(.answerRefused, locale, least: true) {
                    $0.refusal = .init(reason)
                    $0.country = "GB"
                    $0.regulation = regulation
                }.text.components(separatedBy: "\n\n")
            }
            let other: RefusalReason = reason == .excessive ? .manifestlyUnfounded : .excessive
            let told = try Set(text(reason)).subtracting(try text(other))
            #expect(told.contains { $0.count > 20 && !$0.hasPrefix("- ") }, "\(locale): a sentence")
            for regulation in Regulation.allCases {
                let letter = try text(reason, regulation).joined(separator: "\n\n")
                #expect(letter.count > 300, "\(locale) \(regulation)")
                switch regulation {
                case .gdpr:
                    #expect(
                        letter.contains(locale == "en" ? "GDPR Art. " : locale == "de" ? "DSGVO Art. " : "RGPD Art. ")
                    )
                case .ukGDPR: #expect(letter.contains("UK GDPR Art. ") && letter.contains(Self.link))
                case .ccpa: #expect(letter.contains("https://cppa.ca.gov/") && !letter.contains("GDPR"))
                case .hipaa: #expect(letter.contains("https://www.hhs.gov/") && !letter.contains("GDPR"))
                case .fadp: #expect(letter.contains("https://www.edoeb.admin.ch/"))
                case .lgpd: #expect(letter.contains("https://www.gov.br/anpd/"))
                case .other: #expect(letter.contains(Self.link))
                }
            }
        }
    }

    @Test(
        "Y2: in English the letters give the reasons of the list in words of their own",
        arguments: RefusalReason.allCases
    )
    func citations(_ reason: RefusalReason) throws {
        let letter = try CommittedLetters.letter(.answerRefused) { $0.refusal = .init(reason, citation: "HGB § 257") }
        #expect(letter.text.contains("- Rule: HGB § 257"))
        let law = try CommittedLetters.letter(.answerRefused) { $0.refusal = .init(reason) }
        #expect(law.text.contains("- Rule: " + (reason == .serviceProvider ? "GDPR Art. 28(3)(a)" : reason.source)))
    }

    @Test(
        "K11: what was not done is told with why, where that is written, and until when",
        arguments: CommittedLetters.locales
    )
    func parts(_ locale: String) throws {
        for kind in [LetterKind.answerPartly, .clientAnswer] {
            let letter = try CommittedLetters.letter(kind, locale) { $0.outcome = .partly }
            let text = CommittedLetters.flat(letter)
            #expect(text.contains("- invoices") && text.contains("(HGB § 257)") && text.contains("2030"))
            // C5: where the list has no reason, a person's words are it.
            #expect(text.contains("- forum posts") && text.contains("Other people have quoted them."))
        }
    }

    @Test(
        "Y7: final answers name the authority of every country of the EEA",
        arguments: LetterKind.allCases.filter(\.isFinalAnswer)
    )
    func authorities(_ kind: LetterKind) throws {
        let book = try CommittedLetters.book()
        #expect(Set(book.authorities.europeanCountries).isSuperset(of: AuthorityListTests.eea))
        for country in book.authorities.europeanCountries {
            let route = book.authorities.authority(country: country, regulation: .gdpr)
            try #require(!route.bodies.isEmpty)
            for locale in CommittedLetters.locales {
                let letter = try CommittedLetters.letter(kind, locale, least: true) { $0.country = country }
                let text = CommittedLetters.flat(letter)
                for body in route.bodies {
                    #expect(text.contains(body.name[locale]), "\(country) \(locale)")
                    #expect(body.url.map { text.contains($0) && letter.html.contains("href=\"\($0)\"") } ?? true)
                }
                #expect(text.contains("Art. 77") || text.contains("art. 77"))
                #expect(text.contains("Art. 79") || text.contains("art. 79"))
            }
        }
    }

    @Test("Y7: letters tell how to reach the vendor and its data protection officer", arguments: LetterKind.allCases)
    func contact(_ kind: LetterKind) throws {
        for profile in CommittedLetters.profiles {
            let words = try CommittedLetters.words(kind, profile: profile)
            let letter = try CommittedLetters.book().letter(kind, profile: profile, locale: "fr", words: words)
            for text in ["privacy@\(profile).example", "dpo@\(profile).example", "Example Way"] {
                #expect(letter.text.contains(text) && letter.html.contains(text), "\(profile)")
            }
        }
    }

    @Test("C3: the answer to a complaint names the profile's dispute body, where it has one")
    func disputes() throws {
        for profile in CommittedLetters.profiles {
            let words = try CommittedLetters.words(.complaintAnswer, profile: profile)
            let letter = try CommittedLetters.book().letter(
                .complaintAnswer,
                profile: profile,
                locale: "en",
                words: words
            )
            let isNamed = CommittedLetters.flat(letter).contains("independent dispute resolution body")
            #expect(isNamed == (profile == "customer360"))
        }
    }

    @Test("C4: an opt-out that is done warns that service may suffer, and nothing else does")
    func optOut() throws {
        for locale in CommittedLetters.locales {
            let plain = try CommittedLetters.letter(.answerDone, locale).html.components(separatedBy: "<h2>").count
            let letter = try CommittedLetters.letter(.answerDone, locale) {
                $0.right = .optOut
                $0.optOutOf = [.marketing, .thirdPartyTransfers]
            }
            #expect(letter.html.components(separatedBy: "<h2>").count == plain + 1, "\(locale)")
        }
        let letter = try CommittedLetters.letter(.answerDone) {
            $0.right = .optOut
            $0.optOutOf = [.marketing, .thirdPartyTransfers]
        }
        #expect(CommittedLetters.flat(letter).contains("services may work less well or not at all"))
        #expect(CommittedLetters.flat(letter).contains("marketing messages, transfers to third-party vendors"))
    }

    @Test(
        "C4: the warning that service may suffer stands in every answer to an opt-out, in part done or in full",
        arguments: CommittedLetters.locales
    )
    func optOutWarning(_ locale: String) throws {
        let words = ["en": "work less well", "de": "schlechter", "fr": "moins bien", "es": "funcionar peor"]
        let warning = try #require(words[locale])
        for kind in [LetterKind.answerDone, .answerPartly] {
            for right in [Right.optOut, .limitSensitive, .erasure] {
                let letter = try CommittedLetters.letter(kind, locale) { $0.right = right }
                #expect(CommittedLetters.flat(letter).contains(warning) == (right != .erasure), "\(kind) \(right)")
            }
        }
    }

    @Test(
        "C5, N4: every reason why a system has not done its part is told in every language",
        arguments: CommittedLetters.locales
    )
    func gaps(_ locale: String) throws {
        var told: Set<String> = []
        for gap in FanOutStanding.Gap.Reason.allCases {
            for kind in [LetterKind.answerPartly, .clientAnswer] {
                let letter = try CommittedLetters.letter(kind, locale) {
                    $0.outcome = .partly
                    $0.parts = [.init("Forum", gap: gap, until: CivilDate(year: 2031, month: 5, day: 2))]
                }
                let text = CommittedLetters.flat(letter)
                let line = try #require(letter.text.components(separatedBy: "\n\n").first { $0.hasPrefix("- Forum") })
                #expect(line.count > 40 && text.contains("2031"), "\(gap)")
                told.insert(line)
            }
        }
        #expect(told.count == FanOutStanding.Gap.Reason.allCases.count)
    }

    @Test("K12, K22: answers say when backups and logs have forgotten it", arguments: CommittedLetters.locales)
    func forgetting(_ locale: String) throws {
        for kind in [LetterKind.answerDone, .answerPartly, .clientAnswer] {
            func text(_ backups: Int?, _ logs: Int?) throws -> String {
                CommittedLetters.flat(
                    try CommittedLetters.letter(kind, locale) {
                        $0.outcome = .partly
                        $0.backupsUntil = backups.flatMap { CivilDate(year: $0, month: 5, day: 2) }
                        $0.logsUntil = logs.flatMap { CivilDate(year: $0, month: 5, day: 2) }
                    }
                )
            }
            let both = try text(2041, 2042)
            #expect(both.contains("2041") && both.contains("2042"))
            let none = try text(nil, nil)
            #expect(none.count < both.count && !none.contains("{"))
        }
    }

    @Test("Y6: a receipt asks nobody who opts out for proof, and gives the days that California does")
    func receipts() throws {
        for right in [Right.optOut, .limitSensitive, .erasure] {
            let letter = try CommittedLetters.letter(.receipt) {
                $0.right = right
                $0.regulation = .ccpa
            }
            let text = CommittedLetters.flat(letter)
            #expect(text.contains("We need no proof of who you are.") == (right != .erasure))
            #expect(text.contains("within 45 days") == (right == .erasure))
            #expect(text.contains("15 business days") == (right != .erasure))
        }
    }

    @Test("Y9: the removal of posts tells that copies may be left")
    func removal() throws {
        for kind in [LetterKind.answerDone, .answerPartly] {
            let letter = try CommittedLetters.letter(kind) { $0.right = .publicRemoval }
            #expect(CommittedLetters.flat(letter).contains("does not ensure that it is gone everywhere"))
            #expect(try !CommittedLetters.letter(kind).text.contains("does not ensure"))
        }
    }

    @Test(
        "Y9: a Californian is told what the law on minors' posts does not promise, and nobody else",
        arguments: CommittedLetters.locales
    )
    func minorsPosts(_ locale: String) throws {
        for kind in [LetterKind.answerDone, .answerPartly] {
            for (right, regulation) in [
                (Right.publicRemoval, Regulation.ccpa), (.publicRemoval, .gdpr), (.erasure, .ccpa),
            ] {
                let letter = try CommittedLetters.letter(kind, locale) {
                    $0.right = right
                    $0.regulation = regulation
                }
                let isTold = CommittedLetters.flat(letter).contains("§ 22581")
                #expect(isTold == (right == .publicRemoval && regulation == .ccpa), "\(kind) \(right) \(regulation)")
            }
        }
    }

    @Test(
        "Y13: letters about a child address those who care for it, never the child",
        arguments: CommittedLetters.locales
    )
    func minors(_ locale: String) throws {
        for kind in LetterKind.allCases where kind.audience == .person {
            let letter = try CommittedLetters.letter(kind, locale) { $0.isMinor = true }
            #expect(!letter.text.contains("Zoë"), "\(kind)")
            #expect(try letter.text != CommittedLetters.letter(kind, locale) { $0.personName = nil }.text, "\(kind)")
        }
    }

    @Test(
        "C6: the referral of a child's case offers restriction and promises no erasure",
        arguments: CommittedLetters.locales
    )
    func minorReferral(_ locale: String) throws {
        for kind in [LetterKind.referral, .reminder, .escalation] {
            let letter = try CommittedLetters.letter(kind, locale) { $0.isMinor = true }
            let plain = try CommittedLetters.letter(kind, locale)
            #expect(letter.text.contains("13") && letter.text.count > plain.text.count + 100, "\(kind)")
        }
        let letter = try CommittedLetters.letter(.referral) { $0.isMinor = true }
        #expect(CommittedLetters.flat(letter).contains("we restrict the processing of the child's data at once"))
        #expect(CommittedLetters.flat(letter).contains("We erase nothing without your decision."))
    }

    @Test("K14: the client is told which applications are its own to clean", arguments: CommittedLetters.locales)
    func integrations(_ locale: String) throws {
        let letter = try CommittedLetters.letter(.clientAnswer, locale)
        #expect(letter.text.contains("- Example Newsletter\n- Example Shop"))
        let without = try CommittedLetters.letter(.clientAnswer, locale) { $0.integrations = [] }
        #expect(
            without.html.components(separatedBy: "<h2>").count + 1 == letter.html.components(separatedBy: "<h2>").count
        )
    }

    @Test("K6: every outcome has words of its own, and says who tells the person", arguments: CommittedLetters.locales)
    func outcomes(_ locale: String) throws {
        var texts: Set<String> = []
        for outcome in LetterWords.Outcome.allCases {
            for vendorAnswers in [false, true] {
                texts.insert(
                    try CommittedLetters.letter(.clientAnswer, locale) {
                        $0.outcome = outcome
                        $0.vendorAnswers = vendorAnswers
                    }.text
                )
            }
        }
        #expect(texts.count == 2 * LetterWords.Outcome.allCases.count)
    }

    @Test("Y1: an extension tells the new date, the reason and where to complain", arguments: CommittedLetters.locales)
    func extending(_ locale: String) throws {
        var texts: Set<String> = []
        for reason in LetterWords.ExtensionReason.allCases {
            let letter = try CommittedLetters.letter(.extended, locale) { $0.extensionReason = reason }
            #expect(letter.text.contains("2026") && letter.text.contains("https://www.bfdi.bund.de/"))
            texts.insert(letter.text)
        }
        #expect(texts.count == 2)
    }

    @Test("Y3: a fee is told before it is owed, with its rule and that nobody has to pay")
    func fee() throws {
        for ground in FeeRule.Ground.allCases {
            let letter = try CommittedLetters.letter(.fee) { $0.feeGround = ground }
            let text = CommittedLetters.flat(letter)
            #expect(text.contains("Amount: 12.00 EUR") && text.contains("Rule: GDPR Art. 15(3)"))
            #expect(text.contains("You do not have to pay.") && text.contains("15 April 2026"))
        }
    }
}
