// The route to an address, as its placement wants it told: a kernel that cannot be asked is a reason why the address has none.

import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

extension NetlinkSocket {
    /// The route to the address, if there is one.
    func routeForPlacement(of address: ServiceAddress) throws(AddressFailure) -> RouteToAddress? {
        do throws(SystemError) {
            return try route(to: address.ip)
        } catch {
            throw AddressFailure(address: address, reason: "\(error)")
        }
    }
}
