import Rights

extension PageWords {
    /// With a no-break space before signs of two parts.
    static let french = PageWords(
        thousands: "\u{202F}",
        groupedFrom: 4,
        decimalPoint: ",",
        sizes: ["o", "ko", "Mo", "Go"],
        months: [
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
            "décembre",
        ],
        date: "{day} {month} {year}",
        firstDay: "1er",
        dateAndTime: "{day} à {hour}\u{A0}h\u{A0}{minute} (UTC)",
        colon: "\u{A0}: ",
        title: "Données personnelles conservées pour {client}",
        lead:
            "{processor} traite ces données vous concernant pour le compte de {client}. Voici ce qui a été trouvé à la suite de votre demande du {day}\u{A0}: une copie des données et ce qu'il y a à savoir à leur sujet.",
        ownLead:
            "{processor} traite ces données vous concernant. Voici ce qui a été trouvé à la suite de votre demande du {day}\u{A0}: une copie des données et ce qu'il y a à savoir à leur sujet.",
        listTitle: "Personnes de {client} concernées par un incident de sécurité",
        listLead:
            "{processor} a signalé à {client} un incident de sécurité. La liste {number} nomme les personnes qui sont concernées, ou dont il y a lieu de croire qu'elles le sont, pour autant qu'elles sont connues.",
        unpack:
            "Décompressez d'abord toute l'archive\u{A0}: les liens de cette page mènent à des fichiers placés à côté d'elle. Rien ici n'utilise le réseau.",
        skip: "Aller aux données",
        contents: "Sommaire",
        search: "Rechercher dans tous les tableaux",
        sortHint: "Un clic sur un en-tête trie son tableau.",
        found: "Lignes trouvées\u{A0}: {n} sur {all}",
        about: "À propos de cette copie",
        caseID: "Dossier",
        client: "Pour le compte de",
        processor: "Établie par",
        right: "Demande",
        regulation: "Droit applicable",
        submitted: "Date de la demande",
        asOf: "Situation au",
        extent: "Contenu",
        extentText:
            "jeux de données\u{A0}: {sections}\u{A0}; lignes\u{A0}: {rows}\u{A0}; fichiers\u{A0}: {files}",
        holders: "Qui détient quoi, pourquoi et combien de temps",
        holdersCaption: "Jeux de données dans cette copie\u{A0}: {n}",
        place: "Conservées dans",
        what: "Données",
        purposes: "Finalités",
        retention: "Durée de conservation",
        recipients: "Destinataires",
        origin: "Source",
        rows: "Lignes",
        filesOfSection: "fichiers\u{A0}: {n}",
        category: "Catégorie",
        company: "Exploité par",
        region: "Pays",
        safeguards: "Garanties dans ce pays",
        unsaid: "non indiqué",
        gaps: "Ce qui manque",
        gapsLead:
            "Ces systèmes peuvent contenir des données vous concernant qui ne figurent pas dans cette copie.",
        gapsCaption: "Systèmes dont les données manquent\u{A0}: {n}",
        noGaps: "Rien\u{A0}: chaque système interrogé a répondu.",
        reason: "Motif",
        withheld: "Ce qui n'est pas communiqué",
        withheldLead:
            "Ces colonnes sont masquées dans les données (<code>[withheld]</code> à la place d'une valeur) ou n'y figurent pas.",
        withheldCaption: "Colonnes non communiquées\u{A0}: {n}",
        noWithheld: "Rien\u{A0}: aucune colonne n'est masquée ni laissée de côté.",
        column: "Colonne",
        rights: "Ce que vous pouvez demander d'autre",
        complaints: "Où introduire une réclamation",
        automatedDecisions: "Décisions fondées exclusivement sur un traitement automatisé",
        data: "Les données",
        noRows: "Il n'y a pas de lignes vous concernant ici.",
        asFiles: "Tel que trouvé\u{A0}:",
        rowsShown: "Lignes affichées\u{A0}: {n} sur {all}",
        allRows: "Toutes les lignes\u{A0}:",
        part: "CSV, partie {n}",
        shortened: "Les valeurs longues sont abrégées ici. Le fichier JSON les contient en entier.",
        changedCells:
            "Cellules modifiées dans le fichier CSV pour qu'un tableur les lise comme du texte\u{A0}: {n}. Le fichier JSON les contient telles quelles.",
        files: "Fichiers",
        filesLead:
            "Les fichiers sont tels qu'ils ont été trouvés, sous de nouveaux noms. N'en ouvrez un que si vous l'ouvririez en pièce jointe d'un courriel.",
        filesCaption: "Fichiers dans cette copie\u{A0}: {n}",
        file: "Fichier",
        originalName: "Nom d'origine",
        mediaType: "Type",
        size: "Taille",
        noFiles: "Il n'y a pas de fichiers.",
        check: "Comment vérifier cette copie",
        checkLead:
            "<code>manifest.json</code> indique chaque fichier sous <code>data/</code> et cette page avec leurs empreintes. <code>manifest.json.sig</code> est la signature de <code>manifest.json</code> (Ed25519, clé {key}). Dans le dossier de cette page\u{A0}:",
        checkKey:
            "Cela montre qui a établi la copie si {processor} vous indique par une autre voie que sa clé est <code>{public}</code>. Le dossier est aussi un «\u{A0}bag\u{A0}» BagIt 1.0, que tout programme BagIt peut vérifier.",
        nothing: "Aucune donnée n'a été trouvée.",
        kind: {
            switch $0 {
            case .own: "système propre"
            case .subprocessor: "sous-traitant ultérieur"
            case .clientIntegration: "application intégrée par {client}"
            case .publicContent: "contenu public"
            case .log: "journal"
            case .backup: "sauvegarde"
            case .controller: "autre responsable du traitement"
            }
        },
        rightName: {
            switch $0 {
            case .access: "accès aux données personnelles"
            case .portability: "portabilité des données"
            case .rectification: "rectification"
            case .erasure: "effacement"
            case .restriction: "limitation du traitement"
            case .objection: "opposition au traitement"
            case .optOut: "désinscription (opt-out)"
            case .withdrawConsent: "retrait du consentement"
            case .limitSensitive: "limitation de l'utilisation des données sensibles"
            case .disclosureList: "liste des tiers auxquels des données sont communiquées"
            case .publicRemoval: "retrait de contenus de pages publiques"
            }
        },
        law: {
            switch $0 {
            case .gdpr: "Règlement général sur la protection des données (UE) 2016/679"
            case .ukGDPR: "Règlement général sur la protection des données du Royaume-Uni (UK GDPR)"
            case .fadp: "Loi fédérale suisse sur la protection des données (LPD)"
            case .ccpa: "California Consumer Privacy Act"
            case .hipaa: "HIPAA Privacy Rule"
            case .lgpd: "Lei Geral de Proteção de Dados"
            case .other: "autre droit"
            }
        },
        bag: "Données concernant une personne\u{A0}; index.html est à lire, manifest.json est pour les machines",
        decider: "L'entreprise qui décide des données, le responsable du traitement, est {client}.",
        contact: "Pour toute question sur la protection des données, {processor} est joignable ici\u{A0}: {ways}",
        officer: "Délégué à la protection des données de {processor}\u{A0}: {officer}",
        disputeBody: "Hors des tribunaux, vous pouvez aussi vous adresser à cet organisme\u{A0}: {body}",
        decision:
            "{system}\u{A0}: {decision}. Par quel moyen\u{A0}: {logic}. Ce que cela signifie pour vous\u{A0}: {consequences}.",
        noDecision:
            "Le registre de ces systèmes n'indique aucune décision vous concernant qui soit fondée exclusivement sur un traitement automatisé.",
        otherDecisions: "Ce que {client} décide par d'autres moyens, seul {client} peut le dire.",
        period: { period in
            switch period.unit {
            case .calendarMonth: number(period.count, "mois", "mois")
            case .calendarDay: number(period.count, "jour calendaire", "jours calendaires")
            case .businessDay: number(period.count, "jour ouvré", "jours ouvrés")
            case .hour: number(period.count, "heure", "heures")
            case .minute: number(period.count, "minute", "minutes")
            }
        },
        keptOn: "Conservées un certain temps après un effacement\u{A0}: {basis}",
        keptOnOf: "{category}\u{A0}: conservées un certain temps après un effacement\u{A0}: {basis}",
        takenOver: "Reprises de\u{A0}: {systems}",
        transfer: {
            switch $0 {
            case .scc: "clauses contractuelles types (RGPD, art. 46, § 2, point c)"
            case .adequacy: "décision d'adéquation concernant ce pays (RGPD, art. 45)"
            case .dpf: "cadre de protection des données UE-États-Unis (RGPD, art. 45)"
            case .bcr: "règles d'entreprise contraignantes (RGPD, art. 47)"
            }
        },
        withheldBecause: {
            switch $0 {
            case .rightsOfOthers: "Contient des informations sur d'autres personnes (RGPD, art. 15, § 4)."
            case .secret: "Un secret avec lequel quelqu'un pourrait agir en votre nom."
            case .tradeSecret: "Un secret des affaires (RGPD, considérant 63)."
            }
        },
        namesOthers: "Nomme aussi d'autres personnes\u{A0}: seules les données vous concernant sont montrées.",
        gapOfClient:
            "Une application de l'entreprise dont vous êtes cliente ou client\u{A0}; c'est elle qui en répond.",
        gapByHand: "Une personne y a cherché\u{A0}; ce qui a été trouvé est remis séparément.",
        gapNotTaken: "Le système a trouvé quelque chose à votre sujet, qui n'a pas pu être repris.",
        gapRefused: "Le système a refusé de remettre ce qu'il détient.",
        gapFailed: "Le système n'a pas pu être interrogé.",
        gapLeft: "Le système n'a pas remis ce qu'il détient.",
        disclosures: "communication à des tiers",
        recipient: "Destinataire",
        service: "Service",
        listBag:
            "Personnes concernées par un incident de sécurité ; index.html se lit, manifest.json est pour les machines",
        people: "personnes concernées",
        ordinal: "N°"
    )
}
