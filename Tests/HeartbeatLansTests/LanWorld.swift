// Hosts on two LANs in virtual time: their machines, wires that lose what a test says, and the routes each host has. Packets
// travel as bytes.

import HeartbeatModel

@testable import HeartbeatLans

struct LanWorld {
    struct Host {
        var machine: LanMachine
        var networks: [LanNetwork]
        var routes: [LanRoute] = []
        var suspects: [LanSuspect] = []
        var notices: [LanNotice] = []
        var isRunning = true
        /// When its routes last changed.
        var movedAt: [Instant] = []
    }

    /// A packet on its way.
    struct Hop {
        var packet: LanPacket
        var from: Int
        var to: Int
        var network: String
    }

    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    var hosts: [Int: Host] = [:]
    /// Whether a packet is lost.
    var loses: (Hop) -> Bool = { _ in false }
    private let codec = LanCodec(nil)
    private let settings: LanConfiguration

    /// Requestors and responders, numbered from 1; host 2 is 10.1.1.2 on A and 10.1.2.2 on B.
    init(requestors: Int, responders: Int, _ settings: LanConfiguration = LanConfiguration(fall: 3, rise: 5)) {
        self.settings = settings
        for number in 1...(requestors + responders) { add(number, isRequestor: number <= requestors) }
    }

    mutating func add(_ number: Int, isRequestor: Bool) {
        var own = settings
        own.isRequestor = isRequestor
        let networks = ["A", "B"].enumerated().map { index, name in
            LanNetwork(name: name, addresses: [LanPrefix(Self.address(number, index + 1), length: 24)])
        }
        var machine = LanMachine(
            own, identity: HostIdentity(UInt64(number)), sequence: UInt64(now.nanoseconds / 1_000_000), now: now)
        let effects = machine.handle(.networks(networks), at: now)
        hosts[number] = Host(machine: machine, networks: networks)
        execute(effects, of: number)
    }

    static func address(_ number: Int, _ network: Int) -> IPAddress {
        IPAddress(0x0A01_0000 | UInt32(network) << 8 | UInt32(number))
    }

    /// Lets the time pass.
    mutating func run(_ duration: Duration) {
        let end = now + duration
        while let (number, due) = next(), due <= end {
            now = max(now, due)
            let effects = hosts[number]?.machine.expireTimers(at: now) ?? []
            execute(effects, of: number)
        }
        now = end
    }

    private func next() -> (Int, Instant)? {
        hosts.filter(\.value.isRunning).compactMap { number, host in host.machine.nextDeadline.map { (number, $0) } }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    mutating func handle(_ event: LanEvent, of number: Int) {
        let effects = hosts[number]?.machine.handle(event, at: now) ?? []
        execute(effects, of: number)
    }

    private mutating func execute(_ effects: [LanEffect], of number: Int) {
        for effect in effects {
            switch effect {
            case .broadcast(let packet, let network):
                for other in hosts.keys.sorted() where other != number {
                    deliver(Hop(packet: packet, from: number, to: other, network: network))
                }
            case .answer(let packet, let address, let network):
                let other = hosts.first {
                    $0.value.networks.contains { $0.addresses.contains { $0.address == address } }
                }
                if let other { deliver(Hop(packet: packet, from: number, to: other.key, network: network)) }
            case .route(let routes):
                hosts[number]?.routes = routes
                hosts[number]?.movedAt.append(now)
            case .suspect(let suspects): hosts[number]?.suspects = suspects
            case .notify(let notice): hosts[number]?.notices.append(notice)
            }
        }
    }

    private mutating func deliver(_ hop: Hop) {
        guard hosts[hop.to]?.isRunning == true, !loses(hop), let packet = try? codec.decode(codec.encode(hop.packet)),
            let source = hosts[hop.from]?.networks.first(where: { $0.name == hop.network })?.addresses.first?.address
        else { return }
        handle(.received(packet, from: source, over: hop.network), of: hop.to)
    }

    /// The ways around that a host has, as `2A>B`: host 2's address on A is reached over B.
    func detours(of number: Int) -> [String] {
        (hosts[number]?.routes ?? []).map { route in
            let network = route.destination.value >> 8 & 0xFF == 1 ? "A" : "B"
            return "\(route.destination.value & 0xFF)\(network)>\(route.interface)"
        }
    }

    func notices(of number: Int) -> [LanNotice] { hosts[number]?.notices ?? [] }
}
