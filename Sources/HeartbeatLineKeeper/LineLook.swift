// What a line is made of now: its interface, its addresses, its router.

import HeartbeatFormats
import HeartbeatInterfaces
import HeartbeatLines
import HeartbeatModel
import HeartbeatSystem

enum LineLook {
    /// - Parameters:
    ///   - tables: interfaces and addresses.
    ///   - state: what is known of the carrier; `nil` before anybody has looked.
    static func event(
        _ line: LineRule, _ tables: KernelTables, _ state: InterfaceState?, _ kernel: LineKernel
    ) throws(SystemError) -> LineEvent {
        func unusable(_ fault: LineFault) -> LineEvent { .unusable(line: line.name, fault) }
        guard let interface = tables.interface(named: line.interface) else {
            return unusable(.interface("does not exist"))
        }
        guard interface.isUp else { return unusable(.interface("administratively down")) }
        if let state, !state.isUp { return unusable(.link(state.reason)) }
        let entries = tables.addresses.filter {
            $0.interface == interface.index && !$0.address.isIPv6 && $0.isUsable
        }
        let ordered = entries.filter { !$0.isSecondary } + entries.filter(\.isSecondary)
        guard !ordered.isEmpty else { return unusable(.noAddress) }
        var facts = LineFacts(
            index: interface.index, addresses: ordered.map(\.address),
            networks: ordered.map { NetworkPrefix($0.network, bits: Int($0.prefixLength)) }, gateway: nil)
        switch line.gateway {
        case .address(let gateway): facts.gateway = gateway
        case .peer: break
        case .found:
            guard let route = try kernel.defaultRoute(by: interface.index),
                case .over(_, let gateway, _) = route.way
            else { return unusable(.noGateway) }
            facts.gateway = gateway
        }
        return .found(line: line.name, facts)
    }
}
