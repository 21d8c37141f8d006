// The programs beside the daemon: those that connect to its socket, and those that it starts itself. It brings what the
// sessions decide to the socket and to the core, and nothing of it before the node is a member. Nobody there is ever
// waited for.

import Glibc
import HeartbeatCheck
import HeartbeatClients
import HeartbeatCore
import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatServers
import HeartbeatSystem
import HeartbeatWire

/// Clients and client programs of one running node.
final class ClientService {
    /// What the service needs of its node.
    struct Node {
        var snapshot: () -> ClusterSnapshot
        var feed: (Event) -> Void
    }

    private let node: Node
    private let localNode: NodeName
    private let paths: DaemonPaths
    private let facts: FactTeller
    private let reactor: Reactor
    private var configuration: Configuration
    private var sessions: ClientSessions
    private var server: ClientServer?
    private var ipfail: BuiltInIPFail?
    private var isOpen = false
    /// What the core wants to have handed on, until it has done everything else it wants done.
    private var backlog: [(message: Message, kind: MessageInterest)] = []
    private var isDelivering = false
    /// Bytes that clients may still send to the cluster.
    private var allowance: Allowance
    /// Messages that clients have sent to the cluster so far.
    private var sent = 0
    private(set) var interest: MessageInterest = []
    private lazy var programs = ClientProgramRunner(
        reactor: reactor, directory: StateDirectory(paths.state).workingDirectory
    ) { [unowned self] in happened($0) }

    init(
        _ configuration: Configuration, localNode: NodeName, paths: DaemonPaths, facts: FactTeller, reactor: Reactor,
        node: Node
    ) {
        self.configuration = configuration
        self.localNode = localNode
        self.paths = paths
        self.facts = facts
        self.reactor = reactor
        self.node = node
        sessions = ClientSessions(configuration.clientSettings(of: localNode))
        allowance = configuration.clientAllowance(now: reactor.now)
    }

    /// Names of those who are signed on here.
    var names: [String] { sessions.names }

    /// Takes up changed files: who may sign on from now on, and which programs run.
    func adopt(_ new: Configuration) {
        configuration = new
        allowance = new.clientAllowance(now: reactor.now)
        handle(.configured(new.clientSettings(of: localNode)))
        if isOpen { startPrograms() }
    }

    func childMayHaveExited() {
        programs.childMayHaveExited()
    }

    /// Ends the programs, then everything else, then calls `completion`.
    func end(_ completion: @escaping () -> Void) {
        programs.stop { [self] in
            endIPFail()
            isOpen = false
            server?.close()
            server = nil
            completion()
        }
    }

    // MARK: - The cluster

    func take(_ transition: Transition) {
        switch transition {
        case .joined: open()
        // Nothing runs here any more that a program could look after.
        case .allReleased: if isOpen { endPrograms() }
        case .linkChanged(let node, let medium, let isUp):
            tell(.linkChanged(node: node, medium: medium, isUp: isUp))
        case .nodeDied(let name): tell(.nodeDied(name, isPingNode: isPingNode(name), unixTime: unixTime))
        case .pingNodeReturned(let name): tell(.pingNodeReturned(name, unixTime: unixTime))
        case .reconfigured, .shuttingDown, .lost, .movingForHealth, .takingOverAll, .peerLeaves, .adopting, .moving,
            .yielding, .claimed, .handover, .group, .groupTrouble:
            break
        }
    }

    /// The core hands a message on. Delivered when the core's other effects have been executed: a client's answer must not
    /// overtake them.
    func handOn(_ message: Message, _ kind: MessageInterest) {
        backlog.append((message, kind))
    }

    func deliver() {
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        while !backlog.isEmpty {
            let (message, kind) = backlog.removeFirst()
            handle(.handedOn(message, kind))
        }
    }

    private func tell(_ event: ClientEvent) {
        guard isOpen else { return }
        handle(event)
    }

    private func isPingNode(_ name: NodeName) -> Bool {
        configuration.pingNodes.contains { $0.name == name }
    }

    private var unixTime: UInt64 { WallClock.unixTime }

    // MARK: - The socket

    private func open() {
        guard !isOpen else { return }
        isOpen = true
        listen()
        startPrograms()
    }

    private func listen(on socket: OwnedDescriptor? = nil) {
        do throws(SystemError) {
            server = try ClientServer(
                paths.clientSocket, open: socket, reactor: reactor,
                handlers: ClientServer.Handlers(
                    connected: { [unowned self] in handle(.connected($0, $1)) },
                    received: { [unowned self] in received($1, from: $0) },
                    disconnected: { [unowned self] in handle(.disconnected($0)) },
                    complained: { [unowned self] peer, reason in
                        facts.tell(
                            .clientClosed, "Client pid \(peer.pid) \(reason): its connection is ended",
                            [Fact.Field(.client, "pid \(peer.pid)")])
                    }))
        } catch {
            facts.tell(.doorFailed, "\(error); clients of the API do not work until heartbeat is started again")
        }
    }

    // MARK: - Another program

    /// What would be lost or harmed if the connections of clients ended now.
    var obstacleToHandOver: String? {
        if programs.kept == nil { return "a program of a `respawn` line is being started or ended" }
        guard let vital = configuration.clientPrograms.first(where: \.isFailFast), !sessions.names.isEmpty else {
            return nil
        }
        return "clients of the API are connected, and `failfast` reboots the machine when \"\(vital.command)\" ends"
    }

    /// `nil` before the node is a member.
    func handOver(to next: HandOver) throws(SystemError) -> KeptClients? {
        guard isOpen, let programs = programs.kept else { return nil }
        return KeptClients(
            listener: try server.map { server throws(SystemError) in try server.handOver(to: next) }, programs: programs
        )
    }

    /// The programs go on. Those that were connected connect again, as after a restart of heartbeat.
    func resume(_ kept: KeptClients?) {
        guard let kept else { return }
        isOpen = true
        programs.resume(kept.programs)
        listen(on: kept.listener.map(OwnedDescriptor.init(takingOwnershipOf:)))
        node.feed(.interestChanged(interest))
        startPrograms(tellsStart: false)
    }

    private func received(_ body: [UInt8], from connection: ClientConnection) {
        let before = sent
        handle(.received(connection, body: body, node.snapshot()))
        // A client that used up what all clients may send is not read from until there is more. A client that only asks
        // is read from all the time.
        guard sent > before, let pause = allowance.pause(at: reactor.now) else { return }
        server?.pause(connection, for: pause)
    }

    private func handle(_ event: ClientEvent) {
        execute(sessions.handle(event))
    }

    private func execute(_ effects: [ClientEffect]) {
        for effect in effects {
            switch effect {
            case .write(let fields, BuiltInIPFail.connection): ipfail?.hear(fields)
            case .write(let fields, let connection):
                server?.write(UnsignedMessage.bytes(of: fields, as: configuration.messageFormat.form), to: connection)
            case .signal(let number, let connection): server?.signal(number, to: connection)
            case .admit(let connection): server?.admit(connection)
            case .limitQueue(let length, let connection): server?.limitQueue(length, of: connection)
            case .close(let connection): server?.close(connection)
            case .send(let message): send(message)
            case .listen(let kinds):
                interest = kinds
                node.feed(.interestChanged(kinds))
            case .note(let note):
                facts.tell(note.event, note.text, [Fact.Field(.client, note.client.printable(atMost: 64))])
            }
        }
    }

    private func send(_ message: LocalMessage) {
        sent += 1
        allowance.take(message.size, at: reactor.now)
        node.feed(.injected(message.content, to: message.destination, extraFields: message.extraFields))
    }

    // MARK: - Programs

    private func startPrograms(tellsStart: Bool = true) {
        programs.run(
            configuration.clientPrograms.filter { !$0.isBuiltIn },
            environment: clientEnvironment(configuration, host: localNode, paths: paths.scripts))
        startIPFail(tellsStart: tellsStart)
    }

    /// Anew after every change of the files: what it knows is asked for when it signs on.
    private func startIPFail(tellsStart: Bool) {
        endIPFail()
        guard let program = configuration.clientPrograms.first(where: \.isBuiltIn),
            let account = Account(program.user)
        else { return }
        let new = BuiltInIPFail(
            configuration, reactor: reactor,
            service: BuiltInIPFail.Service(
                snapshot: node.snapshot, handle: { [unowned self] in handle($0) },
                receive: { [unowned self] fields in
                    received(UnsignedMessage.bytes(of: fields, as: .classic), from: BuiltInIPFail.connection)
                },
                note: { [facts] text in facts.tell(.ipfail, text, [Fact.Field(.client, IPFail.name)]) }))
        ipfail = new
        if tellsStart {
            facts.tell(
                .programStarted, "Starting \"\(program.command)\" as user \(program.user), inside heartbeat",
                [Fact.Field(.client, program.command)])
        }
        new.begin(as: PeerCredentials(pid: getpid(), user: account.user, group: account.group))
    }

    private func endPrograms() {
        programs.stop { [reactor] in
            reactor.after(.zero) { [weak self] in self?.endIPFail() }
        }
    }

    private func endIPFail() {
        ipfail?.end()
        ipfail = nil
    }

    private func happened(_ happening: ClientProgramRunner.Happening) {
        let (event, command, text) = happening.fact
        facts.tell(event, text, [Fact.Field(.client, command)])
        if case .reboot = happening { facts.tell(.rebootFailed, "\(Reboot.now()): do it by hand") }
    }
}

extension MessageFormat {
    /// How messages stand on the client socket (observed).
    fileprivate var form: WireForm {
        switch self {
        case .classic: .classic
        case .netstring: .netstring
        }
    }
}

extension Configuration {
    fileprivate func clientSettings(of node: NodeName) -> ClientSettings {
        ClientSettings(
            self, localNode: node,
            authority: ClientAuthority(
                clientPermissions, userID: Directories.userID(_:), groupID: Directories.groupID(_:)),
            version: Version.compatible, versionText: Version.text)
    }

    /// What clients may send to the cluster must leave room for keepalives: a quarter of the slowest line, and a few
    /// messages at once.
    fileprivate func clientAllowance(now: Instant) -> Allowance {
        let bauds = media.compactMap { medium in
            if case .serial(_, let baud) = medium { baud } else { nil }
        }
        guard let slowest = bauds.min() else { return Allowance(most: 64 << 10, perSecond: 64 << 10, now: now) }
        return Allowance(most: 1500, perSecond: slowest / 40, now: now)
    }
}

extension LocalMessage {
    /// About as many bytes as it takes on a medium, with what the core adds.
    fileprivate var size: Int {
        let message = Message(
            source: NodeName(""), destination: destination, sequence: SequenceNumber(0), generation: Generation(0),
            timestamp: 0, content: content, extraFields: extraFields)
        return UnsignedMessage.bytes(of: message.wireFields, as: .netstring).count + 250
    }
}

extension ClientNote {
    fileprivate var event: ShellEvent {
        switch self {
        case .refused: .clientRefused
        case .ignored: .clientIgnored
        case .messageRefused: .clientMessageRefused
        }
    }
}

extension ClientProgramRunner.Happening {
    /// Its event, the program, and the original's words.
    fileprivate var fact: (ShellEvent, command: String, text: String) {
        switch self {
        case .started(let command, let user, let pid):
            (.programStarted, command, "Starting \"\(command)\" as user \(user) (pid \(pid))")
        case .notStarted(let command, let reason):
            (.programNotStarted, command, "Cannot start \"\(command)\": \(reason)")
        case .ended(let command, let pid, .exited(0)):
            (.programEnded, command, "Managed \(command) process \(pid) exited with return code 0.")
        case .ended(let command, let pid, .exited(let code)):
            (.programFailed, command, "Managed \(command) process \(pid) exited with return code \(code).")
        case .ended(let command, let pid, .signalled(let signal)):
            (.programFailed, command, "Managed \(command) process \(pid) killed by signal \(signal).")
        case .startingAgain(let command): (.programRespawning, command, "Respawning client \"\(command)\":")
        case .tooFast(let command): (.programTooFast, command, "Client \(command) \"respawning too fast\"")
        case .reboot(let command): (.programReboots, command, "Rebooting system.  Reason: \(command)")
        case .killing(let command, let pid, let signal):
            (.programKilled, command, "killing \(command) process group \(pid) with signal \(signal)")
        }
    }
}

/// What speaks with a node on its machine, for the program after this one.
struct KeptClients: Codable {
    var listener: Int32?
    var programs: [ClientProgramRunner.Kept]
}
