// What is forecast is what then happens: in the tables of the documentation, and to pairs that have come to where they are by accidents.

import HeartbeatModel
import Testing

@testable import HeartbeatForecast
@testable import HeartbeatSimulator

@Suite struct AgreementTests {
    /// A pair as the table of cuts has it: A serves one address.
    private func forecast(
        media: [String], interfaces: [InterfaceRule], networks: [NodeFacts.Network], veto: Bool = true
    ) throws -> Forecast {
        var configuration = CutTable.configuration(media: media)
        configuration.interfaces = interfaces
        configuration.veto.isOn = veto
        return try LivePair(configuration, networks: networks, hasLease: true).forecast(learned: learned)
    }

    private var learned: LearnedDurations {
        var learned = LearnedDurations()
        for verb in [ResourceVerb.start, .stop, .status] { learned.note("10.0.0.1", verb, took: .milliseconds(1)) }
        return learned
    }

    private func owners(_ prediction: Prediction) -> Set<Int> {
        Set(prediction.groups[0].owners.map { $0 == NodeName("A") ? 0 : 1 })
    }

    private static func event(_ cut: Cut) -> PairEvent? {
        let (a, b) = (NodeName("A"), NodeName("B"))
        return switch cut {
        case .ownersPort: .lose("eth0", at: a)
        case .otherPort: .lose("eth0", at: b)
        case .secondLink: .lose("eth1", at: a)
        case .serial: .lose("/dev/ttyS0", at: a)
        case .power: .power(a)
        case .daemon: .kill(a)
        case .switchDead, .switchSplit, .pause: nil
        }
    }

    @Test(arguments: SecondLink.allCases)
    func `who serves after each single cut is what the table of cuts says`(link: SecondLink) throws {
        var interfaces = [InterfaceRule(interface: "eth0", debounce: .milliseconds(20))]
        if link == .cable { interfaces.append(InterfaceRule(interface: "eth1", role: .heartbeat, isCable: true)) }
        let forecast = try forecast(
            media: ["eth0", "eth1", "/dev/ttyS0"], interfaces: interfaces,
            networks: [.init(interface: "eth0", isProved: true), .init(interface: "eth1", isProved: false)])
        var compared = 0
        for cut in Cut.allCases {
            guard let event = Self.event(cut) else { continue }
            let prediction = forecast.play([event])
            #expect(owners(prediction) == CutTable.play([cut], link).owners, "\(cut): \(prediction)")
            compared += 1
        }
        #expect(compared == 6)
        // A switch that dies takes both ports along.
        let both = forecast.play([.lose("eth0", at: NodeName("A")), .lose("eth0", at: NodeName("B"))])
        #expect(owners(both) == CutTable.play([.switchDead], link).owners)
    }

    @Test(arguments: [true, false])
    func `who serves when all media are cut is what the table of the veto says`(veto: Bool) throws {
        let forecast = try forecast(
            media: ["eth2", "/dev/ttyS0"],
            interfaces: ["eth0", "eth1"].map { InterfaceRule(interface: $0, debounce: .milliseconds(20)) },
            networks: [
                .init(interface: "eth0", isProved: true), .init(interface: "eth1", isProved: true),
                .init(interface: "eth2", isProved: false),
            ], veto: veto)
        let a = NodeName("A")
        let rows: [(Set<VetoCut>, [PairEvent])] = [
            ([.secondLink], [.lose("eth2", at: a)]), ([.serial], [.lose("/dev/ttyS0", at: a)]),
            ([.secondLink, .serial], [.loseMedia]), ([.node], [.power(a)]), ([.daemon], [.kill(a)]),
        ]
        for (cuts, events) in rows {
            let prediction = forecast.play(events)
            #expect(owners(prediction) == VetoRow(cuts).outcome(isOn: veto).owners, "\(cuts): \(prediction)")
        }
    }

    /// How a pair has come to where it is.
    enum Past: String, CaseIterable {
        case boot
        case standby
        case failover
        case loss

        func befall(_ live: LivePair) {
            let first = LivePair.first
            switch self {
            case .boot: break
            case .standby: live.befall([.standby(.all, on: first)])
            case .failover:
                live.befall([.power(first)])
                live.befall([.boot(first)])
            case .loss: live.befall([.lose("eth0", at: first)])
            }
        }
    }

    @Test(arguments: Past.allCases) func `what is forecast then happens`(past: Past) throws {
        let (first, second) = (LivePair.first, LivePair.second)
        var configuration = LivePair.configuration
        configuration.autoFailback = .off
        let events: [PairEvent] = [
            .power(first), .power(second), .lose("eth0", at: second), .regain("eth0", at: first), .stop(second),
            .takeover(.all, on: first), .standby(.all, on: second), .maintenance(true, on: second),
            .lose("/dev/ttyS0", at: first),
        ]
        for event in events {
            let live = LivePair(configuration)
            past.befall(live)
            let prediction = try live.forecast().play([event])
            #expect(prediction.obstacle == nil, "\(past), \(event)")
            live.befall([event])
            #expect(prediction.groups.map(\.owners) == live.owners, "\(past), \(event): \(prediction)")
        }
    }
}
