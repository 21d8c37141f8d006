// The networks that both machines stand on, and the kernels that answer there: of a machine whose daemon is dead or frozen as of
// one that is well, and of none that has lost its power, stands still or is cut off.

import HeartbeatCore
import HeartbeatModel

/// A network on which both machines have addresses of their own.
struct Lan: Hashable {
    /// Name of the interface, the same on both.
    let name: String
    /// The number of the network.
    let number: UInt8
    /// The medium that is cut with it; `nil`: no medium goes over it.
    var medium: Int?
    /// Nothing passes, if no medium goes over it.
    var isCut = false
    /// A firewall lets no message through, if no medium goes over it: kernels still answer each other.
    var hasFirewall = false
    /// Nothing stands between the two.
    var isCable = false
    /// A third host is there, and which node still reaches it when the network is cut; `nil`: both.
    var reference: Reference?

    enum Reference: Hashable {
        case onBothSides
        case beside(Int)
    }

    func address(of host: Int) -> IPAddress { IPAddress(0x0AC8_0001 + UInt32(number) << 8 + UInt32(host)) }

    var referenceAddress: IPAddress { IPAddress(0x0AC8_00FE | UInt32(number) << 8) }
}

extension World {
    /// A daemon begins, and looks which networks it stands on.
    func standOnLans(_ host: Int) {
        guard !lans.isEmpty else { return }
        let ground = NetworkGround(
            addresses: lans.map { .init(interface: $0.name, address: $0.address(of: host), bits: 24) },
            gateways: lans.filter { $0.reference != nil }.map(\.referenceAddress))
        feed(.kernel(.standsOn(ground)), to: host)
    }

    /// The machine has power from now on, or has none any more: what its cables end at notices.
    func power(_ host: Int, isOn: Bool) {
        hosts[host].hasPower = isOn
        for lan in lans where lan.isCable {
            // As long as it takes to look.
            let delay = Duration.milliseconds(random.pick([1, 20]))
            let isUp = isOn && !pulled.contains(lan.name)
            queue.insert(.network(.link(lan.name, host: 1 - host, isUp: isUp)), at: now + delay)
        }
    }

    /// Somebody pulls a cable between the nodes, or plugs it in again: both ends notice.
    func plug(_ interface: String, _ isPlugged: Bool) {
        guard isPlugged == pulled.contains(interface), let lan = lans.first(where: { $0.name == interface }) else {
            return
        }
        pulled.formSymmetricDifference([interface])
        if let medium = lan.medium { network.setBlocked(!isPlugged, medium: medium, sender: nil) }
        for host in hosts.indices {
            let isUp = isPlugged && hosts[1 - host].hasPower
            let delay = Duration.milliseconds(random.pick([1, 20]))
            queue.insert(.network(.link(interface, host: host, isUp: isUp)), at: now + delay)
        }
    }

    func ask(_ questions: [KernelQuestion], from host: Int) {
        for question in questions {
            guard let lan = lans.first(where: { $0.name == question.interface }),
                let delay = answer(to: question, on: lan, from: host)
            else { continue }
            queue.insert(
                .kernelAnswer(host: host, incarnation: hosts[host].incarnation, question), at: now + delay)
        }
    }

    /// How long the answer takes; `nil` when none comes.
    private func answer(to question: KernelQuestion, on lan: Lan, from host: Int) -> Duration? {
        guard !hosts[host].unplugged.contains(lan.name) else { return nil }
        let other = 1 - host
        let there = quality(of: lan, from: host)
        let back = quality(of: lan, from: other)
        let isCut = there.isBlocked || back.isBlocked
        let isServed = serves(other, question.address)
        if question.address == lan.address(of: other) || isServed {
            guard hosts[other].hasPower, !hosts[other].isPaused, !hosts[other].unplugged.contains(lan.name), !isCut
            else { return nil }
        } else {
            guard question.address == lan.referenceAddress, let reference = lan.reference else { return nil }
            if isCut, reference == .beside(other) { return nil }
        }
        guard !random.chance(there.loss), !random.chance(back.loss) else { return nil }
        return random.duration(in: .microseconds(50)...(.milliseconds(3)))
    }

    /// What the daemon has been told by kernels, for those who judge it.
    func noteAnswer(_ question: KernelQuestion, _ host: Int) {
        guard let lan = lans.first(where: { $0.name == question.interface }) else { return }
        guard !isServiceAddress(question.address) else {
            hosts[host].servedAt = hosts[host].localTime(now)
            return
        }
        let local = hosts[host].localTime(now)
        if question.address == lan.referenceAddress {
            hosts[host].referenceAnsweredAt = local
        } else {
            hosts[host].peerAnsweredAt = local
        }
    }

    /// The other machine, or a third one.
    func station(of question: KernelQuestion, from host: Int) -> [UInt8] {
        let isThird = lans.contains { $0.name == question.interface && $0.referenceAddress == question.address }
        return [UInt8](repeating: isThird ? 9 : UInt8(1 - host), count: 6)
    }

    private func isServiceAddress(_ address: IPAddress) -> Bool {
        configuration.groups.contains { $0.resources.contains { $0.address?.ip == address } }
    }

    /// Whether a machine's kernel answers for a service address.
    private func serves(_ host: Int, _ address: IPAddress) -> Bool {
        configuration.groups.enumerated().contains { group, line in
            line.steps.indices.contains { position in
                line.steps[position].resources.contains { $0.address?.ip == address }
                    && answers(host, ResourcePlace(group: group, position: position))
            }
        }
    }

    /// Why a node may not take over before deadtime, after a silence of the peer's; `nil`: it may.
    func objection(toQuickDeathBy host: Int, after silence: Duration) -> String? {
        let machine = hosts[host]
        let local = machine.localTime(now)
        // From the first question to the verdict.
        let window = configuration.quickProbe.pause * configuration.quickProbe.rounds
        guard configuration.asksKernels, hasLease, lans.count >= 2 else { return "nobody was to be asked" }
        if let answered = machine.peerAnsweredAt, local - answered < window { return "the other kernel answers" }
        guard let proof = machine.referenceAnsweredAt else { return "nothing proves its interfaces" }
        // What was asked and answered before it stood still is judged afterwards.
        let age = local - proof - (machine.standstill?.lasted(since: proof) ?? .zero)
        guard age <= window + configuration.quickProbe.pause else { return "nothing proves its interfaces any more" }
        if let promised = machine.promisedAt, local - promised < configuration.deadtime,
            machine.peerChangedAt.map({ $0 <= promised }) ?? true
        {
            return "it had promised not to"
        }
        let cables = lans.filter { $0.isCable && machine.unplugged.contains($0.name) }
        if lans.contains(where: { !$0.isCable && machine.unplugged.contains($0.name) }) {
            return "an interface of its own has no carrier"
        }
        guard cables.isEmpty else { return nil }
        guard configuration.allowsSilence else { return "silence alone does not suffice" }
        return silence < machine.peersLease + LeaseTimes.margin ? "the other node may still answer" : nil
    }
}
