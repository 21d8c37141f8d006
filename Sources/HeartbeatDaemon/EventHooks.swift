// What an owner has put into rc.d: a script that is named like a type of message is run for each such message, as heartbeat
// 3 does it. Nothing waits for these scripts, and what they do decides nothing.

import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem
import HeartbeatWire

/// Runs the scripts of `<configuration>/rc.d`, one at a time, in the order of the events.
///
/// A script is called through `<configuration>/harc` with the message's type as its one word, or by itself with the same
/// word if there is no harc. What Debian's package has left there is not run: the daemon does the same itself. It finds the
/// message's texts as `HA_<field>` in its environment (observed).
final class EventHooks {
    /// Types that the daemon answers itself. The original runs no script for the first four either (observed); a script that
    /// it has left for the others would give a second and different answer.
    static let answeredHere: Set = [
        "ask_resources", "starting", "resource", "shutdone", "ip-request", "ip-request-resp",
    ]

    private var configuration: Configuration
    private let localNode: NodeName
    private let paths: DaemonPaths
    private let scripts: ScriptPaths
    private let leftovers = PackageLeftovers.ofThisMachine
    private let log: LogOutput
    private let facts: FactTeller
    private let queue: HookQueue
    private var types: Set<String> = []

    init(
        _ configuration: Configuration, localNode: NodeName, paths: DaemonPaths, log: LogOutput, facts: FactTeller,
        reactor: Reactor
    ) {
        self.configuration = configuration
        self.localNode = localNode
        self.paths = paths
        scripts = paths.scripts
        self.log = log
        self.facts = facts
        queue = HookQueue(loop: reactor.eventLoop)
        listen()
        findScripts()
    }

    /// The new files may have come with new scripts.
    func adopt(_ new: Configuration) {
        configuration = new
        findScripts()
    }

    var isIdle: Bool { queue.isIdle }

    func childMayHaveExited() {
        queue.childMayHaveExited()
    }

    private func findScripts() {
        types = Set(Directories.names(in: paths.eventScripts).filter(isScript))
        for type in types.intersection(Self.answeredHere).sorted() {
            log.write(.info, "\(paths.eventScripts)/\(type) is not run: the daemon answers these messages itself")
        }
        types.subtract(Self.answeredHere)
    }

    private func isScript(_ name: String) -> Bool {
        let path = "\(paths.eventScripts)/\(name)"
        return !ShippedFiles.isDirectory(path) && access(path, X_OK) == 0
            && !leftovers.contains(path, named: "rc.d/\(name)")
    }

    // MARK: - Events

    /// Runs the script for an event, if there is one, when those before it have ended. `peerIsAbsent` and `ownStatus` are how
    /// the node finds things now.
    func run(_ hook: Hook, peerIsAbsent: Bool, ownStatus: NodeStatus) {
        guard !types.isEmpty else { return }
        let context = ActionContext(peerIsAbsent: peerIsAbsent, ownStatus: ownStatus)
        switch hook {
        case .message(let message), .status(_, _, let message?):
            let texts = Self.texts(message.wireFields)
            guard let type = texts.first(where: { $0.0 == "HA_t" })?.1 else { return }
            append(type, texts, context)
        case .status(let status, let node, nil): append("status", texts(status, of: node), context)
        case .fencing(let node, let isNeeded):
            // The original tells after each death how fencing went, and tells itself, too.
            let texts = [
                ("HA_t", "stonith"), ("HA_src", localNode.text), ("HA_node", node.text),
                ("HA_result", isNeeded ? "n_stnth" : "unneeded"),
            ]
            append("stonith", texts, context)
        }
    }

    /// Of a status that nobody has sent.
    private func texts(_ status: NodeStatus, of node: NodeName) -> [(String, String)] {
        let texts = [
            ("HA_t", "status"), ("HA_src", node.text), ("HA_st", status.rawValue),
            ("HA_ts", String(WallClock.unixTime, radix: 16)),
        ]
        return configuration.nodes.contains(node) ? texts : texts + [("HA_info", "ping")]
    }

    private static func texts(_ fields: [Message.Field]) -> [(String, String)] {
        fields.compactMap { field in
            guard case .string(let text) = field.value, !text.utf8.contains(0), !field.name.utf8.contains(0),
                !field.name.contains("=")
            else { return nil }
            return ("HA_\(field.name)", text)
        }
    }

    // MARK: - Running

    private func append(_ type: String, _ texts: [(String, String)], _ context: ActionContext) {
        guard types.contains(type) else { return }
        var environment = scriptEnvironment(
            configuration, host: localNode, paths: scripts, context: context)
        // What a message says cannot change what the node says of itself.
        let names = Set(environment.map(\.0))
        environment += texts.filter { !names.contains($0.0) }
        let harc = "\(paths.configuration)/harc"
        let isHarcUsed = access(harc, X_OK) == 0 && !leftovers.contains(harc, named: "harc")
        let script = "\(paths.eventScripts)/\(type)"
        queue.add(
            HookQueue.Call(
                title: script, executable: isHarcUsed ? harc : script, script: script, arguments: [type],
                environment: environment,
                directory: StateDirectory(paths.state).workingDirectory, timeout: configuration.actionTimeouts.start,
                timeoutName: "start_timeout"))
    }

    private func listen() {
        queue.onStart = { [log] call in log.write(.info, "Running \(call.script) \(call.arguments[0])") }
        queue.onLine = { [log] call, text in log.writeScriptLine(tag: "\(call.arguments[0])(rc.d)", text: text) }
        queue.onFailure = { [facts] _, text in facts.tell(.hookFailed, text) }
    }
}
