// Does what the core orders of resources: runs their scripts, and has addresses brought up by the kernel. Answers always
// come later, never from within the order.

import HeartbeatAddresses
import HeartbeatCheck
import HeartbeatCore
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts

/// Executes resource actions.
final class ActionExecutor {
    /// Gets exactly one answer for every `perform`.
    var onFinished: (ActionID, ActionResult) -> Void = { _, _ in }
    /// Somebody else has removed an address that was started here; the group and the word it was started for.
    var onLost: (_ groupKey: String, _ word: String) -> Void = { _, _ in }

    /// Addresses of a group have been announced, for the first time since they were brought up or since that was ordered.
    var onAnnounced: (_ groupKey: String, FirstAnnouncement) -> Void = { _, _ in }

    /// Soon after that: when the last of their neighbours agreed, `nil` if not all do.
    var onNeighbours: (_ groupKey: String, Instant?) -> Void = { _, _ in }

    /// Whether this node's kernel answers for no service address just now.
    var isSilenced: () -> Bool {
        get { addresses.isSilenced }
        set { addresses.isSilenced = newValue }
    }

    /// A node sends from a few addresses, one an interface; somebody who forges senders may not fill the memory.
    private static let mostPeerAddresses = 64

    private var configuration: Configuration
    private let localNode: NodeName
    private let scripts: ResourceScripts
    private let directory: String
    private let scriptNotes: String
    private let log: LogOutput
    private let reactor: Reactor
    private let runner: ScriptRunner
    private let addresses: ServiceAddresses
    /// From which addresses the other node was heard.
    private var peers: Set<IPAddress> = []
    /// For what each address was started.
    private var started: [IPAddress: (groupKey: String, word: String)] = [:]
    /// Which of them neighbours send here.
    private(set) var confirmed = ConfirmedAddresses()

    init(_ configuration: Configuration, localNode: NodeName, paths: DaemonPaths, log: LogOutput, reactor: Reactor) {
        self.configuration = configuration
        self.localNode = localNode
        self.log = log
        self.reactor = reactor
        scripts = ResourceScripts(paths: paths.scripts)
        directory = StateDirectory(paths.state).workingDirectory
        scriptNotes = paths.scriptNotes
        runner = ScriptRunner(loop: reactor.eventLoop, journal: paths.scriptJournal)
        addresses = ServiceAddresses(reactor: reactor)
        addresses.onProblem = { [log] in log.write(.warning, $0) }
        addresses.onLost = { [weak self] address in
            guard let self, let lost = started[address.ip] else { return }
            confirmed.forget([address.ip])
            onLost(lost.groupKey, lost.word)
        }
        addresses.neighbourRules = NeighbourRules(configuration, heard: peers)
        addresses.onNeighbours = { [weak self] in self?.tell($1, of: $0) }
        addresses.onAnnounced = { [weak self] announcement in
            guard let self else { return }
            let group = announcement.addresses.lazy.compactMap { self.started[$0]?.groupKey }.first
            guard let group else { return }
            onAnnounced(group, announcement)
            guard announcement.end != nil else { return }
            let text = Self.announcementText(announcement.addresses)
            self.log.logger.tell(.addressesAnnounced, text, [Fact.Field(.group, group)])
        }
    }

    /// Which addresses were started for what, and where the other node was heard, for the program after this one.
    var kept: KeptAddresses {
        KeptAddresses(
            started: started.map { KeptAddresses.Started(ip: $0, group: $1.groupKey, word: $1.word) },
            peers: Array(peers))
    }

    /// Looks after them from now on.
    func resume(_ kept: KeptAddresses) {
        for address in kept.started { started[address.ip] = (address.group, address.word) }
        addresses.resume(
            configuration.groups.flatMap(\.resources).filter { $0.address.map { started[$0.ip] != nil } ?? false })
        kept.peers.forEach(peerHasSent)
    }

    /// Ends watching and announcing the addresses; they stay as they are.
    func close() {
        addresses.close()
    }

    /// No script runs, nor what is left of one.
    var isIdle: Bool { runner.count == 0 }

    func childMayHaveExited() {
        runner.childMayHaveExited()
    }

    /// What is run from now on has the environment of the new files.
    func adopt(_ new: Configuration) {
        configuration = new
        addresses.neighbourRules = NeighbourRules(new, heard: peers)
    }

    /// The other node has this address: it is no neighbour that could be asked what it believes.
    func peerHasSent(from address: IPAddress) {
        guard peers.count < Self.mostPeerAddresses, peers.insert(address).inserted else { return }
        addresses.neighbourRules.peers.insert(address)
    }

    func perform(_ action: ResourceAction, _ id: ActionID) {
        guard !action.step.isAddresses else { return performOnAddresses(action, id) }
        let resource = action.step.resources[0]
        let arguments = ResourceScripts.arguments(for: resource, verb: action.verb)
        switch scripts.trusted(resource.scriptName) {
        case .failure(let failure):
            reactor.after(.zero) { [weak self] in self?.onFinished(id, .notRun(reason: "\(failure)")) }
        case .success(let path):
            run(path, arguments, action, id)
        }
    }

    private func run(_ path: String, _ arguments: [String], _ action: ResourceAction, _ id: ActionID) {
        // A status is asked before every start; only what changes something is worth a line.
        if action.verb != .status {
            log.write(
                .info, "Running \(path) \(arguments.joined(separator: " "))", fields: [("HA_GROUP", action.groupKey)])
            // A script that brings the machine down leaves word of what it was. To start it takes far longer than the lines.
            log.writeHeldBack()
        }
        var environment = scriptEnvironment(
            configuration, host: localNode, paths: scripts.paths,
            context: ActionContext(peerIsAbsent: action.peerIsAbsent, isRelease: action.verb == .stop))
        environment.append(("HA_RSCTMP", scriptNotes))
        let resource = action.step.resources[0]
        let tag = ScriptLogLine.tag(script: resource.scriptName, arguments: resource.arguments, pid: nil)
        runner.run(
            executable: path, arguments: arguments, environment: environment, directory: directory,
            timeout: action.timeout
        ) { [log] line in
            // The text of a status is its answer, not a message.
            if action.verb != .status || line.source != .standardOutput {
                log.writeScriptLine(tag: tag, text: line.text, fields: [("HA_GROUP", action.groupKey)])
            }
        } completion: { [weak self] result in
            self?.onFinished(id, result)
        }
    }

    // MARK: - Addresses

    private func tell(_ news: NeighbourNews, of announced: [IPAddress]) {
        guard let group = announced.lazy.compactMap({ self.started[$0]?.groupKey }).first else { return }
        if case .first(let agreed) = news { onNeighbours(group, agreed) }
        confirmed.hear(news, of: announced.filter { started[$0] != nil })
        guard let fact = Fact(news, of: announced, group: group, word: { self.started[$0]?.word }) else { return }
        log.logger.tell(fact)
    }

    private func performOnAddresses(_ action: ResourceAction, _ id: ActionID) {
        let resources = action.step.resources
        let fields = [("HA_GROUP", action.groupKey)]
        if action.verb != .status { log.write(.info, "Running \(Self.title(of: action))", fields: fields) }
        for resource in resources {
            guard let ip = resource.address?.ip else { continue }
            switch action.verb {
            case .start: started[ip] = (action.groupKey, resource.word)
            case .stop: started[ip] = nil
            case .status: break
            }
        }
        if action.verb != .status { confirmed.forget(resources.compactMap { $0.address?.ip }) }
        let result = addresses.perform(action.verb, resources)
        if case .exited(1, let output) = result {
            for line in output.split(separator: "\n") { log.write(.error, "\(line)", fields: fields) }
        }
        reactor.after(.zero) { [weak self] in self?.onFinished(id, result) }
    }

    /// One line for a whole batch: `IPaddr 10.0.0.1/24 start`, `IPaddr 10.0.0.1/24 and 99 more addresses start`.
    private static func title(of action: ResourceAction) -> String {
        let first = action.step.resources[0]
        let words = ([first.scriptName] + first.arguments).joined(separator: " ")
        return "\(words)\(rest(action.step.resources.count - 1)) \(action.verb.rawValue)"
    }

    /// `Sent Gratuitous Arp for 10.0.0.1 and 99 more addresses`.
    static func announcementText(_ addresses: [IPAddress]) -> String {
        let kinds = [("Gratuitous Arp", false), ("neighbour advertisements", true)]
        let parts = kinds.compactMap { kind, isIPv6 -> String? in
            let those = addresses.filter { $0.isIPv6 == isIPv6 }
            guard let first = those.first else { return nil }
            return "\(kind) for \(first)\(rest(those.count - 1))"
        }
        return "Sent " + parts.joined(separator: ", ")
    }

    /// What follows the first address of several.
    static func rest(_ count: Int) -> String {
        count == 0 ? "" : " and \(count) more address\(count == 1 ? "" : "es")"
    }

    /// Tells the network where the group's addresses are; what cannot be announced is logged and harms nothing else.
    func announce(_ group: ResourceGroup) {
        addresses.announce(group.resources)
    }
}

/// The addresses of a node, for the program after this one.
struct KeptAddresses: Codable {
    struct Started: Codable {
        var ip: IPAddress
        var group: String
        var word: String
    }

    var started: [Started]
    var peers: [IPAddress]
}
