import Rights

/// How the lines of a plan, and the parts that were made of one, are printed.
extension PlanSheet {
    static func print(_ plan: FanOutPlan) {
        var table = TextTable(
            "NO",
            "SYSTEM",
            "KIND",
            "WAY",
            "LEVEL",
            "MANDATORY",
            "AFTER",
            "TOLD",
            "NOTE",
            "FLAGS",
            empty: "nothing is done anywhere"
        )
        for (index, line) in plan.lines.enumerated() {
            let isActedOn = line.way == .connector || line.way == .person
            table.add(
                String(index + 1),
                line.system.id,
                line.system.kind.rawValue,
                line.way == .connector ? line.system.connector.name : line.way.rawValue,
                isActedOn ? line.level.rawValue : nil,
                line.isMandatory ? "yes" : "no",
                line.after.isEmpty ? nil : line.after.joined(separator: ", "),
                line.identities.isEmpty ? nil : line.identities.map(\.rawValue).joined(separator: ", "),
                line.note?.rawValue,
                line.flags.isEmpty ? nil : line.flags.map(\.rawValue).joined(separator: ", ")
            )
        }
        StandardOutput.write(table)
        for line in plan.lines {
            for part in line.parts { StandardOutput.write("\(line.system.id): \(part.name): \(part.action)") }
        }
        for line in plan.lines {
            if let only = line.only {
                StandardOutput.write("\(line.system.id): of \(only.sorted().joined(separator: ", ")) only (K23)")
            }
            for kept in line.kept {
                StandardOutput.write(
                    "\(line.system.id) keeps \(kept.category) until \(kept.until.short): \(kept.reason.rawValue), \(kept.basis.citation) (K11)"
                )
            }
            if line.way == .time, let goneBy = line.goneBy {
                let row = line.system.kind == .backup ? "K22" : "K12"
                StandardOutput.write("\(line.system.id): gone by itself by \(goneBy.short) (\(row))")
            }
            if let until = line.backupsUntil {
                StandardOutput.write("\(line.system.id): in its backups until \(until.short) (K22)")
            }
        }
        for system in plan.clientsOwn { StandardOutput.write("\(system.id): the client's own to clean (K14)") }
        if let until = plan.backupsUntil { StandardOutput.write("gone from all backups by \(until.short)") }
    }

    static func print(_ targets: [FanOutTarget]) {
        var table = TextTable(
            "NO",
            "SYSTEM",
            "PART",
            "WAY",
            "STATE",
            "OUTCOME",
            "CAUSE",
            "WANTED",
            "VERIFIED BY",
            "WHEN",
            "NOTE",
            empty: "nothing was planned"
        )
        for target in targets {
            table.add(
                String(target.ordinal + 1),
                target.system,
                target.part.rawValue,
                target.way.rawValue,
                target.state.rawValue,
                target.outcome?.rawValue,
                target.cause,
                target.level.rawValue,
                target.verifiedBy?.rawValue,
                (target.verifiedAt ?? target.verifyAt ?? target.dueAt ?? target.goneBy)?.short,
                target.note
            )
        }
        StandardOutput.write(table)
        for target in targets {
            if let only = target.only {
                StandardOutput.write("\(target.system): of \(only.sorted().joined(separator: ", ")) only (K23)")
            }
            for kept in target.kept {
                StandardOutput.write(
                    "\(target.system) keeps \(kept.category) until \(kept.until.short): \(kept.reason.rawValue), \(kept.citation) (K11)"
                )
            }
            if let until = target.backupsUntil {
                StandardOutput.write("\(target.system): in its backups until \(until.short) (K22)")
            }
        }
    }
}

extension FanOutPlan.Line {
    /// What becomes of what, where the data map says it table by table and column by column (K10).
    var parts: [(name: String, action: String)] {
        guard operation.destroys, way == .connector, case .postgres(let description) = system.connector else {
            return []
        }
        let keeps = Set(kept.map(\.category))
        var parts: [(name: String, action: String)] = []
        for table in description.tables {
            if let category = table.category, keeps.contains(category) {
                parts.append((table.name, "kept"))
            } else if table.deletes {
                parts.append((table.name, "deleted"))
            } else {
                for (column, action) in table.columns.sorted(by: { $0.key < $1.key }) {
                    parts.append(("\(table.name).\(column)", action.rawValue))
                }
            }
        }
        return parts
    }

    var json: JSONValue {
        .object([
            ("system", .string(system.id)), ("version", .integer(system.version)),
            ("kind", .string(system.kind.rawValue)), ("operation", .string(operation.rawValue)),
            ("way", .string(way.rawValue)), ("connector", JSONValue(way == .connector ? system.connector.name : nil)),
            ("note", JSONValue(note?.rawValue)), ("mandatory", .bool(isMandatory)), ("level", .string(level.rawValue)),
            ("after", JSONValue(after)), ("identities", JSONValue(identities.map(\.rawValue))),
            ("flags", .array(flags.map(\.json))),
            ("parts", .array(parts.map { ["name": .string($0.name), "action": .string($0.action)] })),
            (
                "kept",
                .array(
                    kept.map {
                        [
                            "category": .string($0.category), "reason": .string($0.reason.rawValue),
                            "basis": .string($0.basis.citation), "until": JSONValue($0.until),
                        ]
                    }
                )
            ),
            ("only", only.map { JSONValue($0.sorted()) } ?? .null), ("backups_until", JSONValue(backupsUntil)),
            ("gone_by", JSONValue(goneBy)),
        ])
    }
}

extension FanOutTarget {
    var json: JSONValue {
        .object([
            ("target", JSONValue(id)), ("system", .string(system)), ("version", .integer(systemVersion)),
            ("part", .string(part.rawValue)), ("operation", .string(operation.rawValue)),
            ("way", .string(way.rawValue)),
            ("note", JSONValue(note)), ("mandatory", .bool(isMandatory)), ("level", .string(level.rawValue)),
            ("after", JSONValue(after)), ("state", .string(state.rawValue)), ("outcome", JSONValue(outcome?.rawValue)),
            ("cause", JSONValue(cause)), ("key", JSONValue(key)), ("acted_at", JSONValue(actedAt)),
            ("verify_at", JSONValue(verifyAt)), ("verified_at", JSONValue(verifiedAt)),
            ("verified_by", JSONValue(verifiedBy?.rawValue)), ("due_at", JSONValue(dueAt)),
            ("owner", JSONValue(owner)), ("rows", JSONValue(findings.rows)),
            (
                "kept",
                .array(
                    kept.map {
                        [
                            "category": .string($0.category), "reason": .string($0.reason.rawValue),
                            "basis": .string($0.citation), "until": JSONValue($0.until),
                        ]
                    }
                )
            ),
            ("only", only.map { JSONValue($0.sorted()) } ?? .null), ("backups_until", JSONValue(backupsUntil)),
            ("gone_by", JSONValue(goneBy)),
        ])
    }
}
