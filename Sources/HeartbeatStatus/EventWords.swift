// What befalls a pair, as a person says it: that it was so, and how it would be had it not been. What a name means follows from the facts
// of the node that has it.

import HeartbeatModel

struct EventWords {
    private enum Thing {
        case interface
        case path
        case medium
        case line
        case something
    }

    private let state: NodeFacts

    /// - Parameter state: of the node that saw it.
    init(_ state: NodeFacts) {
        self.state = state
    }

    private func thing(_ name: String) -> Thing {
        switch state.watched.first(where: { $0.name == name })?.kind {
        case .uplink, .downlink, .heartbeat: return .interface
        case .probe, .probeGroup: return .path
        case nil: break
        }
        if state.lines.lines.contains(where: { $0.name == name }) { return .line }
        return state.media.contains { $0.name.text == name } ? .medium : .something
    }

    /// `eth1 lost its carrier`; the node stands beside it.
    func happened(_ event: PairEvent) -> String {
        switch event {
        case .lose(let name, _):
            switch thing(name) {
            case .interface: "\(name) lost its carrier"
            case .path: "path \(name) was lost"
            case .medium: "medium \(name) brought nothing any more"
            case .line: "line \(name) was lost"
            case .something: "\(name) was lost"
            }
        case .regain(let name, _): "\(name) came back"
        case .loseMedia: "no medium brought anything any more"
        case .regainMedia: "the media worked again"
        case .power: "was heard for the last time"
        case .kill: "its daemon was heard for the last time, its kernel answered"
        case .stop: "was told to stop"
        case .boot: "came back"
        case .standby(let set, _): "was ordered to give its \(set) groups away"
        case .takeover(let set, _): "was ordered to take its \(set) groups"
        case .move(let key, _): "was ordered to give \(key) away"
        case .maintenance(let isOn, _): isOn ? "was taken out of service" : "was put back into service"
        case .fail(let word, _): "\(word) failed"
        }
    }

    /// `had eth1 of gw-a kept its carrier`.
    func kept(_ event: PairEvent) -> String {
        switch event {
        case .lose(let name, let node):
            switch thing(name) {
            case .interface: "had \(name) of \(node) kept its carrier"
            case .path: "had path \(name) of \(node) answered"
            case .medium: "had medium \(name) of \(node) worked"
            case .line: "had line \(name) of \(node) worked"
            case .something: "had \(node) not lost \(name)"
            }
        case .regain(let name, let node): "had \(name) of \(node) not come back"
        case .loseMedia: "had the media worked"
        case .regainMedia: "had the media not worked again"
        case .power(let node): "had \(node) not fallen silent"
        case .kill(let node): "had the daemon of \(node) not died"
        case .stop(let node): "had \(node) not been told to stop"
        case .boot(let node): "had \(node) not come back"
        case .standby(_, let node), .takeover(_, let node), .move(_, let node): "had nobody ordered it on \(node)"
        case .maintenance(let isOn, let node): "had \(node) not been \(isOn ? "taken out of" : "put back into") service"
        case .fail(let word, let node): "had \(word) not failed on \(node)"
        }
    }
}
