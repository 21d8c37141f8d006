// What the bench must know of a failover daemon to measure it: how it is configured, started, asked and recognised. One
// type a daemon; none of them measures anything.

import Glibc
import HeartbeatLab

/// A failover daemon under test. Node 0 is the preferred owner of all addresses.
public protocol FailoverPeer {
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
    /// How long it must have been at rest before a fault measures the fault and not its start.
    var rest: Duration { get }
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
    /// What the daemon itself told about its last takeover, by figure name; empty when it tells nothing.
    func ownFigures(of node: LabNode) -> [String: Double]
}

/// A program, and the Debian package it comes with.
public struct Requirement: Hashable, Sendable {
    public var program: String
    /// `nil`: built from these sources.
    public var package: String?

    public init(_ program: String, package: String?) {
        self.program = program
        self.package = package
    }
}

/// How a peer's signs of life look on the wire.
public enum SignOfLife: Hashable, Sendable {
    /// UDP to this port.
    case udp(port: UInt16)
    /// VRRP, IP protocol 112 (RFC 9568).
    case vrrp
}

extension FailoverPeer {
    public func processes(of node: LabNode) -> [pid_t] { node.processes }
    public func ownFigures(of node: LabNode) -> [String: Double] { [:] }
}
