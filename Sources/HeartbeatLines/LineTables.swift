// What the kernel is to have for all lines: rules that choose a table, and one table for each line. A value; how it is told is
// somebody else's matter, and so is what else the kernel has.
//
//   1000      main, without its default route    what is connected or known inside always wins
//   1010+i    from an address of line i          answers leave by the line that the question came in by
//   1030+i    bound to the interface of line i   probes
//   1050+i    with the mark of line i            what the owner's packet filter says
//   1100+j    from and to networks of a class    the line that the class is on; the narrower networks first
//   2900+j    sent by this host, the same        the line that the local class is on

import HeartbeatFormats
import HeartbeatModel

/// Everything of ours.
package struct LineTables: Hashable, Sendable {
    /// In the order in which the kernel asks them.
    package var rules: [RuleEntry]
    package var routes: [RouteEntry]

    package init(rules: [RuleEntry] = [], routes: [RouteEntry] = []) {
        self.rules = rules
        self.routes = routes
    }

    /// All rules are from this priority on, and below ``end``.
    package static let firstPriority: UInt32 = 1000
    package static let end: UInt32 = 3000
    /// Who has set them (rtm_protocol, FRA_PROTOCOL): in no register, and used by neither FRR nor BIRD nor keepalived.
    package static let setter: UInt8 = 71

    private enum Place {
        static let address: UInt32 = 1010
        static let device: UInt32 = 1030
        static let mark: UInt32 = 1050
        static let classes: UInt32 = 1100
        static let local: UInt32 = 2900
    }

    /// - Parameters:
    ///   - facts: what is known of the lines that can be used.
    ///   - chosen: the line of each class.
    package init(_ configuration: LineConfiguration, facts: [String: LineFacts], chosen: [String: String]) {
        self.init()
        guard !configuration.lines.isEmpty else { return }
        var main = rule(Self.firstPriority, RouteEntry.mainTable)
        main.suppressedBits = 0
        rules.append(main)
        for (number, line) in configuration.lines.enumerated() { add(line, UInt32(number), facts[line.name]) }
        for item in configuration.classes {
            guard let line = chosen[item.name].flatMap(configuration.line) else { continue }
            rules += item.selectors.map { rule($0, isLocal: item.isLocal, table: line.table) }
        }
        rules.sort { $0.priority < $1.priority }
    }

    private func rule(_ priority: UInt32, _ table: UInt32) -> RuleEntry {
        RuleEntry(priority: priority, table: table, setter: Self.setter)
    }

    private func route(_ table: UInt32, _ way: RouteEntry.Way) -> RouteEntry {
        RouteEntry(destination: .all, table: table, setter: Self.setter, way: way)
    }

    private mutating func add(_ line: LineRule, _ number: UInt32, _ facts: LineFacts?) {
        // What belongs to the line never leaves by another one, also while there is no way.
        var nowhere = route(line.table, .unreachable)
        nowhere.metric = .max
        routes.append(nowhere)
        var device = rule(Place.device + number, line.table)
        device.outgoing = line.interface
        rules.append(device)
        if let mark = line.mark {
            var rule = rule(Place.mark + number, line.table)
            rule.mark = mark
            rules.append(rule)
        }
        guard let facts else { return }
        // Providers have routers that are in no network of the interface.
        var way = route(
            line.table, .over(interface: facts.index, gateway: facts.gateway, source: facts.address))
        way.isOnLink = facts.gateway != nil
        routes.append(way)
        for address in facts.addresses {
            var rule = rule(Place.address + number, line.table)
            rule.source = NetworkPrefix(address, bits: 32)
            rules.append(rule)
        }
    }

    /// A server of a network is told apart from the network, whatever stands first in the file: the narrower source comes first,
    /// then the narrower destination. Rules of one priority never match the same packet.
    private func rule(_ selector: TrafficSelector, isLocal: Bool, table: UInt32) -> RuleEntry {
        let destination = UInt32(32 - selector.destination.bits)
        let priority =
            isLocal ? Place.local + destination : Place.classes + UInt32(32 - selector.source.bits) * 33 + destination
        var rule = rule(priority, table)
        rule.source = selector.source == .all ? nil : selector.source
        rule.destination = selector.destination == .all ? nil : selector.destination
        if isLocal { rule.incoming = "lo" }
        return rule
    }

    private static func selector(of rule: RuleEntry) -> (selector: TrafficSelector, isLocal: Bool)? {
        guard rule.priority >= Place.classes, rule.outgoing == nil, rule.mark == nil else { return nil }
        let selector = TrafficSelector(source: rule.source ?? .all, destination: rule.destination ?? .all)
        return (selector, rule.incoming != nil)
    }

    /// The line that each class is on according to rules that a predecessor has left; a class whose rules disagree, or do not know its
    /// lines, is on none.
    package static func choices(in rules: [RuleEntry], of configuration: LineConfiguration) -> [String: String] {
        var choices: [String: String] = [:]
        for item in configuration.classes {
            let tables = rules.compactMap { rule in
                selector(of: rule).flatMap { found in
                    found.isLocal == item.isLocal && item.selectors.contains(found.selector) ? rule.table : nil
                }
            }
            guard let table = tables.first, tables.allSatisfy({ $0 == table }),
                let line = configuration.lines.first(where: { $0.table == table }), item.lines.contains(line.name)
            else { continue }
            choices[item.name] = line.name
        }
        return choices
    }
}
