// Networks on which both machines stand and over which no medium goes: messages take them when a daemon says so. They fail on
// their own, and machines remember on their disks where the other one was.

import HeartbeatCore
import HeartbeatModel

/// What a daemon has ordered of its bypass.
struct OrderedBypass: Hashable {
    var ends: [KernelQuestion] = []
    var isUsed = false

    func listens(on lan: Lan) -> Bool { ends.contains { $0.interface == lan.name } }
}

extension World {
    /// How a network treats what `sender` sends.
    func quality(of lan: Lan, from sender: Int) -> LinkQuality {
        if let medium = lan.medium { return network[medium, from: sender] }
        var quality = LinkQuality()
        quality.isBlocked = lan.isCut
        return quality
    }

    func setCut(_ isCut: Bool, lan name: String) {
        guard let index = lans.firstIndex(where: { $0.name == name && $0.medium == nil }), lans[index].isCut != isCut
        else { return }
        lans[index].isCut = isCut
        trace.note("network", "\(name) is \(isCut ? "cut" : "mended")", at: now)
    }

    /// The nodes hear each other: over a medium, or where each knows that the other is.
    var hasReliableWay: Bool {
        network.hasReliableMedium
            || lans.contains { lan in
                lan.medium == nil && !lan.isCut && !lan.hasFirewall
                    && hosts.allSatisfy { $0.bypass.listens(on: lan) && !$0.unplugged.contains(lan.name) }
            }
    }

    func order(_ bypass: OrderedBypass, of host: Int) {
        if hosts[host].bypass.isUsed != bypass.isUsed {
            note(host, bypass.isUsed ? "takes the bypass" : "leaves the bypass")
        }
        hosts[host].bypass = bypass
    }

    /// The daemon of `host` has begun, and its predecessor has left word of where the other node is.
    func recallPeer(_ host: Int) {
        let addresses = hosts[host].knownPeer
        if configuration.veto.isOn, !addresses.isEmpty { feed(.peerRecalled(addresses), to: host) }
    }

    func transmitByBypass(_ message: Message, from sender: Int) {
        let (machine, other) = (hosts[sender], hosts[1 - sender])
        guard machine.bypass.isUsed else { return }
        for lan in lans where machine.bypass.listens(on: lan) && other.bypass.listens(on: lan) && !lan.hasFirewall {
            guard !machine.unplugged.contains(lan.name), !other.unplugged.contains(lan.name) else { continue }
            for delay in quality(of: lan, from: sender).arrivals(using: &random) {
                queue.insert(
                    .arrival(
                        host: 1 - sender, incarnation: other.incarnation, message, over: .bypass(lan.name),
                        key: machine.signingKey),
                    at: now + delay)
            }
        }
    }
}
