// The tables of a pair's state, and the list that takes their place where there is no room for them.

import HeartbeatModel

extension StatusText {
    private typealias Column = TextTable.Column

    // MARK: - Nodes

    /// A ping node is worth a line only when it is dead.
    private var shownNodes: [PairStatus.Node] { status.nodes.filter { !$0.isPing || $0.status == .dead } }

    var nodeTable: TextTable {
        let nodes = shownNodes
        return TextTable(
            marks: nodes.map(mark),
            columns: [
                Column(
                    title: "node", cells: nodes.map { "\($0.name)\($0.isLocal ? " *" : "")" }, weight: 99,
                    isNeeded: true),
                Column(title: "status", cells: nodes.map(word), weight: 99, isNeeded: true),
                Column(title: "holds", cells: nodes.map { word($0.holds) }, weight: 99, isNeeded: true),
                Column(
                    title: "network", cells: nodes.map { word($0.network) }, weight: 9,
                    isWrong: nodes.contains(where: hasLost)),
                Column(
                    title: "files", cells: nodes.map { word($0.files) }, weight: 8,
                    isWrong: nodes.contains(where: differs)),
                Column(title: "late by", cells: nodes.map { known($0.lateness?.shortText) }, weight: 4, from: 80),
                Column(title: "version", cells: nodes.map { known($0.version) }, weight: 3, from: 80),
                Column(title: "since", cells: nodes.map { known($0.statusAge.map(moment)) }, weight: 5, from: 80),
                Column(title: "up", cells: nodes.map { known($0.up?.duration.ageText) }, weight: 2, from: 120),
                Column(title: "lease", cells: nodes.map { word($0.lease) }, weight: 1, from: 120),
                Column(title: "guardian", cells: nodes.map { word($0.guardian) }, weight: 0, from: 120),
            ])
    }

    private func mark(of node: PairStatus.Node) -> String {
        let isGone = node.status == .dead || node.status == nil || node.hasLeft
        return isGone || hasLost(node) || differs(node) || node.lease == .dark ? "!" : ""
    }

    private func hasLost(_ node: PairStatus.Node) -> Bool {
        switch node.network {
        case .lost, .lostCount, .maintenance: true
        case .sound, .doubtful, .unwatched, .unknown: false
        }
    }

    private func differs(_ node: PairStatus.Node) -> Bool {
        if case .differ = node.files { true } else { false }
    }

    private func word(_ node: PairStatus.Node) -> String {
        node.hasLeft ? "stopped" : node.status?.rawValue ?? Column.unknown
    }

    private func word(_ holds: PairStatus.Node.Holds) -> String {
        switch holds {
        case .none: "none"
        case .some(let count, let all): "\(count) of \(all)"
        case .all: "all"
        case .unknown: Column.unknown
        }
    }

    private func word(_ network: PairStatus.Node.Network) -> String {
        switch network {
        case .sound: "sound"
        case .lost(let names): names.count < 3 ? "\(names.joined(separator: " ")) lost" : "\(names.count) lost"
        case .lostCount(let count): "\(count) lost"
        case .doubtful: "doubtful"
        case .unwatched: "unwatched"
        case .maintenance: "maintenance"
        case .unknown: Column.unknown
        }
    }

    private func word(_ files: PairStatus.Node.Sameness) -> String {
        switch files {
        case .same: "same"
        case .differ(let names):
            names.count == 1 ? "\(names[0].split(separator: "/").last ?? "") differs" : "\(names.count) differ"
        case .pending: "being read"
        case .unknown: Column.unknown
        }
    }

    private func word(_ lease: PairStatus.Node.Lease) -> String {
        switch lease {
        case .held, .dark, .none: lease.rawValue
        case .unknown: Column.unknown
        }
    }

    private func word(_ answer: PairStatus.Answer) -> String {
        switch answer {
        case .yes, .no: answer.rawValue
        case .unknown: Column.unknown
        }
    }

    private func known(_ text: String?) -> String { text ?? Column.unknown }

    /// The wall clock of then, or how long ago.
    private func moment(_ age: PairStatus.Age) -> String { age.since.map(time.date) ?? age.duration.ageText }

    // MARK: - Media

    var pair: (here: String, there: String) {
        let local = status.nodes.first(where: \.isLocal)?.name.text ?? status.source.node.text
        return (local, status.peer?.name.text ?? "the other node")
    }

    var mediaTable: TextTable {
        let media = status.media
        let (here, there) = pair
        let isWide = width >= 80
        return TextTable(
            marks: media.map(mark),
            columns: [
                Column(title: "medium", cells: media.map(\.name.text), weight: 99, isNeeded: true),
                Column(
                    title: isWide ? "\(here) hears \(there)" : "hears", cells: media.map { word($0.hears, of: $0) },
                    weight: 99, isNeeded: true),
                Column(
                    title: isWide ? "\(there) hears \(here)" : "is heard", cells: media.map { word($0.isHeard) },
                    weight: 9),
                Column(
                    title: isWide ? "lost in 24 h" : "lost", cells: media.map(losses), weight: 8,
                    isWrong: media.contains { ($0.hears.lost ?? 0) + ($0.isHeard.lost ?? 0) > 0 }),
                Column(title: "last heard here", cells: media.map { lane($0.hears) }, weight: 4, from: 120),
                Column(title: "last heard there", cells: media.map { lane($0.isHeard) }, weight: 3, from: 120),
                Column(title: "sent", cells: media.map { known($0.sent.map { "\($0)" }) }, weight: 2, from: 120),
                Column(title: "dropped", cells: media.map { known($0.dropped.map { "\($0)" }) }, weight: 1, from: 120),
            ])
    }

    func mark(of medium: PairStatus.Medium) -> String {
        if case .failing = medium.state { return "!" }
        let states = [medium.hears.state, medium.isHeard.state]
        return states.contains(.silent) || states.contains(.never) ? "!" : ""
    }

    /// Here and there.
    private func losses(of medium: PairStatus.Medium) -> String {
        let counts = [medium.hears.lost, medium.isHeard.lost]
        return counts.allSatisfy { $0 == nil }
            ? Column.unknown : counts.map { known($0.map { "\($0)" }) }.joined(separator: " / ")
    }

    private func lane(_ direction: PairStatus.Medium.Direction) -> String {
        direction.lane.isEmpty ? Column.unknown : direction.lane
    }

    private func word(_ direction: PairStatus.Medium.Direction, of medium: PairStatus.Medium) -> String {
        if case .failing = medium.state { return "does not work" }
        return word(direction)
    }

    private func word(_ direction: PairStatus.Medium.Direction) -> String {
        switch direction.state {
        case .sound:
            let jitter = width >= 80 ? direction.jitter.map { ", +-\($0.shortText)" } ?? "" : ""
            return direction.lastHeard.map { $0.ageText + (width >= 80 ? " ago" : "") + jitter } ?? "up"
        case .silent: return "nothing" + (direction.since.map { " for \($0.duration.ageText)" } ?? "")
        case .never: return "never heard"
        case .unknown: return Column.unknown
        }
    }

    // MARK: - Groups

    func groupTable(_ groups: [PairStatus.Group]) -> TextTable {
        TextTable(
            marks: groups.map(mark),
            columns: [
                Column(title: "group", cells: groups.map(\.key), weight: 99, isNeeded: true),
                Column(title: "home", cells: groups.map(\.home.text), weight: 8, from: 80),
                Column(title: "runs on", cells: groups.map { word($0.service) }, weight: 99, isNeeded: true),
                Column(title: "since", cells: groups.map { known($0.age?.duration.ageText) }, weight: 9),
                Column(title: "because", cells: groups.map { known($0.because?.text) }, weight: 7, from: 80),
                Column(title: "resources", cells: groups.map(resources), weight: 6, from: 80),
            ])
    }

    func mark(of group: PairStatus.Group) -> String {
        switch group.service {
        case .nobody, .both: "!!"
        case .moving: "!"
        case .on, .unknown: group.states.contains(.failed) || group.states.contains(.stopFailed) ? "!" : ""
        }
    }

    private func word(_ service: PairStatus.Group.Service) -> String {
        switch service {
        case .on(let node): node.text
        case .moving(let node): node.map { "-> \($0)" } ?? "moving"
        case .nobody: "nobody"
        case .both: "both"
        case .unknown: Column.unknown
        }
    }

    /// Those beside the first one, by which the group is called.
    private func resources(_ group: PairStatus.Group) -> String {
        let others = group.resources.dropFirst()
        guard !others.isEmpty else { return group.resources.isEmpty ? Column.unknown : "nothing else" }
        let names = others.map { PairReading.name($0.word) }
        if width >= 120, names.joined(separator: " ").count <= 40 { return "+ " + names.joined(separator: " ") }
        if names.count == 1 { return "+ \(names[0])" }
        let scripts = others.count { !$0.isAddress }
        let addresses = others.count - scripts
        let words = [(addresses, "address", "addresses"), (scripts, "script", "scripts")].filter { $0.0 > 0 }
        return "+ " + words.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }.joined(separator: ", ")
    }

    // MARK: - The list

    /// One fact a line, for terminals that have no room for tables.
    var list: [String] {
        var facts: [(String, String)] = []
        for node in shownNodes where isLive {
            facts.append(("\(mark(of: node))node \(node.name)", word(node)))
            facts += [("  holds", word(node.holds)), ("  network", word(node.network)), ("  files", word(node.files))]
        }
        for medium in status.media where isLive {
            facts.append(("\(mark(of: medium))medium \(medium.name)", word(medium.hears, of: medium)))
            facts += [("  is heard", word(medium.isHeard)), ("  lost", losses(of: medium))]
        }
        let sorted = sortedGroups
        let shown = isLive ? sorted.prefix(showsAll ? sorted.count : 5) : []
        for group in shown {
            facts.append(("\(mark(of: group))group \(group.key)", word(group.service)))
            facts.append(("  since", known(group.age?.duration.ageText)))
        }
        let more = isLive ? sorted.count - shown.count : 0
        let verdict = [status.verdict.level.rawValue] + wrapped(status.verdict.sentence, width: width)
        return verdict + problems(showing: showsAll ? .max : 5)
            + facts.filter { $0.1 != Column.unknown }.flatMap { wrappedFact("\($0.0): \($0.1)") }
            + (more > 0 ? wrapped("... and \(more) more (--all)", width: width) : [])
    }

    /// The blanks before a fact say whose it is.
    private func wrappedFact(_ text: String) -> [String] {
        let indent = text.hasPrefix("  ") ? "  " : ""
        return wrapped(text, width: width, first: indent, rest: indent + "  ")
    }
}
