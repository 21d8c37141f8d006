// The scenes of a mixed pair's life, in order, and where each group (by preferred node) must be after each of them.

/// What happens to the pair.
package enum LifeScene: Hashable, Sendable {
    case coldStart
    /// `hb_standby WORD` or `hb_takeover WORD` on a node.
    case move(String, String, on: Int)
    case powerLoss(Int)
    /// A node that was without power or stopped comes back.
    case `return`(Int)
    case stop(Int)
    /// Every fifth heartbeat is lost for a while.
    case loss
    /// All media are cut for longer than the deadtime, then mended.
    case partition
    /// Both change to a new key, one after the other.
    case newKey
    /// A node gets this software instead of the original, in service.
    case replacement(Int)
    /// Nothing happens for that many keepalives.
    case uptime(keepalives: Int)

    package var name: String {
        switch self {
        case .coldStart: "cold start"
        case .move(let program, let word, let node): "\(program) \(word) on \(node + 1)"
        case .powerLoss(let node): "power loss of \(node + 1)"
        case .return(let node): "return of \(node + 1)"
        case .stop(let node): "stop of \(node + 1)"
        case .loss: "loss"
        case .partition: "partition"
        case .newKey: "new key"
        case .replacement(let node): "replacement of \(node + 1)"
        case .uptime(let count): "\(count) keepalives"
        }
    }

    /// What a row goes through.
    package static func scenes(of row: MixedCase) -> [LifeScene] {
        switch row.story {
        case .life: life(row)
        case .replacement: replacement(row)
        case .uptime: [.coldStart, .uptime(keepalives: 40_000)]
        }
    }

    /// Two handovers of each group such as an operator of the original knows them, then both replacements, then what the
    /// new pair does.
    private static func replacement(_ row: MixedCase) -> [LifeScene] {
        [.coldStart] + handovers(row) + [.replacement(1), .replacement(0)] + handovers(row)
            + [.powerLoss(0), .return(0)] + home(of: 0, row)
    }

    /// Everything goes to the other node and comes home, of either node.
    static func handovers(_ row: MixedCase) -> [LifeScene] {
        [0, 1].flatMap { node -> [LifeScene] in
            guard row.failback != .legacy else { return [.stop(node), .return(node)] }
            return [.move("hb_standby", "all", on: node), .move("hb_takeover", "local", on: node)]
        }
    }

    /// Where nothing comes home by itself.
    private static func home(of node: Int, _ row: MixedCase) -> [LifeScene] {
        row.failback == .off ? [.move("hb_takeover", "local", on: node)] : []
    }

    /// The life of a pair with these options. Whatever the order of failovers, it comes home before the next.
    private static func life(_ row: MixedCase) -> [LifeScene] {
        let deaths: [LifeScene] = [0, 1].flatMap { node -> [LifeScene] in
            let home = home(of: node, row)
            return [.powerLoss(node), .return(node)] + home + [.stop(node), .return(node)] + home
        }
        // The original's hb_standby and hb_takeover do nothing in legacy mode.
        let moves: [LifeScene] =
            row.failback == .legacy
            ? []
            : [0, 1].flatMap { node -> [LifeScene] in
                let other = 1 - node
                return [
                    .move("hb_standby", "all", on: node), .move("hb_standby", "foreign", on: other),
                    .move("hb_standby", "local", on: node), .move("hb_standby", "failback", on: other),
                    .move("hb_takeover", "all", on: node), .move("hb_takeover", "local", on: other),
                    .move("hb_takeover", "foreign", on: node), .move("hb_takeover", "failback", on: other),
                    .move("hb_takeover", "local", on: node), .move("hb_takeover", "local", on: other),
                ]
            }
        let loss: [LifeScene] = row.media == .serial ? [] : [.loss]
        // Originals among themselves fall apart (observed).
        let newKey: [LifeScene] = row.isMixed && row.digest != "crc" ? [.newKey] : []
        return [.coldStart] + moves + deaths + loss + newKey + [.partition]
    }

    /// Owners of both groups after the scene. `home` is where a returning node's groups belong under the options.
    func owners(after before: [Int], _ row: MixedCase) -> [Int] {
        switch self {
        case .coldStart: [0, 1]
        case .move("hb_standby", let word, let node): Self.given(by: node, word, before)
        // The other side gives what is local to it where the caller asks for what is foreign to the caller.
        case .move(_, "all", let node), .move(_, "failback", let node): Self.given(by: 1 - node, "all", before)
        case .move(_, "local", let node): Self.given(by: 1 - node, "foreign", before)
        case .move(_, _, let node): Self.given(by: 1 - node, "local", before)
        case .powerLoss(let node), .stop(let node): [1 - node, 1 - node]
        case .return: row.failback == .off ? before : [0, 1]
        case .loss, .newKey, .uptime: before
        case .replacement: [0, 1]
        case .partition:
            // The original restarts itself; ours keeps the service, and gives back what has its home there.
            if row.failback == .off, let keeper = row.software.firstIndex(of: .ours) {
                [keeper, keeper]
            } else {
                [0, 1]
            }
        }
    }

    /// Nothing may be started or stopped.
    var isNoEvent: Bool {
        switch self {
        case .loss, .newKey, .uptime: true
        case .coldStart, .move, .powerLoss, .return, .stop, .partition, .replacement: false
        }
    }

    private static func given(by giver: Int, _ word: String, _ before: [Int]) -> [Int] {
        let taker = 1 - giver
        switch word {
        case "all": return [taker, taker]
        case "local": return before.enumerated().map { $0.offset == giver ? taker : $0.element }
        default: return before.enumerated().map { $0.offset == taker ? taker : $0.element }
        }
    }
}
