@testable import Rights

/// The JSON Schema that the declared fields of a type amount to. The published schemas must say the same.
extension EventType {
    var schema: Tree {
        .object([
            "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
            "type": .text("object"),
            "required": .list(["specversion", "id", "source", "type", "data"].map { .text($0) }),
            "properties": .object([
                "specversion": .object(["const": .text("1.0")]),
                "id": .object(["type": .text("string"), "minLength": .number(1), "maxLength": .number(255)]),
                "source": .object(["type": .text("string"), "minLength": .number(1), "maxLength": .number(255)]),
                "type": .object(["const": .text(name)]),
                "time": .object(["type": .text("string"), "format": .text("date-time")]),
                "subject": .object(["type": .text("string")]),
                "datacontenttype": .object(["const": .text("application/json")]),
                "data": shape.schema,
            ]),
        ])
    }
}

extension Shape {
    var schema: Tree {
        var schema: [String: Tree] = [
            "type": .text("object"),
            "properties": .object(
                Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.type.schema(isRequired: $0.isRequired)) })
            ),
        ]
        let required = fields.filter(\.isRequired).map { Tree.text($0.name) }
        if !required.isEmpty { schema["required"] = .list(required) }
        if !constraints.isEmpty { schema["allOf"] = .list(constraints.flatMap(\.schemas)) }
        return .object(schema)
    }
}

extension Constraint {
    var schemas: [Tree] {
        switch self {
        case .exactlyOne(let names): [.object(["oneOf": Self.each(names)])]
        case .atLeastOne(let names): [.object(["anyOf": Self.each(names)])]
        case .atMostOne(let names):
            names.indices.flatMap { first in
                names.indices.filter { $0 > first }.map { second in
                    .object(["not": .object(["required": .list([.text(names[first]), .text(names[second])])])])
                }
            }
        case .requires(let names, let field, let word):
            [
                .object([
                    "if": .object([
                        "properties": .object([field: .object(["const": .text(word)])]),
                        "required": .list([.text(field)]),
                    ]),
                    "then": .object(["required": .list(names.map { .text($0) })]),
                ])
            ]
        }
    }

    private static func each(_ names: [String]) -> Tree {
        .list(names.map { .object(["required": .list([.text($0)])]) })
    }
}

extension FieldType {
    func schema(isRequired: Bool) -> Tree {
        var schema: [String: Tree] = ["type": .text("string")]
        switch self {
        case .text(let limit), .label(let limit):
            if isRequired { schema["minLength"] = .number(1) }
            schema["maxLength"] = .number(Double(limit))
        case .reference:
            if isRequired { schema["minLength"] = .number(1) }
            schema["maxLength"] = .number(128)
        case .client: schema["pattern"] = .text("^[a-z0-9-]{1,63}$")
        case .id: schema["format"] = .text("uuid")
        case .choice(let words): schema = ["enum": .list(words.map { .text($0) })]
        case .time: schema["format"] = .text("date-time")
        case .flag: schema["type"] = .text("boolean")
        case .count(let range):
            schema["type"] = .text("integer")
            schema["minimum"] = .number(Double(range.lowerBound))
            if range.upperBound < .max { schema["maximum"] = .number(Double(range.upperBound)) }
        case .amount:
            schema = ["type": .text("number"), "minimum": .number(0), "maximum": .number(1e12)]
        case .currency: schema["pattern"] = .text("^[A-Z]{3}$")
        case .country: schema["pattern"] = .text("^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$")
        case .locale: schema["pattern"] = .text("^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$")
        case .email:
            schema["format"] = .text("email")
            schema["maxLength"] = .number(254)
        case .endpoint:
            schema["format"] = .text("uri")
            schema["pattern"] = .text("^[Hh][Tt][Tt][Pp][Ss]://")
            schema["maxLength"] = .number(2_048)
        case .sealed:
            schema["pattern"] = .text("^([A-Za-z0-9_-]*\\.){4}[A-Za-z0-9_-]*$")
            schema["maxLength"] = .number(Double(Limit.sealed))
        case .locator:
            schema["pattern"] = .text("^([Hh][Tt][Tt][Pp][Ss]?://[!-~]+|([A-Za-z0-9_-]*\\.){4}[A-Za-z0-9_-]*)$")
            schema["maxLength"] = .number(Double(Limit.sealed))
        case .identityValue:
            schema["minLength"] = .number(1)
            schema["maxLength"] = .number(Double(Limit.text))
        case .object(let shape): return shape.schema
        case .lineOrObject(let limit, let shape):
            return .object([
                "oneOf": .list([.object(["type": .text("string"), "maxLength": .number(Double(limit))]), shape.schema])
            ])
        case .list(let element, let range):
            schema["type"] = .text("array")
            schema["items"] = element.schema(isRequired: true)
            if range.lowerBound > 0 { schema["minItems"] = .number(Double(range.lowerBound)) }
            schema["maxItems"] = .number(Double(range.upperBound))
        }
        return .object(schema)
    }
}
