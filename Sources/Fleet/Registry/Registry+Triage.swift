package import FoundationEssentials
package import Rights

extension Registry {
    /// Until when a person has to have looked at a parked event of this type; nil for those that carry no legal time.
    ///
    /// - Parameters:
    ///   - name: the wire name of the type, if it could be read.
    ///   - publisher: whose statement sets the period; the default holds for strangers.
    package func triage(eventType name: String?, publisher id: String?, at now: Date) -> Deadline? {
        guard let name, EventType.carriesLegalTime(name: name) else { return nil }
        let profile = id.flatMap { publisher(id: $0)?.profile } ?? "default"
        let key: ClockKey = name.hasPrefix("io.habeas.breach.") ? .triageBreach : .triage
        guard let (rule, _) = policy(profile: profile, client: nil, at: now).clock(key) else { return nil }
        return Deadline(rule, from: now, at: .unknown, atlas: atlas)
    }
}
