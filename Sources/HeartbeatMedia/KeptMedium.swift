// A medium that goes on when the program of the daemon is replaced: its sockets or its line stay open, and what the kernel holds of them
// is read by the next program. What is not open is opened by that one as at a start.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// An open medium, for the program after this one.
package struct KeptMedium: Codable {
    var configuration: MediumConfiguration
    var descriptors: [Int32]
    var host: IPAddress?
    var isShared: Bool
    var counters: MediumCounters
}

extension MediaSet {
    /// Why the program cannot be replaced just now.
    package var obstacleToHandOver: String? {
        media.first { $0.port?.isAtRest == false }.map { "medium \($0.name) is sending" }
    }

    /// Those that are open.
    package func handOver(to next: HandOver) throws(SystemError) -> [KeptMedium] {
        var kept: [KeptMedium] = []
        for medium in media {
            if let open = try medium.handOver(to: next) { kept.append(open) }
        }
        return kept
    }

    /// Instead of `open`: what was open is open again, without a word.
    /// - Returns: names of the media that go on.
    package func resume(_ kept: [KeptMedium]) -> Set<MediumName> {
        var names: Set<MediumName> = []
        for medium in media {
            if let known = kept.first(where: { $0.configuration == medium.configuration }), medium.resume(known) {
                names.insert(medium.name)
            } else {
                medium.open()
            }
        }
        return names
    }
}

extension Medium {
    fileprivate func handOver(to next: HandOver) throws(SystemError) -> KeptMedium? {
        guard case .open(let port) = state else { return nil }
        return KeptMedium(
            configuration: configuration, descriptors: try port.handOver(to: next), host: host,
            isShared: (port as? DatagramPort)?.isShared ?? false, counters: counters)
    }

    fileprivate func resume(_ kept: KeptMedium) -> Bool {
        do throws(SystemError) {
            state = .open(try makePort(of: kept))
        } catch {
            // Its interface has changed meanwhile, and it is opened as at a start.
            return false
        }
        (host, counters, wasOpened) = (kept.host, kept.counters, true)
        return true
    }

    private func makePort(of kept: KeptMedium) throws(SystemError) -> any MediumPort {
        let descriptors = kept.descriptors.map(OwnedDescriptor.init(takingOwnershipOf:))
        switch way {
        case .datagrams(let route):
            guard descriptors.count == 2 else { throw SystemError(.setUp, route.object, code: EBADF) }
            let sockets = try DatagramSockets(
                route, host: kept.host, receiver: descriptors[0], sender: descriptors[1], isShared: kept.isShared)
            return try DatagramPort(sockets, route, reactor: reactor, callbacks)
        case .line(let device, let baud):
            let line = try SerialLine(
                path: device, baud: baud, lockDirectory: lockDirectory, open: descriptors.first)
            return try SerialPort(line, reactor: reactor, callbacks)
        }
    }
}
