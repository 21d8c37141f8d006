// Goes through all runs of a gateway service in which few things go wrong, whatever and whenever: each packet may be lost, late or come
// twice, each procedure slow or failed, its host may lose power at that moment, or be asked to stop. With every single fault, and then
// every pair of faults, no seed has to be lucky. The protocol relies on time, so a run is one in virtual time and not a set of steps in
// any order. Or what is said of a takeover goes wrong by channels: all that one host says to another over one side.

import HeartbeatModel

package struct GatewayExploration: Sendable {
    /// All must be well within so much after the trouble.
    private static let patience = Duration.seconds(150)

    package let hosts: Int
    package let opening: GatewayOpening
    /// So many things go wrong.
    package let faults: Int
    /// They are channels, and not single packets and procedures.
    package let isByChannel: Bool
    package private(set) var runs = 0
    /// Two served in spite of everything: no veto has come through on either side.
    package private(set) var excused: [GatewayExcuse: Int] = [:]
    /// What was wrong with the first run in which a rule was broken, and its last lines.
    package private(set) var objection: String?

    package init(hosts: Int, opening: GatewayOpening = .start, faults: Int, isByChannel: Bool = false) {
        self.hosts = hosts
        self.opening = opening
        self.faults = faults
        self.isByChannel = isByChannel
    }

    /// All of them.
    /// - Parameter size: how far: so many faults; of three hosts twice as many channels, of two hosts all.
    package static func all(size: Int) -> [GatewayExploration] {
        (2...3).flatMap { hosts in
            let openings = GatewayOpening.allCases.filter { hosts > 2 || $0 != .rivals && $0 != .joining }
            let channels = openings.filter { $0 != .start && $0 != .joining }
            return openings.map { GatewayExploration(hosts: hosts, opening: $0, faults: size) }
                + channels.map {
                    GatewayExploration(
                        hosts: hosts, opening: $0, faults: hosts == 2 ? .max : 2 * size, isByChannel: true)
                }
        }
    }

    /// One line.
    package var summary: String {
        let number = faults == .max ? "all" : "\(faults)"
        let excuses = GatewayExcuse.allCases.compactMap { excuse in
            excused[excuse].map { ", two served \($0) times \(excuse.rawValue)" }
        }
        return "\(hosts) hosts, \(opening.rawValue), \(number) \(isByChannel ? "channels" : "faults"): \(runs) runs"
            + excuses.joined()
    }

    package mutating func run() { explore([:], after: -1, left: faults) }

    private mutating func explore(_ deviations: [Int: Int], after last: Int, left: Int) {
        let widths = play(deviations)
        guard left > 0, objection == nil else { return }
        for choice in (last + 1)..<max(last + 1, widths.count) {
            for alternative in 1..<widths[choice] {
                explore(deviations.merging([choice: alternative]) { $1 }, after: choice, left: left - 1)
                if objection != nil { return }
            }
        }
    }

    /// How many alternatives there were.
    private mutating func play(_ deviations: [Int: Int]) -> [Int] {
        runs += 1
        let world = opening.world(of: hosts)
        opening.play(world)
        world.choices = GatewayChoices(deviations, isByChannel ? .channels : .single)
        _ = world.run(until: world.now + opening.trouble)
        let widths = world.choices?.widths ?? []
        world.choices = GatewayChoices()
        _ = world.run(until: world.now + Self.patience)
        if world.checker.violations.isEmpty { world.judgeEnd("in the end") }
        excused.merge(world.checker.excused) { $0 + $1 }
        if !world.checker.violations.isEmpty {
            let lines = world.trace.lines.map(\.description) + world.checker.violations
            objection = "\(deviations.sorted { $0.key < $1.key }):\n" + lines.joined(separator: "\n")
        }
        return widths
    }
}
