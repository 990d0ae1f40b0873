/// How a request came in.
package enum RequestChannel: String, ClosedList {
    case form, email, chat, phone, api, agent
}

package enum Submitter: String, ClosedList {
    case subject, client
    case authorisedAgent = "authorised_agent"
}

/// What the subject is to the vendor; decides between the referral lane and the vendor's own.
package enum Relationship: String, ClosedList {
    case endUser = "end_user"
    case clientUser = "client_user"
    case visitor, unknown
}

/// What is asked for.
package enum Right: String, ClosedList {
    case access, portability, rectification, erasure, restriction, objection
    case optOut = "opt_out"
    case withdrawConsent = "withdraw_consent"
    case limitSensitive = "limit_sensitive"
    case disclosureList = "disclosure_list"
    case publicRemoval = "public_removal"
}

package enum OptOutScope: String, ClosedList {
    case marketing, sale, sharing
    case thirdPartyTransfers = "third_party_transfers"
}

package enum BundleFormat: String, ClosedList {
    case json, csv, html
}

package enum Regulation: String, ClosedList {
    case gdpr
    case ukGDPR = "uk_gdpr"
    case fadp, ccpa, hipaa, lgpd, other
}
