// What programs of the owner are told about lines: a word, and variables of their environment.
//
//   up        HA_LINE HA_LINE_DEV HA_LINE_INDEX HA_LINE_NEW    the line's address
//   down      HA_LINE HA_LINE_DEV
//   moved     HA_CLASS HA_FROM HA_TO HA_LINE_OLD HA_LINE_NEW   its public addresses

import HeartbeatModel

/// Told once for each time it happens.
package enum LineHook: Hashable, Sendable {
    /// The line can be used: what belongs to its interface is to be set up, for it may be a new one.
    case up(line: String, interface: String, index: UInt32, address: IPAddress)
    case down(line: String, interface: String)
    /// A class has another public address; it was nowhere before when the gateway has just started.
    case moved(name: String, from: String?, to: String, old: IPAddress?, new: IPAddress?)
}

extension LineHook {
    /// The word that the programs are called with.
    package var word: String {
        switch self {
        case .up: "up"
        case .down: "down"
        case .moved: "moved"
        }
    }

    /// What they are told in their environment.
    package var variables: [(String, String)] {
        switch self {
        case .up(let line, let interface, let index, let address):
            [
                ("HA_LINE", line), ("HA_LINE_DEV", interface), ("HA_LINE_INDEX", "\(index)"),
                ("HA_LINE_NEW", "\(address)"),
            ]
        case .down(let line, let interface): [("HA_LINE", line), ("HA_LINE_DEV", interface)]
        case .moved(let name, let from, let to, let old, let new):
            [
                ("HA_CLASS", name), ("HA_FROM", from ?? ""), ("HA_TO", to),
                ("HA_LINE_OLD", old.map { "\($0)" } ?? ""), ("HA_LINE_NEW", new.map { "\($0)" } ?? ""),
            ]
        }
    }
}
