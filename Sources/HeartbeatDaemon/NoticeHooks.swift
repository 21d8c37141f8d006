// What an owner has put into notify.d: programs that tell people when a group has moved, or when both nodes claim one. They run one at a
// time beside everything else; nothing waits for them, and what they do decides nothing.

import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// Something that people are told.
struct Notice {
    /// Each of them is in the environment, empty where there is nothing to say.
    static let names = [
        "HA_EVENT", "HA_NODE", "HA_PEER", "HA_GROUP", "HA_FROM", "HA_TO", "HA_CAUSE", "HA_OUTCOME", "HA_LATENCY_MS",
        "HA_NUMBER", "HA_TEXT",
    ]

    /// As `HA_EVENT` of the journal.
    var event: String
    private var values: [String: String]

    /// A movement that is over, and its number in the history.
    init(_ movement: Chronicle.Movement, number: UInt64?) {
        let timeline = movement.timeline
        event =
            switch timeline.outcome {
            case .running: FactEvent.groupRunning.rawValue
            case .released: FactEvent.groupReleased.rawValue
            case .failed: FactEvent.startFailed.rawValue
            case .stuck: FactEvent.stopFailed.rawValue
            }
        values = [
            "HA_GROUP": timeline.group, "HA_FROM": movement.from?.text ?? "", "HA_TO": movement.to?.text ?? "",
            "HA_CAUSE": timeline.origin.word, "HA_OUTCOME": timeline.outcome.rawValue,
            "HA_LATENCY_MS": "\((timeline.end - timeline.zero).milliseconds)",
            "HA_NUMBER": number.map { "\($0)" } ?? "", "HA_TEXT": timeline.text,
        ]
    }

    /// A line of the log that people should hear of; `nil` for most.
    init?(_ fact: Fact) {
        guard Self.told.contains(fact.event) else { return nil }
        event = fact.event
        values = ["HA_TEXT": fact.text]
        for field in fact.fields { values[field.name.rawValue] = field.value }
    }

    /// Beside movements, which tell of starts and stops themselves.
    private static let told: Set = [FactEvent.bothHold.rawValue]

    /// What it adds to a program's environment.
    func environment(node: NodeName, peer: NodeName?) -> [(String, String)] {
        var all = values
        (all["HA_EVENT"], all["HA_NODE"], all["HA_PEER"]) = (event, node.text, peer?.text ?? "")
        let others = all.keys.filter { !Self.names.contains($0) }.sorted()
        return (Self.names + others).map { ($0, all[$0] ?? "") }
    }
}

/// So many notices in a minute and no more.
struct NoticeAllowance {
    static let most = 20
    private static let window = Duration.seconds(60)

    private var told: [Instant] = []
    /// Left out since the last one that was not.
    private(set) var leftOut = 0

    /// Whether one may be told now.
    mutating func take(at now: Instant) -> Bool {
        told.removeAll { now - $0 >= Self.window }
        guard told.count < Self.most else {
            leftOut += 1
            return false
        }
        told.append(now)
        leftOut = 0
        return true
    }
}

/// Runs the programs of `<configuration>/notify.d` in the order of their names, each with the event as its one word.
final class NoticeHooks {
    private static let timeout = Duration.seconds(30)

    private var configuration: Configuration
    private let localNode: NodeName
    private let paths: DaemonPaths
    private let log: LogOutput
    private let facts: FactTeller
    private let reactor: Reactor
    private let queue: HookQueue
    private var programs: [String] = []
    private var allowance = NoticeAllowance()
    private var isClosed = false

    init(
        _ configuration: Configuration, localNode: NodeName, paths: DaemonPaths, log: LogOutput, facts: FactTeller,
        reactor: Reactor
    ) {
        self.configuration = configuration
        self.localNode = localNode
        self.paths = paths
        self.log = log
        self.facts = facts
        self.reactor = reactor
        queue = HookQueue(loop: reactor.eventLoop)
        queue.onStart = { [log] call in log.write(.info, "Running \(call.script) \(call.arguments[0])") }
        queue.onLine = { [log] call, text in
            log.writeScriptLine(tag: "\(call.script.split(separator: "/").last ?? "")(notify.d)", text: text)
        }
        queue.onFailure = { [facts] _, text in facts.tell(.hookFailed, text) }
        findPrograms()
    }

    /// The new files may have come with new programs.
    func adopt(_ new: Configuration) {
        configuration = new
        findPrograms()
    }

    var isIdle: Bool { queue.isIdle }

    func childMayHaveExited() { queue.childMayHaveExited() }

    /// The node ends: what has begun may end, nothing begins.
    func close() { isClosed = true }

    // MARK: - Which programs

    private func findPrograms() {
        programs = []
        for name in Directories.names(in: paths.noticePrograms).sorted() where !name.hasPrefix(".") {
            let path = "\(paths.noticePrograms)/\(name)"
            guard !ShippedFiles.isDirectory(path) else { continue }
            if let reason = Self.refusal(ofName: name) ?? refusal(of: path) {
                facts.tell(.hookFailed, "\(path) is not run: \(reason)")
            } else {
                programs.append(path)
            }
        }
    }

    /// What editors and package managers leave beside a program has other letters in its name (run-parts(8)).
    static func refusal(ofName name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        return isPlain ? nil : "its name may have letters, digits, _ and - only"
    }

    /// Stricter than for resource scripts, which have lived with groups for long.
    private func refusal(of path: String) -> String? {
        if let doubt = TrustedPath.doubts(about: path).first { return "\(doubt)" }
        return access(path, X_OK) == 0 ? nil : "it is not executable; chmod +x \(path)"
    }

    // MARK: - Running them

    /// Never waits. `peerIsAbsent` as resource scripts are told.
    func tell(_ notice: Notice, peerIsAbsent: Bool) {
        guard !programs.isEmpty, !isClosed else { return }
        guard allowance.take(at: reactor.now) else {
            if allowance.leftOut == 1 {
                facts.tell(
                    .hookFailed,
                    "\(paths.noticePrograms) is not told of \(notice.event) and what follows: it has been told "
                        + "\(NoticeAllowance.most) times within a minute")
            }
            return
        }
        let peer = configuration.peer(of: localNode)
        let own = notice.environment(node: localNode, peer: peer).filter { !$0.1.utf8.contains(0) }
        let names = Set(own.map(\.0))
        let common = scriptEnvironment(
            configuration, host: localNode, paths: paths.scripts, context: ActionContext(peerIsAbsent: peerIsAbsent))
        for path in programs { run(path, notice.event, common.filter { !names.contains($0.0) } + own) }
    }

    private func run(_ path: String, _ event: String, _ environment: [(String, String)]) {
        // Somebody may have changed it since it was found.
        if let reason = refusal(of: path) { return facts.tell(.hookFailed, "\(path) is not run: \(reason)") }
        queue.add(
            HookQueue.Call(
                title: path, executable: path, script: path, arguments: [event], environment: environment,
                timeout: Self.timeout, timeoutName: "\(Self.timeout.components.seconds) s"))
    }
}
