// Reads the record of both nodes' scripts in order and objects where a service ran twice. Lines in, problems out.

import HeartbeatLab

/// What ran where, replayed scene by scene.
struct OwnershipReplay {
    private var running: [String: Set<String>] = [:]
    private var mayOverlap = false
    /// By node: the calls of this scene that changed something.
    private(set) var touched: [String: Set<String>] = [:]
    /// Of this scene.
    private(set) var problems: [String] = []

    /// Begins a scene.
    /// - Parameter mayOverlap: during a cut of all media both nodes run everything, which nobody can help.
    mutating func begin(mayOverlap: Bool) {
        self.mayOverlap = mayOverlap
        touched = [:]
        problems = []
    }

    mutating func take(_ records: some Sequence<ScriptRecord>) {
        for record in records {
            switch record.verb {
            case ScriptRecord.powerCut:
                running[record.node] = []
            case "start":
                let others = running.filter { $0.key != record.node && $0.value.contains(record.script) }.keys
                if !mayOverlap, !others.isEmpty {
                    problems.append(
                        "\(record.script) started on \(record.node) while it ran on \(others.joined(separator: " "))")
                }
                running[record.node, default: []].insert(record.script)
                touched[record.node, default: []].insert("\(record.script) start")
            case "stop":
                running[record.node, default: []].remove(record.script)
                touched[record.node, default: []].insert("\(record.script) stop")
            default:
                break
            }
        }
    }
}
