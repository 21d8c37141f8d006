// Lines to the internet in simulated worlds: the real decisions about them on each node, fed with what works, and what the nodes have
// lost of them. Classes move within the node first; only a node that has lost more than the other hands its groups over.

import HeartbeatCore
import HeartbeatLines
import HeartbeatModel

extension NetworkPlan {
    /// Two lines of each node, and how they fail.
    mutating func drawLines(trouble: Duration, using random: inout SplitMix64) {
        lines.lines = ["dsl1", "dsl2"].enumerated().map { number, name in
            var line = LineRule(name: name, interface: name, gateway: .peer, table: 101 + UInt32(number))
            line.hold = random.pick([.zero, .milliseconds(500), .seconds(5)])
            line.rise = random.pick([.zero, .seconds(3), .seconds(20)])
            return line
        }
        let network = NetworkPrefix(.any(isIPv6: false), bits: 8)
        lines.classes = [TrafficClass(name: "all", sources: [network], lines: ["dsl1", "dsl2"])]
        if random.chance(0.5) {
            lines.classes.append(TrafficClass(name: "one", sources: [], lines: [random.pick(["dsl1", "dsl2"])]))
        }
        lines.health = random.pick([.last, .last, .each, .off])
        drawLineTrouble(until: trouble, using: &random)
        guard random.chance(0.4) else { return }
        let host = Int.random(in: 0...1, using: &random)
        for line in lines.lines where random.chance(0.7) {
            lasting.append(.line(line.name, host: host, works: false))
        }
    }

    private mutating func drawLineTrouble(until trouble: Duration, using random: inout SplitMix64) {
        let pace = random.pick([Duration.seconds(3), .seconds(15), .seconds(60)])
        var time = random.duration(in: .zero...pace)
        while time < trouble {
            let line = random.pick(lines.lines).name
            let length = random.duration(in: .milliseconds(10)...(random.chance(0.5) ? .seconds(2) : .seconds(40)))
            // A provider's fault befalls both nodes.
            for host in random.chance(0.3) ? [0, 1] : [Int.random(in: 0...1, using: &random)] {
                changes.append((time, .line(line, host: host, works: false)))
                if time + length < trouble { changes.append((time + length, .line(line, host: host, works: true))) }
            }
            time += random.duration(in: .milliseconds(10)...(pace * 2))
        }
    }
}

/// How a node keeps its lines, while its daemon lives.
struct KeptLines {
    var machine: LineMachine
    /// What its core was last told.
    var told: LineLoss?
    /// When it is looked after next.
    var due: Instant?
}

extension World {
    /// The daemon of `host` has begun.
    func keepLines(_ host: Int) {
        guard !configuration.lines.lines.isEmpty else { return }
        hosts[host].lines = KeptLines(machine: LineMachine(configuration.lines, now: now))
        lookAfterLines(host)
    }

    func setLine(_ line: String, of host: Int, works: Bool) {
        guard works == hosts[host].deadLines.contains(line) else { return }
        hosts[host].deadLines.formSymmetricDifference([line])
        note(host, "\(line) \(works ? "works again" : "is dead")")
        noteLosses(of: host)
        lookAfterLines(host)
    }

    /// What works is told to the machine, and what follows to the core.
    func lookAfterLines(_ host: Int) {
        guard hosts[host].isUp, var kept = hosts[host].lines else { return }
        if let end = hosts[host].stalledUntil { return planLook(&kept, host, at: end) }
        for rule in configuration.lines.lines {
            tell(kept.machine.handle(Self.event(rule, hosts[host].deadLines), at: now), of: host)
        }
        tell(kept.machine.expireTimers(at: now), of: host)
        let (old, new) = (kept.told, kept.machine.loss)
        kept.told = new
        planLook(&kept, host, at: kept.machine.nextDeadline)
        guard old != new else { return }
        if let new, new.lost > old?.lost ?? 0 { hosts[host].lostAt = now }
        addReasonToMove()
        feed(.linesObserved(new), to: host)
    }

    private func planLook(_ kept: inout KeptLines, _ host: Int, at time: Instant?) {
        if let time, kept.due.map({ $0 <= now || time < $0 }) ?? true {
            kept.due = max(time, now)
            queue.insert(.lines(host: host, incarnation: hosts[host].incarnation), at: max(time, now))
        }
        hosts[host].lines = kept
    }

    private static func event(_ rule: LineRule, _ dead: Set<String>) -> LineEvent {
        guard !dead.contains(rule.name) else { return .unusable(line: rule.name, .link("no carrier")) }
        let address = IPAddress(bytes: [198, 51, 100, UInt8(truncatingIfNeeded: rule.table)]) ?? .any(isIPv6: false)
        return .found(line: rule.name, LineFacts(index: rule.table, addresses: [address], networks: [], gateway: nil))
    }

    private func tell(_ effects: [LineEffect], of host: Int) {
        for case .notify(let notice) in effects { note(host, "\(notice)") }
    }

    /// How much of the lines of a host really does not work, as `line_health` counts.
    func lineLosses(of host: Int) -> Int {
        let dead = hosts[host].deadLines
        let lines = configuration.lines
        return switch lines.health {
        case .off: 0
        case .each: lines.lines.count { dead.contains($0.name) }
        case .last: lines.classes.count { $0.lines.allSatisfy(dead.contains) }
        }
    }
}
