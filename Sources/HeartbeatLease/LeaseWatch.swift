// Sees to it that the programs of the lease hang on every interface by which this node could answer: Linux answers for any of
// its addresses on any interface that is up. What it hears from the kernel is only a reason to look. It refuses to know what a
// lease is and whether it holds.

import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatNetlink
import HeartbeatSystem

/// Hangs filters up, and again when somebody has taken them off.
package final class LeaseWatch {
    /// Somebody had taken the filters off this interface; they hang again.
    package var onRestored: (_ interface: String) -> Void = { _ in }
    /// An interface has no filters, or it would not be noticed at once if they went; told once until it is over.
    package var onProblem: (_ text: String) -> Void = { _ in }
    /// All problems are over.
    package var onRecovery: () -> Void = {}

    /// An interface that is up.
    private struct Watched {
        var name: String
        /// The filters have hung there once.
        var isCovered = false
        var problem: String?
    }

    private let filters: LeaseFilters
    private let reactor: Reactor
    private let listener: RouteListener
    private let socket = NetlinkSocket()
    private var interfaces: [UInt32: Watched] = [:]
    /// Something has happened to what hangs there.
    private var suspects: Set<UInt32> = []
    private var outage = Outage()
    private var isDeaf = false
    private var isBlind = false
    private var isClosed = false

    /// RTMGRP_LINK | RTMGRP_TC.
    private static let groups: UInt32 = 0x1 | 0x8

    package init(_ filters: LeaseFilters, reactor: Reactor) {
        self.filters = filters
        self.reactor = reactor
        listener = RouteListener(groups: Self.groups, reactor: reactor)
        listener.onNews = { [weak self] in self?.heard($0) }
        listener.onPause = { [weak self] in self?.lookAtSuspects() }
        listener.onGap = { [weak self] in
            self?.isDeaf = false
            self?.lookAtAll()
        }
        listener.onProblem = { [weak self] in self?.becameDeaf($0) }
    }

    /// When it returns, every interface has the filters for which there was no problem.
    package func open() {
        listener.open()
        lookAtAll()
    }

    /// Nothing is hung up or told any more; what hangs stays.
    package func close() {
        isClosed = true
        listener.close()
        outage.giveUp()
    }

    /// The names of the interfaces that have the filters.
    package var covered: [String] {
        interfaces.values.filter { $0.isCovered && $0.problem == nil }.map(\.name).sorted()
    }

    /// Every interface that is up has them, and it would be noticed at once if one had them no more.
    package var isComplete: Bool { !isDeaf && !isBlind && interfaces.values.allSatisfy { $0.problem == nil } }

    // MARK: - News

    private func heard(_ news: [NetlinkMessage]) {
        for message in news {
            switch message.type {
            case Netlink.newLink, Netlink.deleteLink:
                interfaceChanged(message)
            case Netlink.deleteQueue:
                if let queue = ClassifierQueue(message) { suspects.insert(queue.interface) }
            default:
                guard let classifier = PacketClassifier(message), classifier.direction != nil else { continue }
                // Where a whole priority goes at once, no handle is named. What comes by our name is ours or a successor's.
                let isForeign =
                    LeaseFilters.place.isTaken(by: classifier) && classifier.name != LeaseFilters.place.name
                guard message.type == Netlink.deleteClassifier || isForeign else { continue }
                suspects.insert(classifier.interface)
            }
        }
    }

    /// A bridge tells of its ports in the same words, but of another family: one that leaves it is not gone.
    private func interfaceChanged(_ message: NetlinkMessage) {
        guard message.body.first == 0 /* AF_UNSPEC */, let entry = InterfaceEntry(message) else { return }
        guard message.type == Netlink.newLink, entry.needsFilters else {
            interfaces[entry.index] = nil
            return
        }
        if interfaces[entry.index] == nil { suspects.insert(entry.index) }
        interfaces[entry.index, default: Watched(name: entry.name)].name = entry.name
    }

    private func becameDeaf(_ error: SystemError) {
        isDeaf = true
        onProblem("\(error); filters of the lease that somebody takes off are noticed up to a second later")
        settle()
    }

    // MARK: - Looking

    private func lookAtSuspects() {
        guard !suspects.isEmpty else { return }
        let interfaces = suspects
        suspects = []
        for interface in interfaces.sorted() { look(at: interface) }
        settle()
    }

    private func lookAtAll() {
        guard !isClosed else { return }
        do throws(SystemError) {
            let found = try socket.list(InterfaceEntry.request).compactMap(InterfaceEntry.init).filter(\.needsFilters)
            isBlind = false
            let before = interfaces
            interfaces = [:]
            for entry in found {
                interfaces[entry.index] = before[entry.index] ?? Watched(name: entry.name)
                interfaces[entry.index]?.name = entry.name
            }
            suspects = []
            for entry in found { look(at: entry.index) }
        } catch {
            if !isBlind { onProblem("\(error); whether every interface has the filters of the lease is unknown") }
            isBlind = true
        }
        settle()
    }

    private func look(at index: UInt32) {
        guard var watched = interfaces[index] else { return }
        do throws(SystemError) {
            if try !filters.isHung(on: index) {
                try filters.hang(on: index, watched.name)
                if watched.isCovered { onRestored(watched.name) }
            }
            watched.isCovered = true
            watched.problem = nil
        } catch {
            // The news that it has gone are on their way.
            guard error.code != ENODEV else { return }
            let text = "\(error); the lease does not hold there, which is tried again every second"
            if watched.problem != text { onProblem(text) }
            watched.problem = text
        }
        interfaces[index] = watched
    }

    private func settle() {
        guard !isClosed else { return }
        if isComplete {
            outage.giveUp()
            if outage.end() { onRecovery() }
        } else {
            _ = outage.begin()
            outage.tryAgain(on: reactor) { [weak self] in self?.lookAtAll() }
        }
    }
}

extension InterfaceEntry {
    /// The node could be reached by it. Programs of the node itself talk over the loopback, and may.
    fileprivate var needsFilters: Bool { isUp && !isLoopback }
}
