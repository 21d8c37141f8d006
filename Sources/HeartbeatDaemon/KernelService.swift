// Asks kernels for the core, and tells it on which networks this machine stands. It refuses to know who is in doubt.

import HeartbeatAddresses
import HeartbeatCore
import HeartbeatLoop
import HeartbeatModel
import HeartbeatProbes
import HeartbeatSystem

/// The questions of one running node.
final class KernelService {
    /// How often it looks anew for addresses.
    private static let interval = Duration.seconds(10)
    /// For so many looks the gateways are believed: a router of the internet has a million routes to look through.
    private static let gatewayLooks = 30

    private let facts: FactTeller
    private let reactor: Reactor
    private let feed: (Event) -> Void
    private let asker: KernelAsker
    private let networks = OwnNetworks()
    private var ground = NetworkGround()
    private var isWanted = false
    private var isAsking = false
    private var looks = 0
    private var timer: ReactorTimer?
    private var isTroubled = false

    init(facts: FactTeller, reactor: Reactor, feed: @escaping (Event) -> Void) {
        self.facts = facts
        self.reactor = reactor
        self.feed = feed
        asker = KernelAsker(reactor: reactor)
        asker.onAnswer = { [unowned self] in self.feed(.kernel(.answered(KernelQuestion($0, on: $1), by: $2))) }
        asker.onProblem = { [facts] in facts.tell(.networkWatchFailed, $0) }
    }

    /// Begins or ends, as ha.cf wants.
    func adopt(_ configuration: Configuration) {
        isWanted = configuration.tellsAddresses
        timer?.cancel()
        looks = 0
        if isWanted { look() } else { asker.close() }
    }

    /// The core knows this already.
    func resume(_ configuration: Configuration, on known: NetworkGround) {
        ground = known
        if configuration.tellsAddresses { asker.prepare(Set(known.addresses.map(\.interface))) }
        adopt(configuration)
    }

    /// A new core knows nothing.
    func tellAgain() {
        if ground != NetworkGround() { feed(.kernel(.standsOn(ground))) }
    }

    func close() {
        isWanted = false
        timer?.cancel()
        asker.close()
    }

    /// Asks each of them once.
    func ask(_ questions: [KernelQuestion]) {
        asker.ask(
            questions.map { question in
                let own = ground.addresses.first {
                    $0.interface == question.interface && question.address.isInNetwork(of: $0.address, bits: $0.bits)
                }
                let address = own?.address ?? .any(isIPv6: question.address.isIPv6)
                return KernelAsker.Host(question.address, from: address, on: question.interface)
            })
    }

    // MARK: - The ground

    private func look() {
        guard isWanted else { return }
        var new = ground
        do throws(SystemError) {
            new.addresses = try networks.addresses().map {
                NetworkGround.Own(interface: $0.interface, address: $0.address, bits: $0.bits)
            }
            isTroubled = false
        } catch {
            if !isTroubled {
                facts.tell(.networkWatchFailed, "\(error); which networks both nodes stand on is not known")
            }
            isTroubled = true
        }
        if new.addresses != ground.addresses || ground.gateways.isEmpty || looks >= Self.gatewayLooks {
            looks = 0
            lookForGateways()
        }
        looks += 1
        stand(on: new)
        timer = reactor.after(Self.interval) { [weak self] in self?.look() }
    }

    private func stand(on new: NetworkGround) {
        guard new != ground else { return }
        ground = new
        asker.prepare(Set(new.addresses.map(\.interface)))
        feed(.kernel(.standsOn(new)))
    }

    private func lookForGateways() {
        guard !isAsking else { return }
        isAsking = true
        BackgroundWork.run(on: reactor) {
            try? OwnNetworks.gateways()
        } completion: { [weak self] found in
            guard let self else { return }
            isAsking = false
            guard isWanted, let found else { return }
            var new = ground
            new.gateways = found
            stand(on: new)
        }
    }
}
