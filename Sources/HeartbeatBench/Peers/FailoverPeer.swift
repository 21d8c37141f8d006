// What the bench must know of a failover daemon to measure it: how it is configured, started, asked and recognised. One
// type a daemon; none of them measures anything.

import Glibc
import HeartbeatLab

/// A failover daemon under test. Node 0 is the preferred owner of all addresses.
package protocol FailoverPeer {
    /// `ours`, `heartbeat`, `keepalived`, `floor`.
    var name: String { get }
    /// Time between two signs of life, as configured.
    var keepalive: Duration { get }
    /// Silence after which the other node takes over: from the last sign of life, as configured or as it follows from
    /// the configuration.
    var deadtime: Duration { get }
    /// What must be there to run it.
    var requirements: [Requirement] { get }
    /// How its signs of life are recognised on the LAN.
    var signOfLife: SignOfLife { get }
    /// How long after its boot a fault measures the fault and not the start.
    var rest: Duration { get }
    /// What each address may add to a takeover before it counts as failed.
    var patiencePerAddress: Duration { get }
    /// Faults that this peer knows in another form than the others: what is done instead.
    var substitutes: [Fault: String] { get }
    /// What is measured, as its package or program tells: `1:3.0.6-13+b2`.
    func version() -> String
    /// Writes the node's configuration and its mounts. Before its first boot.
    func configure(_ node: LabNode, addresses: [ServiceAddress]) throws
    /// The only program the node boots with.
    func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String]
    /// Asks the daemon to end in order; returns at once.
    func stop(_ node: LabNode) throws
    /// Asks the node to hand everything to the other, by the peer's own means; returns when that is accepted.
    func standby(_ node: LabNode, in laboratory: Laboratory) throws
    /// Its processes, numbered as outside the node.
    func processes(of node: LabNode) -> [pid_t]
    /// The file with its words, as a path outside the node; `nil` when it has none of its own.
    func log(of node: LabNode) -> String?
    /// What its service manager runs after it was killed, so that nothing is left behind; `nil`: nothing.
    func wordsAfterDeath(on node: LabNode, in laboratory: Laboratory) -> [String]?
    /// Whether it knows nothing but addresses on one network: no scripts, no second link, no command to hand over.
    var hasOnlyAddresses: Bool { get }
    /// Whether its nodes are gateways to a server.
    var isGateway: Bool { get }
    /// What else a node forgets with its power. Called when it is off.
    func forget(_ node: LabNode) throws
    /// What it keeps on disk; `nil` when it keeps nothing.
    func state(of node: LabNode) -> StateDirectory?
    /// What the daemon itself told about its last takeover, by figure name; empty when it tells nothing.
    func ownFigures(of node: LabNode) -> [String: Double]
}

extension FailoverPeer {
    package var patiencePerAddress: Duration { .milliseconds(50) }
    package var substitutes: [Fault: String] { [:] }

    /// SIGTERM to the process that leads the others.
    package func stop(_ node: LabNode) throws {
        guard let pid = node.mainProcess, kill(pid, SIGTERM) == 0 else {
            throw LabError.notReached("\(name) does not run on \(node.name), see \(node.directory)/console")
        }
    }

    package func processes(of node: LabNode) -> [pid_t] { node.processes }

    package func log(of node: LabNode) -> String? { nil }

    package func wordsAfterDeath(on node: LabNode, in laboratory: Laboratory) -> [String]? { nil }

    package var hasOnlyAddresses: Bool { false }

    package var isGateway: Bool { false }

    package func forget(_ node: LabNode) throws {}

    package func state(of node: LabNode) -> StateDirectory? { nil }

    package func ownFigures(of node: LabNode) -> [String: Double] { [:] }

    /// What of the requirements is not there, as a person is told.
    package var missing: [String] {
        requirements.filter { access($0.program, X_OK) != 0 }.map { requirement in
            guard let package = requirement.package else { return "\(requirement.program) is not built" }
            return "\(requirement.program) is not there (apt-get install \(package))"
        }
    }
}

/// What a daemon keeps on its node's disk: the generation of a heartbeat is in its file `hb_generation`.
package struct StateDirectory: Hashable, Sendable {
    /// Its path as the node sees it.
    package var inside: String
    /// Its path in the laboratory's file system.
    package var outside: String
}

/// A program, and the Debian package it comes with.
package struct Requirement: Hashable, Sendable {
    /// Its path.
    package var program: String
    /// `nil`: built from these sources.
    package var package: String?

    package init(_ program: String, package: String?) {
        self.program = program
        self.package = package
    }

    /// The version of an installed Debian package; empty when there is none.
    static func installedVersion(of package: String) -> String {
        do {
            return try Command.succeed(["dpkg-query", "-W", "-f", "${Version}", package])
        } catch {
            return ""
        }
    }
}
