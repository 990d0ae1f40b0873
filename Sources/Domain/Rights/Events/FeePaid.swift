package import FoundationEssentials

/// The fee that was asked for has been paid.
package struct FeePaid: EventData {
    package static let type = EventType.feePaid

    package var request: CaseReference
    package var paidAt: Date
    /// For display: in units of the currency.
    package var amount: Double?
    /// ISO 4217.
    package var currency: String?

    package static let shape = Shape(
        CaseReference.rules + [
            .required("paid_at", .time(.past)),
            .optional("amount", .amount),
            .optional("currency", .currency),
        ],
        [CaseReference.constraint]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        paidAt = try reader.required("paid_at")
        amount = try reader.amount("amount")
        currency = try reader.string("currency")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("paid_at", paidAt)
        writer.member("amount", amount)
        writer.member("currency", currency)
    }
}
