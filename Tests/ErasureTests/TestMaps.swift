/// Entries of data maps that tests are made of.
enum TestMaps {
    static let crm = """
        id: crm
        title: Customer database
        kind: own
        categories: [contact, orders]
        purposes: [customer_service]
        region: DE
        backups: 35 calendar_day
        connector:
          kind: postgres
          url: env:CRM
          tables:
            - {name: users, key: [id], tenant: tenant, match: {email: email, controller_customer_id: external_id}, corrections: {surname: surname}, restricted: is_restricted, suppressed: {marketing: no_marketing}}
        """

    /// A sub-processor whose answers are signed.
    static func mailer(_ more: String = "agreed_on: 2025-01-01\nregion: DE", id: String = "mailer") -> String {
        """
        id: \(id)
        kind: subprocessor
        company: Mailer GmbH
        service: Sends newsletters
        categories: [contact]
        purposes: [delivery_of_mail]
        \(more)
        connector: {kind: opendsr, url: "https://\(id).example/v2", domains: [\(id).example], accepts: [email, controller_customer_id]}
        """
    }

    static let archive = """
        id: archive
        title: Paper archive
        kind: own
        purposes: [record_keeping]
        verification: person
        connector: {kind: manual, owner: records desk}
        """

    /// Kept of client users for a legal duty.
    static let invoices = """
        id: invoices
        kind: own
        categories: [contact, invoices]
        purposes: [invoicing]
        keep:
          - {category: invoices, reason: legal_duty, law: "HGB § 257", for: 60 calendar_day, relationships: [client_user]}
        connector:
          kind: postgres
          url: env:INVOICES
          tables:
            - {name: invoices, key: [id], tenant: tenant, category: invoices, match: {email: email}}
        """

    static let shop = """
        id: shop-plugin
        title: Shop plugin
        kind: client_integration
        clients: [acme]
        """

    static let forum = """
        id: forum
        kind: public_content
        purposes: [community]
        verification: attestation
        connector: {kind: manual}
        """

    static let nightly = """
        id: nightly
        kind: backup
        backups: 30 calendar_day
        """

    static let all = [crm, mailer(), archive, shop, nightly]
}
