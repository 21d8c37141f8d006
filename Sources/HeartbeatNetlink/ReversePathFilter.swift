// What an interface must allow so that packets may come in by another way than their answers leave by.

import Glibc
import HeartbeatSystem

/// `rp_filter` (ip-sysctl): strict, it drops packets that come in by another interface than answers to them would leave by.
/// That is what happens while one host has moved and the other has not yet.
package enum ReversePathFilter {
    /// What came of a look.
    package enum Outcome: Hashable {
        /// It does no harm.
        case harmless
        /// It was strict and is loose now.
        case loosened
        /// It is strict, and this host does not let us change it: a sentence with the remedy.
        case refused(String)
    }

    /// Makes it loose on the interface if it is strict; the larger of the interface's value and that of `all` holds.
    package static func loosen(_ interface: String) -> Outcome {
        let path = path(interface)
        guard let own = value(path), max(own, value(Self.path("all")) ?? 0) == 1 else { return .harmless }
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return refused(interface) }
        defer { close(file) }
        return write(file, "2\n", 2) == 2 ? .loosened : refused(interface)
    }

    private static func refused(_ interface: String) -> Outcome {
        .refused(
            "\(SystemError("change", path(interface))); write \"net.ipv4.conf.\(interface).rp_filter = 2\" into /etc/sysctl.d"
        )
    }

    private static func path(_ interface: String) -> String { "/proc/sys/net/ipv4/conf/\(interface)/rp_filter" }

    private static func value(_ path: String) -> Int? {
        let bytes = Descriptors.contents(of: path, atMost: 8)
        return bytes.flatMap { Int(String(decoding: $0.prefix(while: { (0x30...0x39).contains($0) }), as: UTF8.self)) }
    }
}
