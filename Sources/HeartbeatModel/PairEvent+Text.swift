// The words of `hbctl plan`: an event is a verb and what it befalls, `lose eth1@gw-a`. Reading is checked against what the pair has, so
// that a mistake names what could have been meant.

/// What can be named of a pair when somebody says what befalls it.
package struct PairNames: Hashable, Sendable {
    /// Where an order is given that names no node.
    package var local: NodeName
    package var nodes: [NodeName]
    /// Interfaces, paths, groups of paths, lines and media: whatever can be lost.
    package var things: [String]
    /// Resources as written in haresources.
    package var resources: [String]
    /// Groups, by their first resource.
    package var groups: [String] = []
    /// Nodes that do not run now.
    package var gone: Set<NodeName> = []
    /// What is lost now.
    package var lost: [NodeName: [String]] = [:]

    package init(local: NodeName, nodes: [NodeName], things: [String], resources: [String]) {
        self.local = local
        self.nodes = nodes
        self.things = things
        self.resources = resources
    }

    /// As one node knows its pair.
    package init(_ facts: NodeFacts) {
        let watched = facts.watched.map(\.name)
        let things = watched + facts.lines.lines.map(\.name) + facts.media.map(\.name.text)
        var seen: Set<String> = []
        self.init(
            local: facts.node, nodes: facts.nodes.filter { $0.kind == .normal }.map(\.name),
            things: things.filter { seen.insert($0).inserted }, resources: facts.groups.flatMap(\.resources))
        groups = facts.groups.map(\.key)
        gone = Set(facts.nodes.filter { $0.standing == .dead || $0.standing == .left }.map(\.name))
        let media = facts.links.filter { $0.state == .dead }.map(\.medium.text)
        lost[local] =
            facts.watched.filter { $0.state == .lost }.map(\.name)
            + facts.lines.lines.filter { $0.stand == .down }.map(\.name)
        if let peer = nodes.first(where: { $0 != local }) {
            lost[peer] = (facts.peer?.view?.told.lost ?? []).filter(things.contains)
        }
        // Which end of a cable is broken nobody knows.
        for node in nodes { lost[node, default: []] += media.filter { lost[node]?.contains($0) != true } }
    }
}

/// Why some words are no event of the pair.
package struct PairEventError: Error, Hashable, CustomStringConvertible {
    /// One sentence without a full stop, with what could have been meant.
    package var description: String

    init(_ description: String) { self.description = description }
}

extension PairEvent {
    /// With which an event begins.
    package enum Verb: String, CaseIterable, Sendable {
        case lose
        case giveBack = "return"
        case power
        case kill
        case stop
        case boot
        case standby
        case takeover
        case move
        case maintenance
        case fail

        /// How it is written.
        package var forms: [String] {
            switch self {
            case .lose: ["lose THING@NODE", "lose all"]
            case .giveBack: ["return THING@NODE", "return all", "return NODE"]
            case .power, .kill, .boot: ["\(rawValue) NODE"]
            case .stop: ["stop [NODE]"]
            case .standby, .takeover: ["\(rawValue) [all|local|foreign][@NODE]"]
            case .move: ["move GROUP[@NODE]"]
            case .maintenance: ["maintenance on|off [@NODE]"]
            case .fail: ["fail RESOURCE@NODE"]
            }
        }

        fileprivate var usage: String { "write: \(forms.joined(separator: ", or "))" }
    }

    /// With which it is written.
    private var verb: Verb {
        switch parts.kind {
        case .lose, .loseMedia: .lose
        case .regain, .regainMedia: .giveBack
        case .power: .power
        case .kill: .kill
        case .stop: .stop
        case .boot: .boot
        case .standby: .standby
        case .takeover: .takeover
        case .move: .move
        case .maintenance: .maintenance
        case .fail: .fail
        }
    }

    /// As `parse` reads it.
    package var text: String {
        let place = (parts.what.map { "\($0)@" } ?? "") + (parts.node?.text ?? "all")
        return "\(verb.rawValue) \(place)"
    }

    /// Reads any number of events, one after the other. Words may be separate or joined by blanks: each verb begins an event.
    /// `return NODE` is a boot, or the return of everything that is lost there.
    package static func parse(_ words: [String], _ names: PairNames) throws(PairEventError) -> [PairEvent] {
        var sentences: [(verb: Verb, words: [String])] = []
        for word in words.flatMap({ $0.split(separator: " ").map(String.init) }) {
            if let verb = Verb(rawValue: word) {
                sentences.append((verb, []))
            } else if sentences.isEmpty {
                let verbs = Verb.allCases.map(\.rawValue).joined(separator: ", ")
                throw PairEventError("\(word) is no event; an event begins with one of \(verbs)")
            } else if word.hasPrefix("@"), let last = sentences[sentences.count - 1].words.last {
                sentences[sentences.count - 1].words[sentences[sentences.count - 1].words.count - 1] = last + word
            } else {
                sentences[sentences.count - 1].words.append(word)
            }
        }
        guard !sentences.isEmpty else {
            throw PairEventError("no event; write for example: power \(names.nodes.first ?? names.local)")
        }
        var events: [PairEvent] = []
        for (verb, words) in sentences { events += try names.events(verb, words) }
        return events
    }
}

extension PairNames {
    fileprivate func events(_ verb: PairEvent.Verb, _ words: [String]) throws(PairEventError) -> [PairEvent] {
        let isShort = verb == .stop || verb == .standby || verb == .takeover
        guard words.count == 1 || words.isEmpty && isShort else { throw PairEventError(verb.usage) }
        switch verb {
        case .lose: return try loss(words[0])
        case .giveBack: return try returned(words[0])
        case .power: return [.power(try node(words[0]))]
        case .kill: return [.kill(try node(words[0]))]
        case .boot: return [.boot(try node(words[0]))]
        case .stop: return [.stop(try words.first.map { word throws(PairEventError) in try node(word) } ?? local)]
        case .standby:
            let (set, node) = try order(words.first)
            return [.standby(set, on: node)]
        case .takeover:
            let (set, node) = try order(words.first)
            return [.takeover(set, on: node)]
        case .move: return [try move(words[0])]
        case .maintenance: return [try maintenance(words[0])]
        case .fail:
            let (word, node) = try place(words[0], verb)
            try check(word, isAmong: resources, "no resource")
            return [.fail(word, at: node)]
        }
    }

    private func loss(_ word: String) throws(PairEventError) -> [PairEvent] {
        if word == "all" { return [.loseMedia] }
        let (thing, node) = try place(word, .lose)
        try check(thing, isAmong: things, "nothing named")
        return [.lose(thing, at: node)]
    }

    private func returned(_ word: String) throws(PairEventError) -> [PairEvent] {
        if word == "all" { return [.regainMedia] }
        let name = NodeName(word)
        guard nodes.contains(name) else {
            let (thing, node) = try place(word, .giveBack)
            try check(thing, isAmong: things, "nothing named")
            return [.regain(thing, at: node)]
        }
        if gone.contains(name) { return [.boot(name)] }
        let things = lost[name] ?? []
        guard !things.isEmpty else { throw PairEventError("\(name) runs, and nothing is lost there that could return") }
        return things.map { .regain($0, at: name) }
    }

    /// `all@gw-a`, `foreign`, `@gw-a` or nothing.
    private func order(_ word: String?) throws(PairEventError) -> (HoldSet, NodeName) {
        guard let word else { return (.all, local) }
        let parts = word.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].isEmpty ? "all" : String(parts[0])
        guard let set = HoldSet(word: name), !set.isEmpty else {
            throw PairEventError("\(name) is none of all, local, foreign")
        }
        return (set, parts.count == 2 ? try node(String(parts[1])) : local)
    }

    /// `10.0.0.1/24@gw-a`; a group is called by its first resource.
    private func move(_ word: String) throws(PairEventError) -> PairEvent {
        let at = word.lastIndex(of: "@")
        let key = at.map { String(word[..<$0]) } ?? word
        try check(key, isAmong: groups, "no group")
        guard let at else { return .move(key, on: local) }
        return .move(key, on: try node(String(word[word.index(after: at)...])))
    }

    private func maintenance(_ word: String) throws(PairEventError) -> PairEvent {
        let parts = word.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == "on" || parts[0] == "off" else {
            throw PairEventError(PairEvent.Verb.maintenance.usage)
        }
        return .maintenance(parts[0] == "on", on: parts.count == 2 ? try node(String(parts[1])) : local)
    }

    private func place(_ word: String, _ verb: PairEvent.Verb) throws(PairEventError) -> (String, NodeName) {
        guard let at = word.lastIndex(of: "@"), at > word.startIndex else {
            let all = nodes.map { "\(word)@\($0)" }.joined(separator: " or ")
            throw PairEventError("\(verb.rawValue) \(word): at which node? Write \(all)")
        }
        return (String(word[..<at]), try node(String(word[word.index(after: at)...])))
    }

    private func node(_ word: String) throws(PairEventError) -> NodeName {
        let name = NodeName(word)
        guard nodes.contains(name) else {
            throw PairEventError("there is no node \(word); there are \(nodes.map(\.text).joined(separator: ", "))")
        }
        return name
    }

    private func check(_ word: String, isAmong all: [String], _ what: String) throws(PairEventError) {
        guard !all.contains(word) else { return }
        let list = all.isEmpty ? "there are none" : "there are \(all.joined(separator: ", "))"
        throw PairEventError("there is \(what) \(word); \(list)")
    }
}
