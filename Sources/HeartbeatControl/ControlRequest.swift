// What the command-line tools ask the daemon, and its text form: one line of words. Reading it is total: whatever a
// client sends becomes a request or nil, never a trap.

import HeartbeatModel

/// A request from a command-line tool.
package enum ControlRequest: Hashable, Sendable {
    /// Something to be told; `inProse` (`-m`) asks for sentences instead of words.
    case question(ClusterQuestion, inProse: Bool)
    /// Something to be done; only root may ask for it.
    case operation(OperatorRequest)
    /// The node is to be out of service, or in service again (`nil`); only root may ask for it. The daemon notes since when.
    case maintenance(Maintenance?)
    /// The daemon is to become the program that is installed now; only root may ask for it. Answered only when nothing comes of it; the
    /// parameter `hbupgraded` of the new program begins with this word.
    case upgrade(String)

    /// Only root may ask for it.
    package var isOrder: Bool {
        switch self {
        case .question: false
        case .operation, .maintenance, .upgrade: true
        }
    }
}

/// What `cl_status` and `hbctl` can ask. Names and meaning are the original's, except `groups`, `network`, `files`, `timeline`,
/// `snapshot` and `facts`.
package enum ClusterQuestion: Hashable, Sendable {
    /// Whether the daemon answers; `verbose` adds the verbose list of nodes.
    case hbstatus(verbose: Bool)
    case listNodes(NodeFilter, verbose: Bool)
    case nodeStatus(NodeName)
    case nodeType(NodeName)
    case nodeWeight(NodeName)
    case nodeSite(NodeName)
    case listLinks(NodeName, verbose: Bool)
    case linkStatus(NodeName, MediumName)
    case clientStatus(NodeName, client: String)
    case resourceStatus
    /// A directive of ha.cf by name.
    case parameter(String)
    /// Each resource group and what the local node does with it.
    case groups
    /// Links and paths (not in the original).
    case network
    /// Files that must be the same on both nodes (not in the original).
    case files
    /// Lines to the internet and who uses which (not in the original).
    case lines
    /// Where the time of each group's last movement went (not in the original).
    case timeline
    /// Everything, one fact a line, for programs.
    case snapshot
    /// `NodeFacts` as lines, in a format of this major number. `isFresh`: after the other node was asked for its view.
    case facts(format: Int, isFresh: Bool = false)
}

/// Which nodes are listed.
package enum NodeFilter: String, Hashable, Sendable, CaseIterable {
    case all
    /// Cluster nodes.
    case normal
    case ping
}

extension ControlRequest {
    /// The most bytes a request line may have, its end not counted.
    package static let longestLine = 1024

    /// One line of words separated by blanks, without its end. Bytes that could be taken for structure are written `%XX`.
    package var line: String {
        words.map(WordText.encode).joined(separator: " ")
    }

    private var words: [String] {
        switch self {
        case .question(let question, let inProse): [inProse ? "prose" : "plain"] + question.words
        case .operation(.standby(let set)): ["do", "standby", set.description]
        case .operation(.takeover(let set)): ["do", "takeover", set.description]
        case .operation(.move(let key)): ["do", "move", key]
        case .operation(.shutdown): ["do", "shutdown"]
        case .upgrade(let token): ["do", "upgrade", token]
        case .maintenance(nil): ["do", "maintenance", "off"]
        case .maintenance(let order?):
            ["do", "maintenance", "on", order.reason] + (order.until.map { ["\($0)"] } ?? [])
        }
    }

    /// Reads a line without its end; `nil` for anything that is not a request.
    package init?(line: String) {
        guard line.utf8.count <= ControlRequest.longestLine else { return nil }
        let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(WordText.decode)
        let words = parts.compactMap(\.self)
        guard words.count == parts.count, let first = words.first else { return nil }
        let rest = Array(words.dropFirst())
        switch first {
        case "plain", "prose":
            guard let question = ClusterQuestion(words: rest) else { return nil }
            self = .question(question, inProse: first == "prose")
        case "do" where rest.first == "maintenance":
            guard let order = Self.maintenanceOrder(Array(rest.dropFirst())) else { return nil }
            self = .maintenance(order)
        case "do" where rest.first == "upgrade":
            guard rest.count == 2, !rest[1].isEmpty else { return nil }
            self = .upgrade(rest[1])
        case "do":
            guard let operation = OperatorRequest(words: rest) else { return nil }
            self = .operation(operation)
        default:
            return nil
        }
    }

    /// `on REASON [UNTIL]` or `off`; `nil` for anything else.
    private static func maintenanceOrder(_ words: [String]) -> Maintenance?? {
        switch (words.first, words.count) {
        case ("off", 1): return .some(nil)
        case ("on", 2): return Maintenance(reason: words[1]).map(Optional.some)
        case ("on", 3):
            guard let until = UInt64(words[2]), "\(until)" == words[2] else { return nil }
            return Maintenance(reason: words[1], until: until).map(Optional.some)
        default: return nil
        }
    }
}

extension ClusterQuestion {
    fileprivate var words: [String] {
        switch self {
        case .hbstatus(let verbose): ["hbstatus", Detail(verbose).rawValue]
        case .listNodes(let filter, let verbose): ["listnodes", filter.rawValue, Detail(verbose).rawValue]
        case .nodeStatus(let node): ["nodestatus", node.text]
        case .nodeType(let node): ["nodetype", node.text]
        case .nodeWeight(let node): ["nodeweight", node.text]
        case .nodeSite(let node): ["nodesite", node.text]
        case .listLinks(let node, let verbose): ["listhblinks", node.text, Detail(verbose).rawValue]
        case .linkStatus(let node, let medium): ["hblinkstatus", node.text, medium.text]
        case .clientStatus(let node, let client): ["clientstatus", node.text, client]
        case .resourceStatus: ["rscstatus"]
        case .parameter(let name): ["hbparameter", name]
        case .groups: ["groups"]
        case .network: ["network"]
        case .lines: ["lines"]
        case .files: ["files"]
        case .timeline: ["timeline"]
        case .snapshot: ["snapshot"]
        case .facts(let format, let isFresh): ["facts", "\(format)"] + (isFresh ? ["fresh"] : [])
        }
    }

    fileprivate init?(words: [String]) {
        switch words.count {
        case 1: self.init(words[0])
        case 2: self.init(words[0], words[1])
        case 3: self.init(words[0], words[1], words[2])
        default: return nil
        }
    }

    private init?(_ name: String) {
        switch name {
        case "rscstatus": self = .resourceStatus
        case "groups": self = .groups
        case "network": self = .network
        case "lines": self = .lines
        case "files": self = .files
        case "timeline": self = .timeline
        case "snapshot": self = .snapshot
        default: return nil
        }
    }

    private init?(_ name: String, _ word: String) {
        switch name {
        case "hbstatus":
            guard let detail = Detail(rawValue: word) else { return nil }
            self = .hbstatus(verbose: detail == .verbose)
        case "nodestatus": self = .nodeStatus(NodeName(word))
        case "nodetype": self = .nodeType(NodeName(word))
        case "nodeweight": self = .nodeWeight(NodeName(word))
        case "nodesite": self = .nodeSite(NodeName(word))
        case "hbparameter": self = .parameter(word)
        case "facts":
            guard let format = Self.format(word) else { return nil }
            self = .facts(format: format)
        default: return nil
        }
    }

    private init?(_ name: String, _ first: String, _ second: String) {
        switch name {
        case "listnodes":
            guard let filter = NodeFilter(rawValue: first), let detail = Detail(rawValue: second) else { return nil }
            self = .listNodes(filter, verbose: detail == .verbose)
        case "listhblinks":
            guard let detail = Detail(rawValue: second) else { return nil }
            self = .listLinks(NodeName(first), verbose: detail == .verbose)
        case "hblinkstatus": self = .linkStatus(NodeName(first), MediumName(second))
        case "clientstatus": self = .clientStatus(NodeName(first), client: second)
        case "facts":
            guard let format = Self.format(first), second == "fresh" else { return nil }
            self = .facts(format: format, isFresh: true)
        default: return nil
        }
    }

    private static func format(_ word: String) -> Int? {
        Int(word).flatMap { "\($0)" == word ? $0 : nil }
    }

    /// How verbosity is said in a request line.
    private enum Detail: String {
        case brief
        case verbose

        init(_ isVerbose: Bool) {
            self = isVerbose ? .verbose : .brief
        }
    }
}

extension OperatorRequest {
    fileprivate init?(words: [String]) {
        switch (words.first, words.count) {
        case ("standby", 2), ("takeover", 2):
            guard let set = HoldSet(word: words[1]), !set.isEmpty else { return nil }
            self = words[0] == "standby" ? .standby(set) : .takeover(set)
        case ("move", 2) where !words[1].isEmpty: self = .move(words[1])
        case ("shutdown", 1): self = .shutdown
        default: return nil
        }
    }
}
