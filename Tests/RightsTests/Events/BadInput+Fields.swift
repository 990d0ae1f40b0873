import Rights

extension BadInput {
    private static let time = "2026-09-01T09:30:00Z"
    private static let subject = #"{"identities":[{"type":"email","value":"ann@example.com"}]}"#
    private static let uuid = "0198c1de-7a10-7c3e-9b7a-3f5d2c1b0a91"

    /// Fields that are missing, in conflict, or of the wrong type or size.
    static let fields: [BadInput] = [
        .init("no channel", Sample.request(#""channel":"form","#, ""), "data.channel", .missing),
        .init("null channel", Sample.request(#""form""#, "null"), "data.channel", .missing),
        .init("channel as number", Sample.request(#""form""#, "1"), "data.channel", .wrongType),
        .init("unknown channel", Sample.request(#""form""#, #""pigeon""#), "data.channel", .notInList),
        .init("unknown right", Sample.request(#""erasure""#, #""oblivion""#), "data.right", .notInList),
        .init("unknown regulation", Sample.request(#""gdpr""#, #""GDPR""#), "data.regulation", .notInList),
        .init("client without instructor", Sample.request(#""subject""#, #""client""#), "data.instructed_by", .missing),
        .init("agent without authority", Sample.request(#""subject""#, #""authorised_agent""#), "data.agent", .missing),
        .init(
            "agent without a name",
            Sample.request(adding: #""agent":{"authority":"x"}"#),
            "data.agent.name",
            .missing
        ),
        .init("no subjects", Sample.request(subject, ""), "data.subjects", .tooFew),
        .init("subjects as object", Sample.request("[\(subject)]", subject), "data.subjects", .wrongType),
        .init("subject as text", Sample.request("[\(subject)]", #"["ann"]"#), "data.subjects[0]", .wrongType),
        .init("subject without identities", Sample.request(subject, "{}"), "data.subjects[0].identities", .missing),
        .init(
            "1,001 subjects",
            Sample.request(subject, Array(repeating: subject, count: 1_001).joined(separator: ",")),
            "data.subjects",
            .tooMany
        ),
        .init(
            "third subject wrong",
            Sample.request(subject, "\(subject),\(subject),{\"identities\":[{\"type\":\"email\",\"value\":\"x\"}]}"),
            "data.subjects[2].identities[0].value",
            .badEmail
        ),
        .init(
            "101 scopes",
            Sample.request(adding: "\"scope\":[\((0...100).map { _ in "\"a\"" }.joined(separator: ","))]"),
            "data.scope",
            .tooMany
        ),
        .init("empty scope", Sample.request(adding: #""scope":["a",""]"#), "data.scope[1]", .empty),
        .init("null scope", Sample.request(adding: #""scope":[null]"#), "data.scope[0]", .wrongType),
        .init(
            "unknown opt-out",
            Sample.request(adding: #""opt_out_of":["sale","rain"]"#),
            "data.opt_out_of[1]",
            .notInList
        ),
        .init(
            "flag as text",
            Sample.request(adding: #""session_verified":"yes""#),
            "data.session_verified",
            .wrongType
        ),
        .init("flag as number", Sample.request(adding: #""health_data":1"#), "data.health_data", .wrongType),
        .init(
            "long message",
            Sample.request(adding: "\"message\":\"\(String(repeating: "ä", count: 16 << 10))x\""),
            "data.message",
            .tooLong
        ),
        .init(
            "long text",
            Sample.request(adding: "\"client_named\":\"\(String(repeating: "a", count: 4_097))\""),
            "data.client_named",
            .tooLong
        ),
        .init(
            "long reference",
            Sample.request(adding: "\"request_ref\":\"\(String(repeating: "a", count: 129))\""),
            "data.request_ref",
            .tooLong
        ),
        .init(
            "reference of two lines",
            Sample.request(adding: #""request_ref":"a\nb""#),
            "data.request_ref",
            .badFormat
        ),
        .init("no case", Sample.event("request.withdrawn", #"{"by":"subject"}"#), "data.request", .missing),
        .init(
            "two cases",
            Sample.event("request.withdrawn", #"{"request":"\#(uuid)","request_ref":"a","by":"s"}"#),
            "data.request_ref",
            .conflict
        ),
        .init(
            "case that is no id",
            Sample.event("request.withdrawn", #"{"request":"12","by":"s"}"#),
            "data.request",
            .badFormat
        ),
        .init(
            "empty names",
            Sample.event("request.client_named", #"{"request_ref":"a","client":"","client_named":""}"#),
            "data.client",
            .missing
        ),
        .init("blank by", Sample.event("request.withdrawn", #"{"request_ref":"a","by":" "}"#), "data.by", .empty),
        .init(
            "refusal without reason",
            Sample.event(
                "client.decided",
                #"{"request_ref":"a","decision":"refuse","decided_by":{"user":"u","role":"r"}}"#
            ),
            "data.reason",
            .missing
        ),
        .init(
            "decision by nobody",
            Sample.event("client.decided", #"{"request_ref":"a","decision":"proceed","decided_by":{"user":"u"}}"#),
            "data.decided_by.role",
            .missing
        ),
        .init(
            "hold on nothing",
            Sample.event("hold.placed", #"{"hold_ref":"h","basis":"b","reviewer":"r"}"#),
            "data.client",
            .missing
        ),
        .init(
            "hold on a case and a client",
            Sample.event(
                "hold.placed",
                #"{"hold_ref":"h","basis":"b","reviewer":"r","client":"acme","request_ref":"a"}"#
            ),
            "data.client",
            .conflict
        ),
        .init(
            "complaint about nothing",
            Sample.event("complaint.received", #"{"complaint_ref":"c","from":"subject","received_at":"\#(time)"}"#),
            "data.client",
            .missing
        ),
        .init(
            "refused task without reason",
            Sample.event("task.completed", #"{"task":"\#(uuid)","outcome":"refused","at":"\#(time)"}"#),
            "data.reason",
            .missing
        ),
    ]

    /// Values of the right type that mean nothing.
    static let values: [BadInput] = [
        .init("time without offset", Sample.request(time, "2026-09-01T09:30:00"), "data.submitted_time", .badTime),
        .init("date only", Sample.request(time, "2026-09-01"), "data.submitted_time", .badTime),
        .init("time with space", Sample.request(time, "2026-09-01 09:30:00Z"), "data.submitted_time", .badTime),
        .init("31 February", Sample.request(time, "2026-02-31T09:30:00Z"), "data.submitted_time", .badTime),
        .init("25 o'clock", Sample.request(time, "2026-09-01T25:30:00Z"), "data.submitted_time", .badTime),
        .init("time as number", Sample.request("\"\(time)\"", "1790000000"), "data.submitted_time", .wrongType),
        .init("in the future", Sample.request(time, "2026-09-21T14:20:00Z"), "data.submitted_time", .future),
        .init("absurdly old", Sample.request(time, "2016-01-01T00:00:00Z"), "data.submitted_time", .tooOld),
        .init(
            "year 9999",
            Sample.event("restriction.lifted", #"{"request_ref":"a","at":"9999-01-01T00:00:00Z"}"#),
            "data.at",
            .outOfRange
        ),
        .init("unknown country", Sample.request(adding: #""country":"XX""#), "data.country", .badCountry),
        .init("country by name", Sample.request(adding: #""country":"Germany""#), "data.country", .badCountry),
        .init("UK", Sample.request(adding: #""country":"UK""#), "data.country", .badCountry),
        .init("bad subdivision", Sample.request(adding: #""country":"US-CALI""#), "data.country", .badCountry),
        .init("bad client", Sample.request(adding: #""client":"Acme Inc""#), "data.client", .badFormat),
        .init("client that is a pattern", Sample.request(adding: #""client":"acme.eu""#), "data.client", .badFormat),
        .init(
            "no at sign",
            Sample.request("ann@example.com", "ann.example.com"),
            "data.subjects[0].identities[0].value",
            .badEmail
        ),
        .init(
            "mail header",
            Sample.request("ann@example.com", #"ann@example.com\r\nBcc: x@y.z"#),
            "data.subjects[0].identities[0].value",
            .badEmail
        ),
        .init(
            "two at signs",
            Sample.request("ann@example.com", "ann@b@example.com"),
            "data.subjects[0].identities[0].value",
            .badEmail
        ),
        .init(
            "no domain",
            Sample.request("ann@example.com", "ann@"),
            "data.subjects[0].identities[0].value",
            .badEmail
        ),
        .init(
            "255 bytes of address",
            Sample.request("ann@example.com", "a@\(String(repeating: "b.", count: 126))c"),
            "data.subjects[0].identities[0].value",
            .badEmail
        ),
        .init(
            "national phone",
            Sample.request(#""email","value":"ann@example.com""#, #""phone","value":"030 1234567""#),
            "data.subjects[0].identities[0].value",
            .badPhone
        ),
        .init(
            "letters in a phone",
            Sample.request(#""email","value":"ann@example.com""#, #""phone","value":"+1 800 FLOWERS""#),
            "data.subjects[0].identities[0].value",
            .badPhone
        ),
        .init(
            "bad address",
            Sample.request(#""email","value":"ann@example.com""#, #""ip_address","value":"1.2.3.400""#),
            "data.subjects[0].identities[0].value",
            .badIdentity
        ),
        .init(
            "advertising id of zeros",
            Sample.request(
                #""email","value":"ann@example.com""#,
                #""ios_advertising_id","value":"00000000-0000-0000-0000-000000000000""#
            ),
            "data.subjects[0].identities[0].value",
            .badIdentity
        ),
        .init(
            "unknown identity",
            Sample.request(#""type":"email""#, #""type":"shoe_size""#),
            "data.subjects[0].identities[0].type",
            .notInList
        ),
        .init("empty identity", Sample.request("ann@example.com", ""), "data.subjects[0].identities[0].value", .empty),
        .init(
            "contact address",
            Sample.request(#"}]}]"#, #"}],"contact":{"email":"x"}}]"#),
            "data.subjects[0].contact.email",
            .badEmail
        ),
        .init(
            "contact language",
            Sample.request(#"}]}]"#, #"}],"contact":{"locale":"german!"}}]"#),
            "data.subjects[0].contact.locale",
            .badFormat
        ),
        .init(
            "plain endpoint",
            Sample.request(adding: #""recipient":{"name":"n","endpoint":"http://x.example"}"#),
            "data.recipient.endpoint",
            .badFormat
        ),
        .init(
            "negative fee",
            Sample.event("fee.paid", #"{"request_ref":"a","paid_at":"\#(time)","amount":-1}"#),
            "data.amount",
            .outOfRange
        ),
        .init(
            "currency in words",
            Sample.event("fee.paid", #"{"request_ref":"a","paid_at":"\#(time)","currency":"euro"}"#),
            "data.currency",
            .badFormat
        ),
        .init(
            "rows with a fraction",
            Sample.event("task.completed", #"{"task":"\#(uuid)","outcome":"done","at":"\#(time)","rows":1.5}"#),
            "data.rows",
            .wrongType
        ),
        .init(
            "rows beyond 64 bits",
            Sample.event(
                "task.completed",
                #"{"task":"\#(uuid)","outcome":"done","at":"\#(time)","rows":99999999999999999999}"#
            ),
            "data.rows",
            .outOfRange
        ),
        .init(
            "people in the clear",
            Sample.event(
                "breach.detected",
                #"{"incident_ref":"i","discovered_at":"\#(time)","aware_at":"\#(time)","nature":"n","categories":["c"],"risk":"high","affected":[{"client":"acme","identities":"ann@example.com"}]}"#
            ),
            "data.affected[0].identities",
            .badFormat
        ),
    ]
}
