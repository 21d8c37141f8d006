// What the kernel says of an address that is to be here before anything starts.

import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem

/// An address of this host that nobody moves.
package enum OwnAddress {
    /// Whether the interface has it now, up or down; `nil` when the kernel does not say.
    package static func isThere(_ address: IPAddress, on interface: String) -> Bool? {
        let index = if_nametoindex(interface)
        do throws(SystemError) {
            return try NetlinkSocket(isStrict: true).list(AddressEntry.request).lazy.compactMap(AddressEntry.init)
                .contains { $0.address == address && $0.interface == index }
        } catch {
            return nil
        }
    }
}
