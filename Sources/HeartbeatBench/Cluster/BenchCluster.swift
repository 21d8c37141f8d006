// One peer in a laboratory of its own, ready to be broken: builds it, waits until it is at rest, does one thing to it and
// reports what the client saw.

import HeartbeatLab

/// A pair of nodes that run one peer, and the client that measures them. Use it from one thread, and `close` it whatever
/// happens. Several may live side by side; measure one at a time.
public final class BenchCluster {
    public let peer: any FailoverPeer
    public let setting: DetectionSetting
    public let addresses: [ServiceAddress]
    public let laboratory: Laboratory
    public var nodes: [LabNode] { laboratory.nodes }

    /// Builds the laboratory and boots both nodes. Throws `LabError.missing` when a program of the peer is not there.
    /// - Parameters:
    ///   - setting: what `peer` was made for; rows repeat it.
    ///   - count: how many addresses move together, 1…`ServiceAddress.limit`.
    ///   - programs: directory of our own programs.
    ///   - resourceScripts: directory of the shipped resource scripts.
    public init(
        _ peer: any FailoverPeer, setting: DetectionSetting, addresses count: Int, programs: String,
        resourceScripts: String
    ) throws {
        self.peer = peer
        self.setting = setting
        addresses = ServiceAddress.first(count)
        laboratory = try Laboratory(prefix: "hbb", programs: programs, resourceScripts: resourceScripts)
    }

    /// Waits until node 0 alone serves all addresses and has rested. A cluster that does not come to that is restarted.
    public func ready() throws {
        throw LabError.notReached("\(peer.name) is not measured yet")
    }

    /// Does one thing to the cluster, from the state it needs, and measures until it is at rest again.
    public func trial(_ fault: Fault, run: Int) throws -> BenchRow {
        throw LabError.notReached("\(peer.name) is not measured yet")
    }

    /// Probes all addresses from the client, for measurements that `trial` does not know.
    /// - Parameter tick: time between probes; each probe is about one address, in turn.
    public func startProbe(every tick: Duration = .milliseconds(1)) throws -> ClientProbe {
        throw LabError.notReached("\(peer.name) is not measured yet")
    }

    /// A row of this cluster without figures.
    public func row(_ fault: String, run: Int) -> BenchRow {
        BenchRow(
            peer: peer.name, fault: fault, setting: "\(setting)",
            keepaliveMilliseconds: peer.keepalive.inMilliseconds, deadtimeMilliseconds: peer.deadtime.inMilliseconds,
            addresses: addresses.count, run: run)
    }

    /// Takes everything away.
    public func close() {
        laboratory.close()
    }
}
