// A routing socket on the loop that only listens: what the kernel tells everybody about interfaces and addresses, for as long
// as it is wanted, opened again when it fails. It refuses to know what the news mean.

import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatSystem

/// Hears some groups of the kernel's news.
package final class RouteListener {
    /// The messages of one datagram.
    package var onNews: ([NetlinkMessage]) -> Void = { _ in }
    /// Everything that arrived together has been handed over.
    package var onPause: () -> Void = {}
    /// It listens now, and what happened before was not heard: it has just begun, or more came than the socket could keep.
    package var onGap: () -> Void = {}
    /// Nothing is heard; told once until something is.
    package var onProblem: (SystemError) -> Void = { _ in }

    private let groups: UInt32
    private let filter: PacketFilter?
    private let reactor: Reactor
    private var reader: SocketReader?
    private var isClosed = false
    private var outage = Outage()

    /// `groups` are RTMGRP_… of rtnetlink(7); what the filter drops is not heard.
    package init(groups: UInt32, filter: PacketFilter? = nil, reactor: Reactor) {
        self.groups = groups
        self.filter = filter
        self.reactor = reactor
    }

    package func open() {
        guard !isClosed else { return }
        do throws(SystemError) {
            let descriptor = try NetlinkSocket.open(groups: groups)
            if let filter { descriptor.attachIfPossible(filter) }
            let reader = SocketReader(descriptor, reactor: reactor)
            self.reader = reader
            reader.onBegin = { [weak self] in self?.began() }
            reader.onDatagram = { [weak self] in self?.onNews(NetlinkMessage.all(in: $0)) }
            reader.onPause = { [weak self] in self?.onPause() }
            reader.onEnd = { [weak self] in self?.ended($0) }
            reader.begin()
        } catch {
            retry(error)
        }
    }

    package func close() {
        isClosed = true
        outage.giveUp()
        reader?.close()
        reader = nil
    }

    private func began() {
        outage.end()
        onGap()
    }

    /// The loop closes a channel whose socket has an error. The usual one is ENOBUFS: more news than the socket could keep.
    private func ended(_ code: Int32) {
        reader = nil
        if code == ENOBUFS {
            open()
        } else {
            retry(.routing(.listen, code: code))
        }
    }

    private func retry(_ error: SystemError) {
        if outage.begin() { onProblem(error) }
        outage.tryAgain(on: reactor) { [weak self] in self?.open() }
    }
}
