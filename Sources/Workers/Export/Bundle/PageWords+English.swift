import Rights

extension PageWords {
    static let english = PageWords(
        thousands: ",",
        groupedFrom: 4,
        decimalPoint: ".",
        sizes: ["B", "kB", "MB", "GB"],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ],
        date: "{day} {month} {year}",
        firstDay: "1",
        dateAndTime: "{day}, {hour}:{minute} UTC",
        colon: ": ",
        title: "Personal data held for {client}",
        lead:
            "{processor} holds these data about you on behalf of {client}. This is what was found for your request of {day}: a copy of the data, and what there is to know about them.",
        ownLead:
            "{processor} holds these data about you. This is what was found for your request of {day}: a copy of the data, and what there is to know about them.",
        listTitle: "People of {client} affected by a security incident",
        listLead:
            "{processor} has told {client} of a security incident. List {number} names the people who are affected, or are reasonably believed to be affected, as far as they are known.",
        unpack:
            "Unpack the whole archive first: the links on this page lead to files beside it. Nothing here uses the network.",
        skip: "Skip to the data",
        contents: "Contents",
        search: "Search in all tables",
        sortHint: "A click on a heading sorts its table.",
        found: "Rows found: {n} of {all}",
        about: "About this copy",
        caseID: "Case",
        client: "On behalf of",
        processor: "Made by",
        right: "Asked for",
        regulation: "Under",
        submitted: "Asked on",
        asOf: "As of",
        extent: "Holds",
        extentText: "sets of data: {sections}; rows: {rows}; files: {files}",
        holders: "Who holds what, why, and for how long",
        holdersCaption: "Sets of data in this copy: {n}",
        place: "Held in",
        what: "What",
        purposes: "Used for",
        retention: "Kept for",
        recipients: "Passed on to",
        origin: "Comes from",
        rows: "Rows",
        filesOfSection: "files: {n}",
        category: "Category",
        company: "Run by",
        region: "Country",
        safeguards: "Protected there by",
        unsaid: "not stated",
        gaps: "What is missing",
        gapsLead: "These systems may hold data about you that are not in this copy.",
        gapsCaption: "Systems whose data are missing: {n}",
        noGaps: "Nothing: every system that was asked has answered.",
        reason: "Why",
        withheld: "What is withheld",
        withheldLead:
            "These columns are masked, with <code>[withheld]</code> in the place of a value, or left out of the data.",
        withheldCaption: "Columns withheld: {n}",
        noWithheld: "Nothing: no column is masked or left out.",
        column: "Column",
        rights: "What else you can ask for",
        complaints: "Where you can complain",
        automatedDecisions: "Decisions made by machines alone",
        data: "The data",
        noRows: "There are no rows about you here.",
        asFiles: "As it was found:",
        rowsShown: "Rows shown: {n} of {all}",
        allRows: "All rows:",
        part: "CSV, part {n}",
        shortened: "Long values are shortened here. The JSON has them whole.",
        changedCells:
            "Cells changed in the CSV so that a spreadsheet takes them for text: {n}. The JSON has them as they are.",
        files: "Files",
        filesLead:
            "Files are as they were found, under new names. Open one only if you would open it as an attachment of a mail.",
        filesCaption: "Files in this copy: {n}",
        file: "File",
        originalName: "Was called",
        mediaType: "Type",
        size: "Size",
        noFiles: "There are no files.",
        check: "How to check this copy",
        checkLead:
            "<code>manifest.json</code> names every file below <code>data/</code> and this page with their digests. <code>manifest.json.sig</code> is the signature over <code>manifest.json</code> (Ed25519, key {key}). In the folder of this page:",
        checkKey:
            "That shows who made the copy if {processor} tells you in another way that its key is <code>{public}</code>. The folder is a BagIt 1.0 bag as well, which any BagIt program can check.",
        nothing: "No data were found.",
        kind: {
            switch $0 {
            case .own: "own system"
            case .subprocessor: "sub-processor"
            case .clientIntegration: "integration of {client}"
            case .publicContent: "public content"
            case .log: "log"
            case .backup: "backup"
            case .controller: "another controller"
            }
        },
        rightName: {
            switch $0 {
            case .access: "access to personal data"
            case .portability: "data in a portable form"
            case .rectification: "correction"
            case .erasure: "erasure"
            case .restriction: "restriction of processing"
            case .objection: "objection to processing"
            case .optOut: "opt-out"
            case .withdrawConsent: "withdrawal of consent"
            case .limitSensitive: "limited use of sensitive data"
            case .disclosureList: "a list of disclosures"
            case .publicRemoval: "removal from public places"
            }
        },
        law: {
            switch $0 {
            case .gdpr: "General Data Protection Regulation (EU) 2016/679"
            case .ukGDPR: "UK General Data Protection Regulation"
            case .fadp: "Swiss Federal Act on Data Protection"
            case .ccpa: "California Consumer Privacy Act"
            case .hipaa: "HIPAA Privacy Rule"
            case .lgpd: "Lei Geral de Proteção de Dados"
            case .other: "other law"
            }
        },
        bag: "Data held about one person; index.html is for reading, manifest.json for machines",
        decider: "The company that decides about the data is {client}.",
        contact: "{processor} is reached for questions of privacy at: {ways}",
        officer: "The data protection officer of {processor}: {officer}",
        disputeBody: "Outside the courts you may also turn to this body: {body}",
        decision: "{system}: {decision}. By what: {logic}. What it means for you: {consequences}.",
        noDecision: "The record of these systems names no decision about you that is made by machines alone.",
        otherDecisions: "What {client} decides by other means only {client} can say.",
        period: { $0.words },
        keptOn: "After an erasure kept for a time: {basis}",
        keptOnOf: "{category}: after an erasure kept for a time: {basis}",
        takenOver: "Taken over from: {systems}",
        transfer: { $0.words },
        withheldBecause: {
            switch $0 {
            case .rightsOfOthers: "Says something about other people (GDPR Art. 15(4))."
            case .secret: "A secret by which somebody could act in your name."
            case .tradeSecret: "A trade secret (GDPR recital 63)."
            }
        },
        namesOthers: "Names other people, too: only you are shown.",
        gapOfClient: "An application of the company you are a customer of, which answers for it itself.",
        gapByHand: "A person has looked there; what was found is handed over separately.",
        gapNotTaken: "The system has found something about you, and it could not be taken over.",
        gapRefused: "The system has refused to hand over what it holds.",
        gapFailed: "The system could not be asked.",
        gapLeft: "The system has not handed over what it holds.",
        disclosures: "disclosures",
        recipient: "Recipient",
        service: "Service",
        listBag: "People affected by a security incident; index.html is for reading, manifest.json for machines",
        people: "people affected",
        ordinal: "No."
    )
}
