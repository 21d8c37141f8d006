// What can befall a pair, as an operator says it: `lose eth1@gw-a`. What would come of it is computed from these words, and what came of
// them is kept in them.

/// One thing that befalls a pair.
package enum PairEvent: Hashable, Sendable {
    /// An interface, path, group of paths or line that a node watches, or a medium that it hears the other one over: it is lost there.
    case lose(String, at: NodeName)
    /// It is back.
    case regain(String, at: NodeName)
    /// Nothing that either node says arrives at the other, over any medium of ha.cf.
    case loseMedia
    case regainMedia
    /// The machine is off at once.
    case power(NodeName)
    /// The daemon dies, and what it runs goes on.
    case kill(NodeName)
    /// `heartbeat -k`.
    case stop(NodeName)
    /// Machine and daemon start.
    case boot(NodeName)
    /// An order that the node is given.
    case standby(HoldSet, on: NodeName)
    case takeover(HoldSet, on: NodeName)
    /// The group with this key is given to the other node, by an order.
    case move(String, on: NodeName)
    case maintenance(Bool, on: NodeName)
    /// A resource of a group fails there, by its word in haresources.
    case fail(String, at: NodeName)
}

// MARK: - Taken apart

extension PairEvent {
    /// What it is, without what it befalls, as records of movements name it. Words are only added.
    package enum Kind: String, CaseIterable, Sendable {
        case lose, regain
        case loseMedia = "lose-media"
        case regainMedia = "regain-media"
        case power, kill, stop, boot, standby, takeover, move, maintenance, fail
    }

    package struct Parts: Hashable, Sendable {
        package var kind: Kind
        /// Whatever it is about beside the node: a thing, a set of groups, `on`.
        package var what: String?
        /// Which it befalls; `nil` where it is both.
        package var node: NodeName?

        package init(_ kind: Kind, _ what: String? = nil, at node: NodeName? = nil) {
            self.kind = kind
            self.what = what
            self.node = node
        }
    }

    package var parts: Parts {
        switch self {
        case .lose(let name, let node): Parts(.lose, name, at: node)
        case .regain(let name, let node): Parts(.regain, name, at: node)
        case .loseMedia: Parts(.loseMedia)
        case .regainMedia: Parts(.regainMedia)
        case .power(let node): Parts(.power, at: node)
        case .kill(let node): Parts(.kill, at: node)
        case .stop(let node): Parts(.stop, at: node)
        case .boot(let node): Parts(.boot, at: node)
        case .standby(let set, let node): Parts(.standby, set.description, at: node)
        case .takeover(let set, let node): Parts(.takeover, set.description, at: node)
        case .move(let key, let node): Parts(.move, key, at: node)
        case .maintenance(let isOn, let node): Parts(.maintenance, isOn ? Self.on : Self.off, at: node)
        case .fail(let word, let node): Parts(.fail, word, at: node)
        }
    }

    private static let (on, off) = ("on", "off")

    /// `nil` where a part is missing, or a word says nothing.
    package init?(_ parts: Parts) {
        func placed(_ make: (NodeName) -> PairEvent) -> PairEvent? { parts.node.map(make) }
        func named(_ make: (String, NodeName) -> PairEvent?) -> PairEvent? {
            guard let what = parts.what, let node = parts.node else { return nil }
            return make(what, node)
        }
        let event: PairEvent? =
            switch parts.kind {
            case .loseMedia: .loseMedia
            case .regainMedia: .regainMedia
            case .power: placed { .power($0) }
            case .kill: placed { .kill($0) }
            case .stop: placed { .stop($0) }
            case .boot: placed { .boot($0) }
            case .lose: named { .lose($0, at: $1) }
            case .regain: named { .regain($0, at: $1) }
            case .fail: named { .fail($0, at: $1) }
            case .move: named { .move($0, on: $1) }
            case .standby: named { word, node in HoldSet(word: word).map { .standby($0, on: node) } }
            case .takeover: named { word, node in HoldSet(word: word).map { .takeover($0, on: node) } }
            case .maintenance:
                named { word, node in
                    word == Self.on || word == Self.off ? .maintenance(word == Self.on, on: node) : nil
                }
            }
        guard let event else { return nil }
        self = event
    }

    /// Which it befalls; `nil` where it is both.
    package var node: NodeName? { parts.node }
}
