// Scenarios as text: a cluster, what befalls it, and – after `----` – what the nodes then said and did. Running a scenario
// gives the whole file again with the true outcome, so that a test compares two texts and a change is reviewed as a diff.

import HeartbeatCore
import HeartbeatModel

/// A scripted run in a perfect world: 1 ms from node to node, 10 ms a script, no accident that is not written down.
package struct Scenario {
    private struct Block {
        var source: [String] = []
        var events: [(time: Instant, command: ScenarioCommand)] = []
        var end: Instant?
    }

    private var configuration = Configuration(nodes: [])
    /// Of every resource of the groups that follow.
    private var monitor: Duration?
    /// Keys of groups that every node has in its file under its own name.
    private var ownOnBoth: Set<String> = []
    private var isOfOlderVersion = false
    private var hasLease = false
    private var lans: [Lan] = []
    private var blocks: [Block] = []
    private var world: World?

    /// Runs the scenario in `text`; gives the text back with what follows each `----` replaced by what really happened.
    package static func run(_ text: String) throws(ScenarioError) -> String {
        var scenario = Scenario()
        try scenario.read(text)
        return try scenario.perform()
    }

    // MARK: - Reading

    private mutating func read(_ text: String) throws(ScenarioError) {
        var block = Block()
        var isOutcome = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "----" {
                isOutcome = true
            } else if isOutcome {
                guard line.isEmpty else { continue }
                blocks.append(block)
                block = Block()
                isOutcome = false
            } else {
                block.source.append(String(line))
                try read(line, number: index + 1, into: &block)
            }
        }
        if block.end != nil { blocks.append(block) }
    }

    private mutating func read(_ line: Substring, number: Int, into block: inout Block) throws(ScenarioError) {
        let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
        switch words.first {
        case nil:
            return
        case "cluster":
            try readCluster(Array(words.dropFirst()), line: number)
        case "group" where words.count >= 3:
            let resources = words.dropFirst(2).map { word in
                Resource(
                    word: word, scriptName: word, arguments: [], address: Self.address(word), monitorInterval: monitor)
            }
            // `group each web`: every node has it in its file under its own name.
            if words[1] == "each" { ownOnBoth.insert(words[2]) }
            let preferred = words[1] == "each" ? configuration.nodes[0] : NodeName(words[1])
            configuration.groups.append(ResourceGroup(preferredNode: preferred, resources: resources, line: number))
        case "lan" where words.count >= 2:
            try readLan(words, line: number)
        case "link" where words.count >= 2:
            configuration.interfaces.append(try Self.link(words, line: number))
        case "line", "class", "line_health":
            try configuration.lines.read(words, line: number)
        case "probe" where words.count >= 2:
            configuration.probes.append(try Self.probe(words, line: number))
        case "at" where words.count >= 3:
            let time = Instant.zero + (try ScenarioCommand.duration(words[1], line: number))
            block.events.append((time, try ScenarioCommand(Array(words.dropFirst(2)), line: number)))
        case "until" where words.count == 2:
            block.end = Instant.zero + (try ScenarioCommand.duration(words[1], line: number))
        default:
            throw ScenarioError(line: number, message: "no such command: \(line)")
        }
    }

    /// `lan eth0 reference`, `lan eth1 cable`, `lan eth0 reference=node1`: that node alone reaches it when the network is cut;
    /// `lan eth0 firewall`: no message passes, and kernels answer.
    private mutating func readLan(_ words: [String], line: Int) throws(ScenarioError) {
        var lan = Lan(name: words[1], number: UInt8(lans.count))
        lan.medium = configuration.media.firstIndex { $0.name.text == words[1] }
        for word in words.dropFirst(2) {
            switch word {
            case "cable":
                lan.isCable = true
                configuration.interfaces.append(InterfaceRule(interface: words[1], role: .heartbeat, isCable: true))
            case "reference": lan.reference = .onBothSides
            case "firewall": lan.hasFirewall = true
            default:
                guard word.hasPrefix("reference="),
                    let host = configuration.nodes.firstIndex(of: NodeName(String(word.dropFirst(10))))
                else {
                    throw ScenarioError(
                        line: line, message: "\(word) is none of cable, firewall, reference, reference=<node>")
                }
                lan.reference = .beside(host)
            }
        }
        lans.append(lan)
    }

    /// `link lan downlink debounce=100ms up=5s`.
    private static func link(_ words: [String], line: Int) throws(ScenarioError) -> InterfaceRule {
        var rule = InterfaceRule(interface: words[1])
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=").map(String.init)
            switch parts[0] {
            case "debounce" where parts.count == 2: rule.debounce = try ScenarioCommand.duration(parts[1], line: line)
            case "up" where parts.count == 2: rule.recovery = try ScenarioCommand.duration(parts[1], line: line)
            default:
                guard let role = InterfaceRole(rawValue: word) else {
                    throw ScenarioError(line: line, message: "\(word) is no role, debounce= or up=")
                }
                rule.role = role
            }
        }
        return rule
    }

    /// `probe isp fall=3 rise=10 standby`: once a second.
    private static func probe(_ words: [String], line: Int) throws(ScenarioError) -> PathProbe {
        var probe = PathProbe(name: words[1], kind: .icmp(host: words[1]))
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=").map(String.init)
            switch (parts[0], parts.count == 2 ? Int(parts[1]) : nil) {
            case ("fall", let number?): probe.fall = number
            case ("rise", let number?): probe.rise = number
            case ("standby", nil): probe.action = .standby
            default: throw ScenarioError(line: line, message: "\(word) is none of fall=, rise=, standby")
            }
        }
        return probe
    }

    /// Words that begin with a digit are addresses.
    private static func address(_ word: String) -> ServiceAddress? {
        guard word.utf8.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
        return ServiceAddress(bytes: [10, 0, 0, 1], text: word)
    }

    private mutating func readCluster(_ words: [String], line: Int) throws(ScenarioError) {
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                configuration.nodes.append(NodeName(word))
                continue
            }
            switch parts[0] {
            case "keepalive": configuration.keepalive = try ScenarioCommand.duration(parts[1], line: line)
            case "deadtime": configuration.deadtime = try ScenarioCommand.duration(parts[1], line: line)
            case "monitor": monitor = try ScenarioCommand.duration(parts[1], line: line)
            case "failure_limit": configuration.failureLimit = Int(parts[1]) ?? 0
            case "failure_window": configuration.failureWindow = try ScenarioCommand.duration(parts[1], line: line)
            case "on_stop_failure": configuration.onStopFailure = try Self.stopFailure(parts[1], line: line)
            case "shutdown_timeout": configuration.shutdownTimeout = try ScenarioCommand.duration(parts[1], line: line)
            case "warntime": configuration.warntime = try ScenarioCommand.duration(parts[1], line: line)
            case "initdead": configuration.initdead = try ScenarioCommand.duration(parts[1], line: line)
            case "auto_failback":
                configuration.autoFailback = try Self.autoFailback(parts[1], line: line)
            case "failback_delay", "failback_boot": try readDelay(parts, line: line)
            case "version" where parts[1] == "older": isOfOlderVersion = true
            case "lease" where parts[1] == "on": hasLease = true
            case "sync_mismatch":
                configuration.syncFiles = [SharedFilePlan.path]
                configuration.syncMismatch = try Self.syncMismatch(parts[1], line: line)
            case "veto": configuration.veto.isOn = parts[1] != "off"
            case "blind" where parts[1] == "take": configuration.veto.blind = .take
            case "quick_death": configuration.quickDeath = try Self.quickDeath(parts[1], line: line)
            case "media":
                configuration.media = parts[1].split(separator: ",").map {
                    .broadcast(interface: String($0), port: 694)
                }
            default:
                throw ScenarioError(line: line, message: "no such setting: \(parts[0])")
            }
        }
    }

    /// `failback_delay=30s failback_boot=60s`, in this order.
    private mutating func readDelay(_ parts: [String], line: Int) throws(ScenarioError) {
        let time = try ScenarioCommand.duration(parts[1], line: line)
        if parts[0] == "failback_boot" {
            configuration.failbackDelay.afterBoot = time
        } else {
            configuration.failbackDelay = FailbackDelay(time)
        }
    }

    private static func stopFailure(_ word: String, line: Int) throws(ScenarioError) -> StopFailurePolicy {
        guard let value = StopFailurePolicy(rawValue: word) else {
            throw ScenarioError(line: line, message: "on_stop_failure is stay, reboot or release")
        }
        return value
    }

    private static func autoFailback(_ word: String, line: Int) throws(ScenarioError) -> AutoFailback {
        guard let rule = AutoFailback(rawValue: word) else {
            throw ScenarioError(line: line, message: "auto_failback is on, off or legacy, not \(word)")
        }
        return rule
    }

    private static func syncMismatch(_ word: String, line: Int) throws(ScenarioError) -> SyncMismatch {
        guard let rule = SyncMismatch(rawValue: word) else {
            throw ScenarioError(line: line, message: "sync_mismatch is warn or hold, not \(word)")
        }
        return rule
    }

    private static func quickDeath(_ word: String, line: Int) throws(ScenarioError) -> QuickDeathRule {
        guard let rule = QuickDeathRule(rawValue: word) else {
            throw ScenarioError(line: line, message: "quick_death is auto, on, carrier or off, not \(word)")
        }
        return rule
    }

    // MARK: - Running

    private mutating func perform() throws(ScenarioError) -> String {
        var output: [String] = []
        var shown = 0
        let world = makeWorld()
        for block in blocks {
            output += block.source + ["----"]
            for (number, event) in block.events.enumerated() { world.plan(number, at: event.time) }
            let end = block.end ?? world.now
            while world.now < end, let number = world.run(until: end) {
                try apply(block.events[number].command, to: world)
            }
            output += world.trace.lines[shown...].map(\.description)
            shown = world.trace.lines.count
            output += world.checker.violations.map { "VIOLATION \($0)" }
            output += Self.owners(in: world) + [""]
        }
        return output.joined(separator: "\n")
    }

    private func makeWorld() -> World {
        let world = World.calm(configuration, scripts: .milliseconds(10), trace: Trace(detail: .everything))
        for name in configuration.nodes { world.ownNames[name] = ownOnBoth }
        world.areOfOlderVersion = isOfOlderVersion
        world.hasLease = hasLease && configuration.leaseTimes != nil
        world.lans = lans
        return world
    }

    private func apply(_ command: ScenarioCommand, to world: World) throws(ScenarioError) {
        switch command {
        case .boot(let name): world.boot(try host(name))
        case .powerOff(let name): world.losePower(try host(name))
        case .crash(let name): world.crash(try host(name))
        case .lose(let word, let name): try lose(word, on: try host(name), in: world)
        case .stall(let name, let duration): world.stall(try host(name), for: duration)
        case .pause(let name, let duration): world.stall(try host(name), for: duration, isPaused: true)
        case .cut(let medium, let from):
            let sender = try from.map { name throws(ScenarioError) in try host(name) }
            setBlocked(true, medium, sender: sender, in: world)
        case .mend(let medium): setBlocked(false, medium, sender: nil, in: world)
        case .request(let name, let request): world.request(request, of: try host(name))
        case .breakGroup(let key, let name): world.scripts.broken[NodeName(name), default: []].insert(key)
        case .stick(let word, let name): world.scripts.stuck[NodeName(name), default: []].insert(word)
        case .remove(let word, let name): world.scripts.missing[NodeName(name), default: []].insert(word)
        case .repair: world.scripts.heal()
        case .correct(let key, let name): world.correct(key, on: try host(name))
        case .plug(let interface, let name, let isUp):
            world.change(.link(interface, host: try host(name), isUp: isUp))
        case .flap(let interface, let name, let down, let up, let length):
            try flap(interface, on: try host(name), down: down, up: up, length: length, in: world)
        case .open(let path, let name, let isOpen):
            world.change(.path(path, host: try host(name), isOpen: isOpen))
        case .line(let line, let name, let works):
            world.change(.line(line, host: try host(name), works: works))
        case .maintain(let name, let isOn): world.maintain(isOn, try host(name))
        case .edit(let version, let name): world.editFile(version, on: try host(name))
        }
    }

    private func flap(
        _ interface: String, on host: Int, down: Duration, up: Duration, length: Duration, in world: World
    ) throws(ScenarioError) {
        guard down + up > .zero else { throw ScenarioError(line: 0, message: "a cable that flaps needs time for it") }
        var time = world.now
        while time < world.now + length {
            world.queue.insert(.network(.link(interface, host: host, isUp: false)), at: time)
            world.queue.insert(.network(.link(interface, host: host, isUp: true)), at: time + down)
            time = time + down + up
        }
    }

    private func lose(_ word: String, on host: Int, in world: World) throws(ScenarioError) {
        for (group, steps) in configuration.groups.map(\.steps).enumerated() {
            for (position, step) in steps.enumerated() where step.resources.contains(where: { $0.word == word }) {
                return world.die(ResourcePlace(group: group, position: position), on: host)
            }
        }
        throw ScenarioError(line: 0, message: "no resource \(word) in this cluster")
    }

    private func setBlocked(_ blocked: Bool, _ name: String, sender: Int?, in world: World) {
        if sender == nil { world.setCut(blocked, lan: name) }
        for (index, medium) in world.network.media.enumerated() where name == "all" || medium.text == name {
            world.network.setBlocked(blocked, medium: index, sender: sender)
        }
    }

    private func host(_ name: String) throws(ScenarioError) -> Int {
        guard let index = configuration.nodes.firstIndex(of: NodeName(name)) else {
            throw ScenarioError(line: 0, message: "no node \(name) in this cluster")
        }
        return index
    }

    /// Where every group really runs, for the end of a block.
    private static func owners(in world: World) -> [String] {
        world.configuration.groups.enumerated().map { index, group in
            let owners = world.hosts.filter { $0.active.contains(index) }.map(\.name.text)
            return "\(group.key) runs on \(owners.isEmpty ? "no node" : owners.joined(separator: " and "))"
        } + lines(in: world)
    }

    /// Which line each class of each node is on.
    private static func lines(in world: World) -> [String] {
        world.hosts.flatMap { host in
            world.configuration.lines.classes.compactMap { item in
                (host.lines?.machine.chosen[item.name]).map { "class \(item.name) of \(host.name) is on \($0)" }
            }
        }
    }
}
