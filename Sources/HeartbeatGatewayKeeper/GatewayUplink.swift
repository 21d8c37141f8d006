// The upstream link of a host: down while the host is a backup, so that nothing of it is there (DSOM 2002, requirement F), and up with
// the host's own address while it takes over and serves.

import Glibc
import HeartbeatAddresses
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// Switches it, and the default route that leads over it.
final class GatewayUplink {
    private let configuration: GatewayConfiguration
    private let own: Resource
    private let reactor: Reactor
    private let keeper = AddressKeeper()
    private let kernel = NetlinkSocket(isStrict: true)
    private var timer: ReactorTimer?
    private var deadline: ReactorTimer?
    private var completion: ((_ lack: String?) -> Void)?

    /// rtm_protocol of the default route; not in the register of rtnetlink.h, nor used by FRR, BIRD or keepalived.
    private static let setter: UInt8 = 72
    private static let pause = Duration.milliseconds(20)

    private var interface: String { configuration.up.interface }

    init(_ configuration: GatewayConfiguration, own address: IPAddress, reactor: Reactor) {
        self.configuration = configuration
        self.reactor = reactor
        own = GatewayUplink.resource(
            ServiceAddress(
                address, text: address.description, prefixLength: configuration.up.roving.prefixLength,
                interface: configuration.up.interface))
    }

    /// As a resource that this program itself brings up.
    static func resource(_ address: ServiceAddress) -> Resource {
        Resource(
            word: address.text, scriptName: address.isIPv6 ? "IPv6addr" : "IPaddr2", arguments: [address.text],
            address: address)
    }

    /// The link comes up, with a carrier, and gets the host's own address. What there is of the driver is loaded.
    /// - Parameter completion: gets `nil`, or what is missing; not called when it is cancelled.
    func activate(within limit: Duration, completion: @escaping (_ lack: String?) -> Void) {
        self.completion = completion
        deadline = reactor.after(limit) { [weak self] in
            guard let self else { return }
            finish("\(interface) has no carrier")
        }
        lookForCarrier()
    }

    func cancel() {
        completion = nil
        timer?.cancel()
        deadline?.cancel()
    }

    private func lookForCarrier() {
        guard completion != nil else { return }
        do throws(SystemError) {
            guard let entry = try keeper.interface(named: interface) else { return wait() }
            if !entry.isUp { try change([entry.switching(on: true)], "switch \(interface) on") }
            guard entry.isRunning else { return wait() }
            guard let wanted = WantedAddress(own) else { return finish(nil) }
            finish(try keeper.start([wanted]).failures.first?.description)
        } catch {
            finish("\(error)")
        }
    }

    private func wait() {
        timer = reactor.after(Self.pause) { [weak self] in self?.lookForCarrier() }
    }

    private func finish(_ lack: String?) {
        let completion = completion
        cancel()
        completion?(lack)
    }

    /// Nothing of the uplink is left. Returns what could not be removed.
    func deactivate() -> String? {
        cancel()
        do throws(SystemError) {
            guard let entry = try keeper.interface(named: interface) else { return nil }
            switch configuration.uplink {
            case .addresses:
                guard let wanted = WantedAddress(own) else { return nil }
                return try keeper.stop([wanted]).first?.description
            case .link, .module:
                if entry.isUp { try change([entry.switching(on: false)], "switch \(interface) off") }
                return nil
            }
        } catch {
            return "\(error)"
        }
    }

    /// Whether it is as it must be to serve; `nil`, or what is missing.
    var lack: String? {
        do throws(SystemError) {
            guard let entry = try keeper.interface(named: interface) else { return "\(interface) is gone" }
            return entry.isRunning ? nil : "\(interface) has no carrier"
        } catch {
            return "\(error)"
        }
    }

    // MARK: - The default route

    /// Leads what has no other way to the next hop, as the roving address. Comes before other default routes of this host.
    func setRoute() -> String? {
        guard configuration.setsDefaultRoute, let router = configuration.nextHop, !router.isIPv6 else { return nil }
        do throws(SystemError) {
            guard let entry = try keeper.interface(named: interface) else { return "\(interface) is gone" }
            let route = RouteEntry(
                destination: .all, table: RouteEntry.mainTable, setter: Self.setter,
                way: .over(interface: entry.index, gateway: router, source: configuration.up.roving.ip))
            // Without a flag for one that is there already, the new one goes in front of it.
            try change([route.addition(flags: Netlink.create)], "set the default route over \(router)", except: EEXIST)
            return nil
        } catch {
            return "\(error)"
        }
    }

    func removeRoute() -> String? {
        let removal = RouteEntry.removal(of: .all, table: RouteEntry.mainTable, setter: Self.setter)
        do throws(SystemError) {
            try change([removal], "remove the default route", except: ESRCH)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func change(
        _ requests: [NetlinkRequest], _ what: String, except harmless: Int32 = 0
    ) throws(SystemError) {
        for answer in try kernel.change(requests) where answer.code != 0 && answer.code != harmless {
            throw SystemError("cannot", what, code: answer.code)
        }
    }
}
