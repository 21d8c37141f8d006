// An event as a clause of a sentence, and as a line of what happens.

import HeartbeatModel

extension PairEvent {
    /// `eth1 of gw-a loses its carrier`.
    func clause(_ configuration: Configuration) -> String {
        switch self {
        case .lose(let name, let node):
            Self.isInterface(name, configuration)
                ? "\(name) of \(node) loses its carrier" : "\(node) loses \(name)"
        case .regain(let name, let node): "\(name) of \(node) works again"
        case .loseMedia: "all media are cut"
        case .regainMedia: "all media work again"
        case .power(let node): "\(node) loses its power"
        case .kill(let node): "the daemon of \(node) dies"
        case .stop(let node): "heartbeat is stopped on \(node)"
        case .boot(let node): "\(node) starts"
        case .standby(let set, let node): "\(node) is told to give away \(Self.name(set))"
        case .takeover(let set, let node): "\(node) is told to take \(Self.name(set))"
        case .move(let key, let node): "\(node) is told to give away \(key)"
        case .maintenance(let isOn, let node): "\(node) is \(isOn ? "taken out of service" : "put back into service")"
        case .fail(let word, let node): "\(word) fails on \(node)"
        }
    }

    /// The same where the node stands beside it.
    func line(_ configuration: Configuration) -> String {
        switch self {
        case .lose(let name, _): Self.isInterface(name, configuration) ? "no carrier on \(name)" : "\(name) is lost"
        case .regain(let name, _): "\(name) works again"
        case .loseMedia: "all media are cut"
        case .regainMedia: "all media work again"
        case .power: "no power"
        case .kill: "the daemon dies"
        case .stop: "heartbeat is stopped"
        case .boot: "starts"
        case .standby(let set, _): "is told to give away \(Self.name(set))"
        case .takeover(let set, _): "is told to take \(Self.name(set))"
        case .move(let key, _): "is told to give away \(key)"
        case .maintenance(let isOn, _): isOn ? "out of service" : "back in service"
        case .fail(let word, _): "\(word) fails"
        }
    }

    private static func isInterface(_ name: String, _ configuration: Configuration) -> Bool {
        configuration.interfaces.contains { $0.interface == name }
    }

    private static func name(_ set: HoldSet) -> String {
        set == .all ? "everything" : set == .local ? "its own groups" : "the groups of the other node"
    }
}
