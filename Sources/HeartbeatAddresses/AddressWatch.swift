// Hears from the kernel when addresses or interfaces change, and says which of those may concern us. It does not judge: news
// are old when they arrive, so whoever is told looks for himself.

import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem

/// Hears about addresses and interfaces.
final class AddressWatch {
    /// Something changed that may matter; called once for all that arrived together. Also called when news were lost, or the
    /// watch could not listen for a while: then anything may have changed.
    var onSuspicion: () -> Void = {}
    /// Nothing is heard; told once until something is.
    var onProblem: (SystemError) -> Void {
        get { listener.onProblem }
        set { listener.onProblem = newValue }
    }
    /// Which news matter; everything else on a busy machine is passed over.
    var concerns: (AddressNews) -> Bool = { _ in false }

    private let listener: RouteListener
    private var isSuspicious = false

    /// RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR.
    private static let groups: UInt32 = 0x1 | 0x10 | 0x100
    /// Hundreds of addresses that come are hundreds of news that say nothing here: the kernel need not keep them. The filter
    /// takes the message's type for big-endian.
    private static let filter = PacketFilter([.halfWord(at: 4, isNot: Netlink.newAddress.bigEndian)])

    init(reactor: Reactor) {
        listener = RouteListener(groups: Self.groups, filter: Self.filter, reactor: reactor)
        listener.onNews = { [weak self] in self?.received($0) }
        listener.onPause = { [weak self] in self?.paused() }
        listener.onGap = { [weak self] in self?.onSuspicion() }
    }

    func open() {
        listener.open()
    }

    func close() {
        listener.close()
    }

    private func received(_ news: [NetlinkMessage]) {
        if news.lazy.compactMap(AddressNews.init).contains(where: concerns) { isSuspicious = true }
    }

    private func paused() {
        guard isSuspicious else { return }
        isSuspicious = false
        onSuspicion()
    }
}

/// A change that can take an address from us.
enum AddressNews: Hashable {
    /// An interface no longer has this address.
    case removed(IPAddress)
    /// An interface is gone or down.
    case interfaceUnusable(UInt32)

    /// `nil` for news of what came, and for anything else.
    init?(_ message: NetlinkMessage) {
        switch message.type {
        case Netlink.deleteAddress:
            guard let entry = AddressEntry(message) else { return nil }
            self = .removed(entry.address)
        case Netlink.deleteLink, Netlink.newLink:
            guard let entry = InterfaceEntry(message), message.type == Netlink.deleteLink || !entry.isUp else {
                return nil
            }
            self = .interfaceUnusable(entry.index)
        default:
            return nil
        }
    }
}
