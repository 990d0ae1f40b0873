import Rights

extension PageWords {
    static let german = PageWords(
        thousands: ".",
        groupedFrom: 4,
        decimalPoint: ",",
        sizes: ["B", "kB", "MB", "GB"],
        months: [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
            "Dezember",
        ],
        date: "{day}. {month} {year}",
        firstDay: "1",
        dateAndTime: "{day}, {hour}:{minute} Uhr (UTC)",
        colon: ": ",
        title: "Für {client} gespeicherte personenbezogene Daten",
        lead:
            "{processor} verarbeitet diese Daten über Sie im Auftrag von {client}. Auf Ihren Antrag vom {day} wurde dies gefunden: eine Kopie der Daten und was es über sie zu wissen gibt.",
        ownLead:
            "{processor} verarbeitet diese Daten über Sie. Auf Ihren Antrag vom {day} wurde dies gefunden: eine Kopie der Daten und was es über sie zu wissen gibt.",
        listTitle: "Von einem Sicherheitsvorfall betroffene Personen von {client}",
        listLead:
            "{processor} hat {client} einen Sicherheitsvorfall gemeldet. Liste {number} nennt die Personen, die betroffen sind oder von denen das anzunehmen ist, soweit sie bekannt sind.",
        unpack:
            "Entpacken Sie zuerst das ganze Archiv: Die Links auf dieser Seite führen zu Dateien, die neben ihr liegen. Nichts hier greift auf das Netz zu.",
        skip: "Zu den Daten springen",
        contents: "Inhalt",
        search: "In allen Tabellen suchen",
        sortHint: "Ein Klick auf eine Überschrift sortiert ihre Tabelle.",
        found: "Gefundene Zeilen: {n} von {all}",
        about: "Zu dieser Kopie",
        caseID: "Fall",
        client: "Im Auftrag von",
        processor: "Erstellt von",
        right: "Anliegen",
        regulation: "Anwendbares Recht",
        submitted: "Datum des Antrags",
        asOf: "Stand",
        extent: "Umfang",
        extentText: "Datenbestände: {sections}; Zeilen: {rows}; Dateien: {files}",
        holders: "Wer welche Daten hat, wozu und wie lange",
        holdersCaption: "Datenbestände in dieser Kopie: {n}",
        place: "Gespeichert in",
        what: "Daten",
        purposes: "Zwecke",
        retention: "Speicherdauer",
        recipients: "Empfänger",
        origin: "Herkunft",
        rows: "Zeilen",
        filesOfSection: "Dateien: {n}",
        category: "Kategorie",
        company: "Betrieben von",
        region: "Land",
        safeguards: "Dort geschützt durch",
        unsaid: "nicht angegeben",
        gaps: "Was fehlt",
        gapsLead: "In diesen Systemen können Daten über Sie stehen, die nicht in dieser Kopie sind.",
        gapsCaption: "Systeme, deren Daten fehlen: {n}",
        noGaps: "Nichts: Jedes System, das abgefragt wurde, hat geantwortet.",
        reason: "Grund",
        withheld: "Was zurückgehalten wird",
        withheldLead:
            "Diese Spalten sind in den Daten unkenntlich gemacht (anstelle eines Werts steht <code>[withheld]</code>) oder weggelassen.",
        withheldCaption: "Zurückgehaltene Spalten: {n}",
        noWithheld: "Nichts: Keine Spalte ist unkenntlich gemacht oder weggelassen.",
        column: "Spalte",
        rights: "Was Sie außerdem verlangen können",
        complaints: "Wo Sie sich beschweren können",
        automatedDecisions: "Entscheidungen, die ausschließlich automatisiert getroffen werden",
        data: "Die Daten",
        noRows: "Hier gibt es keine Zeilen über Sie.",
        asFiles: "Wie vorgefunden:",
        rowsShown: "Angezeigte Zeilen: {n} von {all}",
        allRows: "Alle Zeilen:",
        part: "CSV, Teil {n}",
        shortened: "Lange Werte sind hier gekürzt. In der JSON-Datei stehen sie ganz.",
        changedCells:
            "Zellen, die in der CSV-Datei geändert sind, damit ein Tabellenprogramm sie als Text liest: {n}. In der JSON-Datei stehen sie, wie sie sind.",
        files: "Dateien",
        filesLead:
            "Die Dateien sind, wie sie vorgefunden wurden, unter neuen Namen. Öffnen Sie eine nur, wenn Sie sie auch als Anhang einer E-Mail öffnen würden.",
        filesCaption: "Dateien in dieser Kopie: {n}",
        file: "Datei",
        originalName: "Ursprünglicher Name",
        mediaType: "Typ",
        size: "Größe",
        noFiles: "Es gibt keine Dateien.",
        check: "So prüfen Sie diese Kopie",
        checkLead:
            "<code>manifest.json</code> nennt jede Datei unter <code>data/</code> und diese Seite mit ihren Prüfsummen. <code>manifest.json.sig</code> ist die Signatur über <code>manifest.json</code> (Ed25519, Schlüssel {key}). Im Ordner dieser Seite:",
        checkKey:
            "Das zeigt, wer die Kopie erstellt hat, wenn {processor} Ihnen auf einem anderen Weg sagt, dass der eigene Schlüssel <code>{public}</code> ist. Der Ordner ist zugleich ein Bag nach BagIt 1.0, den jedes BagIt-Programm prüfen kann.",
        nothing: "Es wurden keine Daten gefunden.",
        kind: {
            switch $0 {
            case .own: "eigenes System"
            case .subprocessor: "Unterauftragsverarbeiter"
            case .clientIntegration: "von {client} eingebundene Anwendung"
            case .publicContent: "öffentliche Inhalte"
            case .log: "Protokoll"
            case .backup: "Sicherungskopie"
            case .controller: "anderer Verantwortlicher"
            }
        },
        rightName: {
            switch $0 {
            case .access: "Auskunft über personenbezogene Daten"
            case .portability: "Datenübertragbarkeit"
            case .rectification: "Berichtigung"
            case .erasure: "Löschung"
            case .restriction: "Einschränkung der Verarbeitung"
            case .objection: "Widerspruch gegen die Verarbeitung"
            case .optOut: "Abmeldung (Opt-out)"
            case .withdrawConsent: "Widerruf einer Einwilligung"
            case .limitSensitive: "Begrenzung der Nutzung sensibler Daten"
            case .disclosureList: "Liste der Dritten, an die Daten weitergegeben werden"
            case .publicRemoval: "Entfernung aus öffentlichen Seiten"
            }
        },
        law: {
            switch $0 {
            case .gdpr: "Datenschutz-Grundverordnung (EU) 2016/679"
            case .ukGDPR: "Datenschutz-Grundverordnung des Vereinigten Königreichs (UK GDPR)"
            case .fadp: "Schweizer Bundesgesetz über den Datenschutz (DSG)"
            case .ccpa: "California Consumer Privacy Act"
            case .hipaa: "HIPAA Privacy Rule"
            case .lgpd: "Lei Geral de Proteção de Dados"
            case .other: "anderes Recht"
            }
        },
        bag: "Daten über eine Person; index.html ist zum Lesen, manifest.json für Maschinen",
        decider: "Das Unternehmen, das über die Daten entscheidet (der Verantwortliche), ist {client}.",
        contact: "{processor} ist bei Fragen zum Datenschutz erreichbar unter: {ways}",
        officer: "Datenschutzbeauftragte Person von {processor}: {officer}",
        disputeBody: "Außergerichtlich können Sie sich auch an diese Stelle wenden: {body}",
        decision: "{system}: {decision}. Wodurch: {logic}. Was es für Sie bedeutet: {consequences}.",
        noDecision:
            "Das Verzeichnis dieser Systeme nennt keine Entscheidung über Sie, die ausschließlich automatisiert getroffen wird.",
        otherDecisions: "Was {client} auf andere Weise entscheidet, kann nur {client} sagen.",
        period: { period in
            switch period.unit {
            case .calendarMonth: number(period.count, "Kalendermonat", "Kalendermonate")
            case .calendarDay: number(period.count, "Kalendertag", "Kalendertage")
            case .businessDay: number(period.count, "Arbeitstag", "Arbeitstage")
            case .hour: number(period.count, "Stunde", "Stunden")
            case .minute: number(period.count, "Minute", "Minuten")
            }
        },
        keptOn: "Nach einer Löschung noch eine Zeit lang aufbewahrt: {basis}",
        keptOnOf: "{category}: nach einer Löschung noch eine Zeit lang aufbewahrt: {basis}",
        takenOver: "Übernommen aus: {systems}",
        transfer: {
            switch $0 {
            case .scc: "Standardvertragsklauseln (Art. 46 Abs. 2 Buchst. c DSGVO)"
            case .adequacy: "Angemessenheitsbeschluss für dieses Land (Art. 45 DSGVO)"
            case .dpf: "Datenschutzrahmen EU-USA (Data Privacy Framework, Art. 45 DSGVO)"
            case .bcr: "verbindliche interne Datenschutzvorschriften (Art. 47 DSGVO)"
            }
        },
        withheldBecause: {
            switch $0 {
            case .rightsOfOthers: "Sagt etwas über andere Personen aus (Art. 15 Abs. 4 DSGVO)."
            case .secret: "Ein Geheimnis, mit dem jemand in Ihrem Namen handeln könnte."
            case .tradeSecret: "Ein Geschäftsgeheimnis (Erwägungsgrund 63 DSGVO)."
            }
        },
        namesOthers: "Nennt auch andere Personen: Nur Angaben zu Ihnen werden gezeigt.",
        gapOfClient:
            "Eine Anwendung des Unternehmens, bei dem Sie Kundin oder Kunde sind; es gibt selbst darüber Auskunft.",
        gapByHand: "Dort hat ein Mensch nachgesehen; was gefunden wurde, wird gesondert übergeben.",
        gapNotTaken: "Das System hat etwas über Sie gefunden, das nicht übernommen werden konnte.",
        gapRefused: "Das System hat es abgelehnt, herauszugeben, was dort gespeichert ist.",
        gapFailed: "Das System konnte nicht abgefragt werden.",
        gapLeft: "Das System hat nicht herausgegeben, was dort gespeichert ist.",
        disclosures: "Weitergabe an Dritte",
        recipient: "Empfänger",
        service: "Dienst",
        listBag:
            "Von einem Sicherheitsvorfall betroffene Personen; index.html ist zum Lesen, manifest.json für Maschinen",
        people: "betroffene Personen",
        ordinal: "Nr."
    )
}
