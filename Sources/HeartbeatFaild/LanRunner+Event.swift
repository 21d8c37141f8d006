// What people should hear of the LANs of this host, and in which words.

import HeartbeatLans

extension LanRunner {
    /// What people should hear of, besides the machine's notices.
    package enum Event: Hashable, Sendable {
        case notice(LanNotice)
        /// Routes of a daemon that was killed were removed.
        case leftovers(count: Int)
        /// The reverse path filter of an interface was strict and would have dropped packets.
        case loosened(interface: String)
        /// So many TCP streams that stood still were told to go on.
        case woken(count: Int)
        /// Something does not work; told once until something else is told of the same object.
        case trouble(String)
    }
}

extension LanRunner.Event: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notice(let notice): "\(notice)"
        case .leftovers(let count): "\(count) routes of a daemon that was killed are removed"
        case .loosened(let interface):
            "net.ipv4.conf.\(interface).rp_filter was strict and is loose (2) now, or what a host sends over its other LAN would "
                + "be dropped; write it into /etc/sysctl.d"
        case .woken(let count): "\(count) TCP streams that stood still are told to go on"
        case .trouble(let text): text
        }
    }

    /// Somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .notice(let notice): notice.isWarning
        case .woken: false
        case .leftovers, .loosened, .trouble: true
        }
    }
}
