/// One way in which the broker is not as declared.
package struct TopologyDifference: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        case missing
        /// Type, durability and the like.
        case property
        case argument
        case binding
        /// A binding that we did not declare, into our queues or out of an exchange that carries personal data.
        case foreignBinding = "foreign_binding"
        /// A policy or operator policy that applies to a queue of ours and can overrule its arguments.
        case policy
        case permission
        case topicPermission = "topic_permission"
        case feature
    }

    package let kind: Kind
    /// What it is about, for instance `queue habeas.intake`.
    package let subject: String
    /// As it should be; nil when it should not be there at all.
    package let expected: String?
    /// As it is; nil when it is not there.
    package let found: String?

    package init(_ kind: Kind, _ subject: String, expected: String?, found: String?) {
        self.kind = kind
        self.subject = subject
        self.expected = expected
        self.found = found
    }

    /// What is wrong, in words.
    package var fault: String {
        switch (expected, found) {
        case (let expected?, let found?): "\(subject) is \(found), should be \(expected)"
        case (let expected?, nil): "\(subject) is missing, should be \(expected)"
        case (nil, let found?): "\(subject) is \(found), should not be there"
        case (nil, nil): "\(subject) is missing"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch kind {
        case .missing, .binding, .permission, .topicPermission: "run habeas topology apply"
        case .property, .argument: "delete it at the broker, run habeas topology apply, then habeas resync"
        case .foreignBinding: "remove the binding at the broker"
        case .policy: "change the policy's pattern so that it leaves the fleet's queues alone"
        case .feature: "enable it with rabbitmqctl enable_feature_flag"
        }
    }

    package var description: String { "\(fault); \(remedy)" }
}
