/// The whole of ``CaseMachine`` as a text: every lane, state and event.
///
/// Rights differ in two things only, whether a restriction can be lifted and which worker carries them out; each lane of
/// requests is printed for an erasure, and the restriction's own lines apart.
package enum StateTable {
    package static var markdown: String {
        var lines: [String] = []
        for lane in Lane.allCases {
            lines += [
                "", "## Lane `\(lane.rawValue)`", "", "| state | event | becomes | fact | does |",
                "|---|---|---|---|---|",
            ]
            lines += rows(lane, lane == .disclosure ? nil : .erasure, CaseEvent.all)
        }
        lines += ["", "## A complaint", "", "| state | event | becomes | fact | does |", "|---|---|---|---|---|"]
        lines += rows(.own, nil, CaseEvent.all)
        lines += [
            "", "## A restriction, lifted", "", "| state | event | becomes | fact | does |", "|---|---|---|---|---|",
        ]
        lines += rows(.own, .restriction, [.restrictionLifted])
        lines += [
            "", "## A case that an equal one answers, too", "", "| state | event | becomes | fact | does |",
            "|---|---|---|---|---|",
        ]
        lines += rows(.own, .erasure, [.equalEnded(.fulfilled), .equalLeft], isLinked: true)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func rows(_ lane: Lane, _ right: Right?, _ events: [CaseEvent], isLinked: Bool = false) -> [String] {
        CaseState.allCases.flatMap { state in
            events.map { event in
                let machine = CaseMachine(state: state, lane: lane, right: right, isLinked: isLinked)
                return "| \(state.rawValue) | \(event.name) | " + cells(machine.verdict(on: event)) + " |"
            }
        }
    }

    private static func cells(_ verdict: CaseMachine.Verdict) -> String {
        switch verdict {
        case .wait: "*waits* | | "
        case .refuse(let reason): "*refused* | `\(reason.rawValue)` | "
        case .apply(let transition):
            "**\(transition.state.rawValue)** | `\(transition.fact)` | "
                + transition.actions.map(\.words).joined(separator: ", ")
        }
    }
}

extension CaseMachine.Action {
    fileprivate var words: String {
        switch self {
        case .wake(let queue): "wakes \(queue.rawValue)"
        case .tell(let queue): "tells \(queue.rawValue)"
        case .pause(let reason): "waits for \(reason.rawValue)"
        case .resume(let reason): "waited for \(reason.rawValue)"
        case .start(let key): "starts \(key.rawValue)"
        case .review(let kind): "calls a person: \(kind.rawValue)"
        case .dismiss(let kind): "calls nobody any more: \(kind.rawValue)"
        case .stop(let clock): "stops \(clock.rawValue)"
        case .stopAll: "stops all clocks"
        case .cancel(.everything): "cancels every pending effect"
        case .cancel(.asks): "cancels what asks the client"
        case .cancel(.allButNotice): "cancels pending effects but the notice"
        case .recount: "counts its clocks anew"
        case .reconsider: "looks again at what came early"
        case .tellReferred: "tells the referral"
        case .tellDecided: "tells the decision"
        case .tellCompleted: "tells the end"
        }
    }
}
