// A pair in its two lives: one with our own decisions in virtual time, and one with Pacemaker's, as crm_simulate plays them. What becomes
// of its groups is told by both in the same words.

import Foundation
import HeartbeatModel
import HeartbeatSimulator
import Testing

/// What befalls a pair.
enum Blow {
    case boot([String])
    case death(String)
    /// What is looked at every 20 s is found not to run.
    case failure(of: String, on: String)
}

/// What becomes of a group: what is started of it, in this order, and where all of it runs then.
struct Course: Equatable {
    var starts: [String]
    var nodes: [String]
}

/// With our decisions. Only what Pacemaker has an agent for is told.
final class OurSide {
    private let pair: PlayedPair
    /// By words of haresources.
    private let agents: [String: String]
    private var starts: [(key: String, text: String)] = []

    init(_ configuration: Configuration, _ agents: [String: String]) {
        pair = PlayedPair(configuration, PlayedPair.Setting())
        self.agents = agents
        pair.watch { [weak self] host, sight in
            if case .ended(let action, .exited(0, _)) = sight, action.verb == .start { self?.note(action, host) }
        }
    }

    private func note(_ action: ResourceAction, _ host: Int) {
        for agent in action.step.resources.compactMap({ agents[$0.word] }) {
            starts.append((action.groupKey, "\(agent) on \(pair.configuration.nodes[host])"))
        }
    }

    func courses(after blow: Blow) throws -> [Course] {
        starts = []
        switch blow {
        case .boot(let nodes): for node in nodes { pair.befall(.boot(NodeName(node))) }
        case .death(let node): pair.befall(.power(NodeName(node)))
        case .failure(let agent, let node):
            let word = try #require(agents.first { $0.value == agent }?.key)
            pair.befall(.fail(word, at: NodeName(node)))
        }
        let end = pair.now + .seconds(120)
        while pair.step(until: end) {}
        try #require(pair.isAtRest && pair.objection == nil, "\(pair.objection ?? "it does not come to rest")")
        return pair.configuration.groups.enumerated().compactMap { index, group in
            guard group.resources.contains(where: { agents[$0.word] != nil }) else { return nil }
            let nodes = pair.configuration.nodes.enumerated().filter { pair.serves($0.offset, index) }
            return Course(
                starts: starts.filter { $0.key == group.key }.map(\.text), nodes: nodes.map { $0.element.text })
        }
    }
}

/// With Pacemaker's. The cluster is a file that crm_simulate goes on with.
final class PacemakerSide {
    private let file: String
    /// Of the CIB as it was at first.
    private let groups: [[(id: String, agent: String)]]

    init(_ cib: String) throws {
        file = NSTemporaryDirectory() + "cib-\(UUID().uuidString).xml"
        groups = cib.matches(of: #/<group id=.*?</group>/#.dotMatchesNewlines()).map { Self.primitives(of: $0.output) }
        try cib.write(toFile: file, atomically: false, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: file) }

    static func primitives(of text: Substring) -> [(id: String, agent: String)] {
        let primitive =
            #/<primitive id="([^"]*)" class="([^"]*)"(?: provider="([^"]*)")? type="([^"]*)">(.*?)</primitive>/#
        return text.matches(of: primitive.dotMatchesNewlines()).map { match in
            let (_, id, kind, provider, type, rest) = match.output
            let name = [kind, provider, type].compactMap { $0.map(String.init) }.joined(separator: ":")
            let parameters = rest.matches(of: #/ name="([^"]*)" value="([^"]*)"/#).map {
                "\($0.output.1)=\($0.output.2)"
            }
            return (String(id), ([name] + parameters).joined(separator: " "))
        }
    }

    func courses(after blow: Blow) throws -> [Course] {
        let words: [String]
        switch blow {
        case .boot(let nodes):
            for node in nodes { try forget(node) }
            words = nodes.flatMap { ["--node-up", $0] }
        case .death(let node): words = ["--node-fail", node]
        case .failure(let agent, let node):
            let id = try #require(groups.joined().first { $0.agent == agent }?.id)
            words = ["--op-inject", "\(id)_monitor_20000@\(node)=7"]
        }
        let result = try PacemakerPrograms.run(
            "crm_simulate", ["--in-place", "--quorum=true", "--xml-file", file] + words)
        try #require(result.code == 0, "\(result.output)")
        let transition = PacemakerPrograms.Transition(result.output)
        return groups.map { group in
            let starts = transition.starts.compactMap { start in
                group.first { $0.id == start.id }.map { "\($0.agent) on \(start.node)" }
            }
            return Course(starts: starts, nodes: Set(group.map { transition.running[$0.id] ?? "nowhere" }).sorted())
        }
    }

    /// A cluster forgets what ran on a node that boots. crm_simulate does not, and would take it for running still.
    private func forget(_ node: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let history = try Regex("<lrm id=\"\(node)\">.*?</lrm>").dotMatchesNewlines()
        try text.replacing(history, with: "").write(toFile: file, atomically: false, encoding: .utf8)
    }
}
