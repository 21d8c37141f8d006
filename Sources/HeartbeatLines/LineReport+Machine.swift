// How the decisions of a gateway stand, as a report.

import HeartbeatModel

extension LineReport {
    /// The lines as a machine judges them now, and the line of each class.
    package init(_ machine: LineMachine, at now: Instant) {
        self.init()
        let stranded = Set(machine.strandedClasses)
        lines = machine.lines.map { state in
            let (stand, time): (Line.Stand, Duration?) =
                switch state.stand {
                case .up: (.up, nil)
                case .doubtful(let since): (.doubtful, now - since)
                case .down: (.down, nil)
                case .returning(let until): (.returning, max(.zero, until - now))
                }
            return Line(
                name: state.rule.name, interface: state.rule.interface, stand: stand, time: time,
                address: state.facts?.address, gateway: state.facts?.gateway, lostProbes: state.lostProbes,
                probeCount: machine.configuration.probes(of: state.rule.name).count,
                reason: state.isGood ? "" : state.reason)
        }
        classes = machine.configuration.classes.map { item in
            let line = machine.chosen[item.name]
            return Item(
                name: item.name, line: line, tier: line.flatMap(item.lines.firstIndex).map { $0 + 1 },
                isStranded: stranded.contains(item.name))
        }
    }
}
