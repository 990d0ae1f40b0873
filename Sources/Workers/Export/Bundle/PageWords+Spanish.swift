import Rights

extension PageWords {
    static let spanish = PageWords(
        thousands: ".",
        groupedFrom: 5,
        decimalPoint: ",",
        sizes: ["B", "kB", "MB", "GB"],
        months: [
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre",
        ],
        date: "{day} de {month} de {year}",
        firstDay: "1",
        dateAndTime: "{day}, {hour}:{minute} (UTC)",
        colon: ": ",
        title: "Datos personales conservados para {client}",
        lead:
            "{processor} trata estos datos sobre usted por cuenta de {client}. Esto es lo que se ha encontrado a raíz de su solicitud del {day}: una copia de los datos y lo que hay que saber sobre ellos.",
        ownLead:
            "{processor} trata estos datos sobre usted. Esto es lo que se ha encontrado a raíz de su solicitud del {day}: una copia de los datos y lo que hay que saber sobre ellos.",
        listTitle: "Personas de {client} afectadas por un incidente de seguridad",
        listLead:
            "{processor} ha comunicado a {client} un incidente de seguridad. La lista {number} nombra a las personas que están afectadas, o de las que hay razones para creerlo, hasta donde se conocen.",
        unpack:
            "Descomprima primero el archivo ZIP completo: los enlaces de esta página llevan a archivos situados junto a ella. Nada de lo que hay aquí usa la red.",
        skip: "Ir a los datos",
        contents: "Índice",
        search: "Buscar en todas las tablas",
        sortHint: "Un clic en un encabezado ordena su tabla.",
        found: "Filas encontradas: {n} de {all}",
        about: "Acerca de esta copia",
        caseID: "Caso",
        client: "Por cuenta de",
        processor: "Elaborada por",
        right: "Solicitud",
        regulation: "Derecho aplicable",
        submitted: "Fecha de la solicitud",
        asOf: "A fecha de",
        extent: "Contenido",
        extentText: "conjuntos de datos: {sections}; filas: {rows}; archivos: {files}",
        holders: "Quién tiene qué, para qué y durante cuánto tiempo",
        holdersCaption: "Conjuntos de datos en esta copia: {n}",
        place: "Conservados en",
        what: "Datos",
        purposes: "Fines",
        retention: "Plazo de conservación",
        recipients: "Destinatarios",
        origin: "Origen",
        rows: "Filas",
        filesOfSection: "archivos: {n}",
        category: "Categoría",
        company: "Gestionado por",
        region: "País",
        safeguards: "Garantías en ese país",
        unsaid: "no consta",
        gaps: "Lo que falta",
        gapsLead: "Estos sistemas pueden contener datos sobre usted que no están en esta copia.",
        gapsCaption: "Sistemas cuyos datos faltan: {n}",
        noGaps: "Nada: todos los sistemas consultados han respondido.",
        reason: "Motivo",
        withheld: "Lo que no se facilita",
        withheldLead:
            "Estas columnas están ocultas en los datos (<code>[withheld]</code> en lugar de un valor) o no figuran en ellos.",
        withheldCaption: "Columnas que no se facilitan: {n}",
        noWithheld: "Nada: ninguna columna está oculta ni omitida.",
        column: "Columna",
        rights: "Qué más puede solicitar",
        complaints: "Dónde puede reclamar",
        automatedDecisions: "Decisiones basadas únicamente en un tratamiento automatizado",
        data: "Los datos",
        noRows: "Aquí no hay filas sobre usted.",
        asFiles: "Tal como se encontró:",
        rowsShown: "Filas mostradas: {n} de {all}",
        allRows: "Todas las filas:",
        part: "CSV, parte {n}",
        shortened: "Los valores largos están abreviados aquí. El archivo JSON los contiene completos.",
        changedCells:
            "Celdas modificadas en el archivo CSV para que una hoja de cálculo las lea como texto: {n}. El archivo JSON las contiene tal como son.",
        files: "Archivos",
        filesLead:
            "Los archivos están tal como se encontraron, con nombres nuevos. Abra uno solo si también lo abriría como adjunto de un correo.",
        filesCaption: "Archivos en esta copia: {n}",
        file: "Archivo",
        originalName: "Nombre original",
        mediaType: "Tipo",
        size: "Tamaño",
        noFiles: "No hay archivos.",
        check: "Cómo comprobar esta copia",
        checkLead:
            "<code>manifest.json</code> indica cada archivo que está bajo <code>data/</code> y esta página con sus huellas digitales. <code>manifest.json.sig</code> es la firma de <code>manifest.json</code> (Ed25519, clave {key}). En la carpeta de esta página:",
        checkKey:
            "Eso muestra quién elaboró la copia si {processor} le indica por otra vía que su clave es <code>{public}</code>. La carpeta es además un «bag» de BagIt 1.0, que cualquier programa BagIt puede comprobar.",
        nothing: "No se han encontrado datos.",
        kind: {
            switch $0 {
            case .own: "sistema propio"
            case .subprocessor: "subencargado del tratamiento"
            case .clientIntegration: "aplicación integrada por {client}"
            case .publicContent: "contenido público"
            case .log: "registro de actividad"
            case .backup: "copia de seguridad"
            case .controller: "otro responsable del tratamiento"
            }
        },
        rightName: {
            switch $0 {
            case .access: "acceso a los datos personales"
            case .portability: "portabilidad de los datos"
            case .rectification: "rectificación"
            case .erasure: "supresión"
            case .restriction: "limitación del tratamiento"
            case .objection: "oposición al tratamiento"
            case .optOut: "exclusión voluntaria (opt-out)"
            case .withdrawConsent: "retirada del consentimiento"
            case .limitSensitive: "limitación del uso de datos sensibles"
            case .disclosureList: "lista de los terceros a los que se comunican datos"
            case .publicRemoval: "retirada de contenidos de páginas públicas"
            }
        },
        law: {
            switch $0 {
            case .gdpr: "Reglamento General de Protección de Datos (UE) 2016/679"
            case .ukGDPR: "Reglamento General de Protección de Datos del Reino Unido (UK GDPR)"
            case .fadp: "Ley Federal suiza de Protección de Datos (LPD)"
            case .ccpa: "California Consumer Privacy Act"
            case .hipaa: "HIPAA Privacy Rule"
            case .lgpd: "Lei Geral de Proteção de Dados"
            case .other: "otra ley"
            }
        },
        bag: "Datos sobre una persona; index.html es para leer, manifest.json para máquinas",
        decider: "La empresa que decide sobre los datos, el responsable del tratamiento, es {client}.",
        contact: "Para cuestiones de protección de datos puede dirigirse a {processor} en: {ways}",
        officer: "Delegado de protección de datos de {processor}: {officer}",
        disputeBody: "Fuera de los tribunales también puede dirigirse a este organismo: {body}",
        decision: "{system}: {decision}. Por qué medio: {logic}. Qué significa para usted: {consequences}.",
        noDecision:
            "El registro de estos sistemas no indica ninguna decisión sobre usted que se base únicamente en un tratamiento automatizado.",
        otherDecisions: "Lo que {client} decide por otros medios solo puede decirlo {client}.",
        period: { period in
            switch period.unit {
            case .calendarMonth: number(period.count, "mes", "meses")
            case .calendarDay: number(period.count, "día natural", "días naturales")
            case .businessDay: number(period.count, "día hábil", "días hábiles")
            case .hour: number(period.count, "hora", "horas")
            case .minute: number(period.count, "minuto", "minutos")
            }
        },
        keptOn: "Tras una supresión se conservan durante un tiempo: {basis}",
        keptOnOf: "{category}: tras una supresión se conservan durante un tiempo: {basis}",
        takenOver: "Tomados de: {systems}",
        transfer: {
            switch $0 {
            case .scc: "cláusulas contractuales tipo (RGPD, art. 46.2.c)"
            case .adequacy: "decisión de adecuación sobre ese país (RGPD, art. 45)"
            case .dpf: "Marco de Privacidad de Datos UE-EE. UU. (RGPD, art. 45)"
            case .bcr: "normas corporativas vinculantes (RGPD, art. 47)"
            }
        },
        withheldBecause: {
            switch $0 {
            case .rightsOfOthers: "Contiene información sobre otras personas (RGPD, art. 15.4)."
            case .secret: "Un secreto con el que alguien podría actuar en su nombre."
            case .tradeSecret: "Un secreto comercial (RGPD, considerando 63)."
            }
        },
        namesOthers: "Nombra también a otras personas: solo se muestran los datos sobre usted.",
        gapOfClient: "Una aplicación de la empresa de la que usted es cliente; esa empresa responde de ella.",
        gapByHand: "Una persona ha buscado allí; lo que se encontró se entrega por separado.",
        gapNotTaken: "El sistema ha encontrado algo sobre usted que no se ha podido incorporar.",
        gapRefused: "El sistema se ha negado a entregar lo que conserva.",
        gapFailed: "No se ha podido consultar el sistema.",
        gapLeft: "El sistema no ha entregado lo que conserva.",
        disclosures: "comunicación a terceros",
        recipient: "Destinatario",
        service: "Servicio",
        listBag:
            "Personas afectadas por un incidente de seguridad; index.html es para leer, manifest.json para máquinas",
        people: "personas afectadas",
        ordinal: "N.º"
    )
}
