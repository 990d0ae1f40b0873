/// What waits for a person, and what the person's verdict does to the case it is about.
///
/// No machine settles any of these. Each is opened in the transaction of its cause, is to be looked at within the `review`
/// clock, and ends with a verdict that names the login it came from.
package enum ReviewKind: String, CaseIterable, Hashable, Sendable {
    /// The client's registered privacy contact is asked whether the client gave this instruction (K7).
    case instruction = "instruction_to_confirm"
    /// A child's case (C6, Y13).
    case child = "minor_to_confirm"
    /// The client was named in words that no registered client answers to (K4).
    case client = "client_unresolved"
    /// Nobody could name the regime; the strictest dates without pause or extension hold until a person names it.
    case regime = "regime_unconfirmed"
    /// The person could not be identified; whether that ends the request a person says (Y6).
    case identity = "identity_failed"
    /// Somebody seems to ask in another one's name (A5).
    case fraud = "suspected_fraud"
    /// Everything of a client is to be erased: two different people approve it before it starts (K9).
    case tenantErasure = "tenant_erasure"
    /// A suspended client's export or hand-over (A1).
    case suspendedHandOver = "suspended_hand_over"
    /// No channel took what the client has to be told, or the last one fails again and again (K4).
    case clientUnreachable = "client_unreachable"
    /// The person has no address that takes our mail (K3).
    case subjectUnreachable = "subject_unreachable"
    /// Something forbids that this request is referred to its client (K4).
    case referralProhibited = "referral_prohibited"
    /// A target refused, failed, or was found not to have done its part (G12, N4).
    case targetStuck = "target_stuck"
    /// What the data map would keep may not be kept, or a plan cannot be made (K11).
    case planRefused = "plan_refused"
    /// The data of a client whose contract has ended are to be returned before they are erased (K9).
    case dataReturn = "data_return"
    /// A copy could not be handed over to the controller that its person has named (Y5).
    case handOverStuck = "hand_over_stuck"
    /// No channel took what a client has to be told of an incident (G9).
    case breachUnreached = "breach_unreached"
    /// A client was told of an incident, and reminded, and nobody there has acknowledged it (G9).
    case breachSilent = "breach_silent"
    /// The list of the clients that an incident affects: nobody on it is told before a person has approved it (G9).
    case breachClients = "breach_clients"
    /// The list of a client's people could not be opened again, so that its number is not known (G9).
    case breachUncounted = "breach_uncounted"
    /// An authority's demand for data: two different people approve it before anything else is done (K23).
    case disclosure
    /// Many access requests from one publisher, or about one person (A6).
    case harvest
    /// No channel took what a client has to be told of a change (K20).
    case announcementUnreached = "announcement_unreached"
    /// A client objects to a change that it was told of (K20).
    case objection
    /// Clients were told of an incident after our own time for it: why, a person says (GDPR Art. 33(1)).
    case lateNotice = "late_notice"
    /// An incident was closed of which nobody was told: why, a person says (GDPR Art. 33(5)).
    case nobodyTold = "nobody_told"
    /// People whose data the vendor itself controls were not told of an incident: no address, or none that takes mail (G13).
    case peopleUnreached = "people_unreached"

    package enum Verdict: String, CaseIterable, Hashable, Sendable {
        case confirmed
        case denied
        /// Nobody has to say any more: the case went on, or ended, without it.
        case moot
    }

    /// How many different people have to agree before it counts as confirmed.
    package var approvals: Int { self == .tenantErasure || self == .disclosure ? 2 : 1 }

    /// Whether the case goes on meanwhile or stands still until the verdict.
    package func holdsUp(_ lane: Lane) -> Bool {
        switch self {
        case .instruction, .tenantErasure, .suspendedHandOver, .disclosure: true
        case .child: lane == .own
        case .client, .regime, .identity, .fraud, .clientUnreachable, .subjectUnreachable, .referralProhibited,
            .targetStuck, .planRefused, .dataReturn, .handOverStuck, .harvest, .breachUnreached, .breachSilent,
            .breachClients, .breachUncounted, .announcementUnreached, .objection, .lateNotice, .nobodyTold,
            .peopleUnreached:
            false
        }
    }

    /// The worker that hears of the verdict on a case, because what it does hangs on it; nil where the case's own event tells it.
    package func worker(of machine: CaseMachine?) -> WorkQueue? {
        switch self {
        case .clientUnreachable, .subjectUnreachable, .referralProhibited: .referral
        case .targetStuck, .planRefused, .dataReturn, .handOverStuck: machine?.worker ?? .erasure
        case .breachUnreached, .breachSilent, .breachClients, .breachUncounted, .announcementUnreached, .objection:
            .breach
        case .instruction, .child, .client, .regime, .identity, .fraud, .tenantErasure, .suspendedHandOver, .disclosure,
            .harvest, .lateNotice, .nobodyTold, .peopleUnreached:
            nil
        }
    }

    /// Why a person is asked: the row of the obligations and, where there is one, the article.
    package var source: String {
        switch self {
        case .instruction: "GDPR Art. 28(3)(a); K7"
        case .child: "C6, Y13"
        case .client: "K4"
        case .regime: "profile: regime unknown"
        case .identity: "GDPR Art. 12(6); Y6"
        case .fraud: "GDPR Art. 12(6); A5"
        case .tenantErasure: "GDPR Art. 28(3)(g); K9"
        case .suspendedHandOver: "A1"
        case .clientUnreachable: "GDPR Art. 28(3)(e); K4"
        case .subjectUnreachable: "K3"
        case .referralProhibited: "K4"
        case .targetStuck: "GDPR Art. 28(4), 19; G12, N4"
        case .planRefused: "GDPR Art. 28(3)(a); K11"
        case .dataReturn: "GDPR Art. 28(3)(g); K9"
        case .handOverStuck: "GDPR Art. 20(2); Y5"
        case .disclosure: "GDPR Art. 6(1)(c), 28(3)(a), 48; K23, C8"
        case .harvest: "A6"
        case .breachUnreached, .breachSilent, .breachClients: "GDPR Art. 33(2); G9"
        case .breachUncounted: "GDPR Art. 33(3)(a); G9"
        case .announcementUnreached, .objection: "GDPR Art. 28(2); K20"
        case .lateNotice: "GDPR Art. 33(1), 33(2); G9"
        case .nobodyTold: "GDPR Art. 33(5); G9"
        case .peopleUnreached: "GDPR Art. 34(1), 34(3)(c); G13"
        }
    }

    /// What the person is asked, in one sentence.
    package var question: String {
        switch self {
        case .instruction: "Ask the client's registered privacy contact whether the client gave this instruction."
        case .child: "Look at a case about a child under 13, and whether a parent asks for it."
        case .client: "Find out which client the person means."
        case .regime:
            "Confirm that the request falls under no regime with rules of its own here, or deny it and name the one it falls under."
        case .identity: "Decide whether a request whose person could not be identified ends here."
        case .fraud: "Decide whether somebody asks in another one's name, and whether the request is refused for it."
        case .tenantErasure: "Approve that everything of this client is erased; two different people must."
        case .suspendedHandOver: "Decide whether a suspended client gets this export."
        case .clientUnreachable:
            "Tell the client of a request that none of its channels takes; confirm when it was told, deny when it cannot be."
        case .subjectUnreachable:
            "Tell a person who cannot be reached by mail what they are owed; confirm when they were told, deny when they cannot be."
        case .referralProhibited:
            "Confirm that this request may not be referred to its client, or deny it, and it is referred."
        case .targetStuck:
            "Look at the targets that refused, failed or still hold data: confirm to have them asked anew, deny to answer without them, in part."
        case .planRefused:
            "The data map would keep what may not be kept, or nobody can be found by it: mend it with `habeas systems apply`, then confirm to have the plan made anew."
        case .dataReturn:
            "Return the client's data before they are erased; confirm when the client has them, deny when it wants none."
        case .handOverStuck:
            "A copy could not be handed over to the controller that was named: register it with `habeas systems apply`, or mend what is wrong, then confirm to have it handed over anew; deny to answer with the copy alone, in part."
        case .breachUnreached:
            "Tell a client of an incident that none of its channels takes, by telephone for instance (`habeas incidents show`); confirm when it was told, deny when it cannot be."
        case .breachSilent:
            "Ask a client that has not acknowledged the notice of an incident whether it has read it; confirm when it has, deny when nobody answers."
        case .breachClients:
            "Read which clients an incident affects, why, and with what numbers (`habeas incidents clients`), then approve the list (`habeas approve`), or take off it who does not belong there (`habeas incidents exclude`): nobody on it is told before."
        case .breachUncounted:
            "The list of a client's people does not open with the keys at hand, so that it was told no number: restore the key, or have subjects_approx reported (`habeas incidents update`); confirm when the number was told, deny when it stays unknown."
        case .disclosure:
            "Approve that an authority gets data of a client's, or deny it; two different people must. `habeas disclosures show` says what it demands."
        case .harvest:
            "Look at many access requests from one publisher, or about one person: copies that are not begun wait for it. Deny to let them go on; confirm with --refusal to refuse them."
        case .announcementUnreached:
            "Tell a client of a change that none of its channels takes, before it takes effect (`habeas notices show`); confirm when it was told, deny when it cannot be."
        case .objection:
            "Settle with the client what follows from its objection, as the contract says (`habeas requests show --reveal`); confirm when the change does not apply to it, deny when it does all the same."
        case .lateNotice:
            "Say with --reason why clients were told of an incident after our own time for it (`habeas incidents show` lists them); confirm with the reason, deny when the date was wrong."
        case .nobodyTold:
            "Say with --reason why nobody was told of an incident that is closed: it stands in the register; confirm with the reason, deny when somebody was told by other means."
        case .peopleUnreached:
            "Tell people whose data are your own of an incident, by public notice for instance: they have no address that takes mail (`habeas incidents show`); confirm when they were told, deny when they cannot be."
        }
    }

    /// What the verdict does to the case; nil where it is a fact and nothing more.
    ///
    /// - Parameter others: the other reviews of the case that are open; of several that hold it up the last one lets it go.
    package func event(_ verdict: Verdict, for machine: CaseMachine, others: Set<ReviewKind>) -> CaseEvent? {
        switch (self, verdict) {
        // The name itself comes as an event, with all that hangs on it.
        case (_, .moot), (.regime, _), (.harvest, _), (.client, _), (.identity, .denied), (.fraud, .denied),
            (.clientUnreachable, _), (.subjectUnreachable, _), (.referralProhibited, _), (.targetStuck, _),
            (.planRefused, _), (.dataReturn, _), (.handOverStuck, _), (.breachUnreached, _), (.breachSilent, _),
            (.breachClients, _), (.breachUncounted, _), (.announcementUnreached, _), (.objection, _), (.lateNotice, _),
            (.nobodyTold, _), (.peopleUnreached, _):
            return nil
        case (.identity, .confirmed), (.fraud, .confirmed): return refusal(machine)
        // The case has come to the gate by another way than an instruction: nothing but the gate holds it.
        case (.suspendedHandOver, .denied) where machine.state != .received: return refusal(machine)
        case (.suspendedHandOver, .confirmed) where machine.state != .received: return nil
        case (.instruction, .denied), (.tenantErasure, .denied), (.suspendedHandOver, .denied), (.disclosure, .denied):
            return .instructionDenied
        case (.child, .denied): return holdsUp(machine.lane) ? refusal(machine) : nil
        case (.instruction, .confirmed), (.tenantErasure, .confirmed), (.suspendedHandOver, .confirmed),
            (.disclosure, .confirmed), (.child, .confirmed):
            guard holdsUp(machine.lane), !others.contains(where: { $0.holdsUp(machine.lane) }) else { return nil }
            return .instructionConfirmed
        }
    }

    /// What a case is refused for where a verdict on this refuses it (Y2); nil where the person has to say.
    package var refusal: RefusalReason? {
        switch self {
        case .instruction, .tenantErasure: .instructionDenied
        // Of a child's case: that it is a parent who asks could not be shown.
        case .identity, .child: .identityNotShown
        case .fraud: .suspectedFraud
        // Only whoever denies it knows why a suspended client does not get its export.
        case .suspendedHandOver: nil
        // It answers nobody's request: the person's own words stand in the evidence.
        case .disclosure: nil
        // No verdict on these refuses anything.
        case .client, .regime, .harvest, .clientUnreachable, .subjectUnreachable, .referralProhibited, .targetStuck,
            .planRefused, .dataReturn, .handOverStuck, .breachUnreached, .breachSilent, .breachClients,
            .breachUncounted, .announcementUnreached, .objection, .lateNotice, .nobodyTold, .peopleUnreached:
            nil
        }
    }

    /// Nil where the case is not ours to refuse: before its client's decision nobody refuses in the client's place (K5).
    private func refusal(_ machine: CaseMachine) -> CaseEvent? {
        guard case .apply = machine.verdict(on: .refusedByPerson) else { return nil }
        return .refusedByPerson
    }
}
