// The client: asks for the service addresses every few milliseconds, from a namespace of its own and with a neighbour
// table like any other host's, and writes down who answers. It judges nothing; ProbeAnalysis does.
//
// Two questions go out together. An ICMP echo through the client's own IP stack shows whether the client is served: it
// goes to the station the client believes in, so a takeover that is not announced is an outage. An ARP request shows who
// owns the address. It must not teach the client anything, so it asks in the name of a station that does not exist, and
// reads the answers over the client's shoulder. An address that is announced by another station than before is asked for
// at once: the client may be served from this moment on.

import CLinux
import Glibc
import Synchronization

/// Probes IPv4 addresses until it is closed.
package final class ClientProbe: Sendable {
    /// What the probe reports while it runs, from its own thread.
    package enum Event: Hashable, Sendable {
        /// Other stations than before answer ARP for the first address; empty when nobody answers any more.
        case owners(Set<HardwareAddress>)
        /// A station announces an address as its own, another than the one that did last.
        case announced(by: HardwareAddress)
    }

    /// How it asks.
    package struct Manner: Hashable, Sendable {
        /// Probes sent at each tick, each of the next address in turn.
        package var probesPerTick = 1
        /// Who is asked for the owner, each by itself; everybody at once when empty.
        package var stations: [HardwareAddress] = []
        /// What to overhear.
        package var signOfLife: SignOfLife?

        package init() {}
    }

    /// The interval at which each address is probed.
    package let period: Duration
    /// Time between probes.
    package let tick: Duration
    private let manner: Manner
    private let packets: [ProbePackets]
    /// Number of each address by its four bytes.
    private let numbers: [UInt32: Int]
    private let stop: StopSignal
    private let log: Mutex<Log>
    private let thread = Mutex<LabThread?>(nil)

    private struct Log {
        var record: ProbeRecord
        /// Who announced each address last.
        var announcers: [HardwareAddress?]
        var failure: LabError?
    }

    /// After this many probes without an answer in sight a station counts as gone.
    private static let memory = 25

    /// Starts probing one address.
    /// - Parameters:
    ///   - address: the service address, a dotted quad.
    ///   - namespace: where the client is; its interface must be eth0.
    ///   - period: time between probes.
    package convenience init(
        _ address: String, from namespace: NetworkNamespace, every period: Duration = .milliseconds(2),
        report: @escaping @Sendable (Event, Moment) -> Void = { _, _ in }
    ) throws {
        try self.init([address], from: namespace, every: period, manner: Manner(), report: report)
    }

    /// Starts probing several addresses, of which each probe asks for one.
    package init(
        _ addresses: [String], from namespace: NetworkNamespace, every tick: Duration, manner: Manner,
        report: @escaping @Sendable (Event, Moment) -> Void = { _, _ in }
    ) throws {
        let targets = try addresses.map { text in
            guard let target = ipv4Bytes(text) else { throw LabError.missing("\(text) is no IPv4 address") }
            return target
        }
        packets = targets.map {
            ProbePackets(target: $0, identifier: UInt16(truncatingIfNeeded: getpid()))
        }
        numbers = Dictionary(
            zip(targets.map { $0.reduce(0) { $0 << 8 | UInt32($1) } }, targets.indices),
            uniquingKeysWith: { first, _ in first })
        self.tick = tick
        self.manner = manner
        period = tick * targets.count / manner.probesPerTick
        log = Mutex(
            Log(
                record: ProbeRecord(addresses: targets.count, period: period),
                announcers: [HardwareAddress?](repeating: nil, count: targets.count)))
        stop = try StopSignal()
        let started = try LabThread { [self] in
            do {
                try namespace.enter()
                // Where it may not, `longestStall` tells.
                LabThread.preferThis()
                let sockets = try ProbeSockets(tick: tick)
                defer { sockets.close() }
                probe(sockets, report)
            } catch let error as LabError {
                log.withLock { $0.failure = error }
            } catch {
                log.withLock { $0.failure = .notReached("\(error)") }
            }
        }
        thread.withLock { $0 = started }
    }

    /// Everything recorded so far. Throws what kept the probe from running.
    package func record() throws -> ProbeRecord {
        let (record, failure) = log.withLock { ($0.record, $0.failure) }
        if let failure { throw failure }
        return record
    }

    /// The same of the first address, ready to be judged.
    package func analysis() throws -> ProbeAnalysis {
        try record().byAddress()[0]
    }

    /// The figures of the first address from `start` until now. Reading what has been noted takes longer, the longer it was noted.
    package func figures(since start: Moment) throws -> ProbeFigures {
        let end = Moment.now()
        return try analysis().figures(from: start, to: end)
    }

    /// Who answers ARP for the address probed last: everybody who did so to the last request that was answered at all,
    /// unless that was too long ago.
    package func owners() -> Set<HardwareAddress> {
        log.withLock { Self.recentOwners($0.record.samples) }
    }

    /// Whether there were probes for all of the last `span` and each, but those whose answer may still come, was answered
    /// by `owner` alone and the client was served by it. With several addresses `span` must be longer than `period`.
    /// - Parameter others: stations that answers from behind the owner may come by as well.
    package func isServed(
        by owner: HardwareAddress, or others: Set<HardwareAddress> = [], for span: Duration
    ) -> Bool {
        isTrue(for: span) { sample in
            guard let echo = sample.echo?.from, echo == owner || others.contains(echo) else { return false }
            return sample.owners.allSatisfy { $0.from == owner }
        }
    }

    private func isTrue(for span: Duration, of condition: (ProbeSample) -> Bool) -> Bool {
        let now = Moment.now()
        return log.withLock { log in
            for sample in log.record.samples.reversed() where now - sample.sentAt >= .milliseconds(30) {
                guard now - sample.sentAt < span else { return true }
                guard condition(sample) else { return false }
            }
            return false
        }
    }

    /// Whether there were probes for all of the last `span` and each, but those whose answer may still come, was answered by
    /// `owner`, whoever else did, and the client was served by somebody.
    package func isOwned(by owner: HardwareAddress, for span: Duration) -> Bool {
        isTrue(for: span) { sample in sample.echo != nil && sample.owners.contains { $0.from == owner } }
    }

    /// Ends the probing. Once only.
    package func close() {
        stop.raise()
        thread.withLock { $0.take() }?.join()
        stop.close()
    }

    private static func recentOwners(_ samples: ProbeSamples) -> Set<HardwareAddress> {
        Set(samples.suffix(memory).last { !$0.owners.isEmpty }?.owners.map(\.from) ?? [])
    }

    private func probe(_ sockets: ProbeSockets, _ report: (Event, Moment) -> Void) {
        var known: Set<HardwareAddress> = []
        var next = 0
        while true {
            let ready = awaitReadable([sockets.ticker, sockets.arp, sockets.ip, stop.readable])
            if ready.contains(stop.readable) { return }
            for socket in [sockets.arp, sockets.ip] where ready.contains(socket) {
                takeFrames(from: socket, sockets, report)
            }
            guard ready.contains(sockets.ticker) else { continue }
            _ = readSome(sockets.ticker, atMost: 8)
            let owners = self.owners()
            for _ in 0..<manner.probesPerTick {
                ask(for: next, sockets)
                next = (next + 1) % packets.count
            }
            if owners != known { report(.owners(owners), Moment.now()) }
            known = owners
        }
    }

    private func ask(for address: Int, _ sockets: ProbeSockets) {
        let index = log.withLock { log in
            log.record.samples.append(ProbeSample(address: address, sentAt: Moment.now()))
            return UInt32(truncatingIfNeeded: log.record.samples.count - 1)
        }
        let packets = packets[address]
        for station in manner.stations.isEmpty ? [.broadcast] : manner.stations {
            sockets.send(packets.request(index & Self.mark, to: station))
        }
        sockets.send(packets.echo(index), to: packets.target)
    }

    private func takeFrames(from socket: Int32, _ sockets: ProbeSockets, _ report: (Event, Moment) -> Void) {
        while let (frame, moment) = sockets.receive(from: socket) {
            if let from = manner.signOfLife?.sender(of: frame) {
                log.withLock { $0.record.signsOfLife.append(LifeSighting(from: from, at: moment)) }
            } else if let source = ProbePackets.source(of: frame), let address = numbers[source],
                let sighting = packets[address].read(frame),
                let announcer = log.withLock({ Self.note(sighting, of: address, at: moment, in: &$0) })
            {
                ask(for: address, sockets)
                report(.announced(by: announcer), moment)
            }
        }
    }

    /// Returns the station when it is a new one that announces itself.
    private static func note(
        _ sighting: ProbePackets.Sighting, of address: Int, at moment: Moment, in log: inout Log
    ) -> HardwareAddress? {
        switch sighting {
        case .owner(let marked, let from):
            // Requests carry the end of their number; the sample meant is the latest that ends so.
            let count = log.record.samples.count
            let index = count - 1 - Int((UInt32(truncatingIfNeeded: count - 1) &- marked) & mark)
            guard index >= 0, log.record.samples[index].address == address else { return nil }
            if !log.record.samples[index].owners.contains(where: { $0.from == from }) {
                log.record.samples[index].owners.append(.init(from: from, at: moment))
            }
        case .echo(let index, let from):
            guard log.record.samples.indices.contains(Int(index)) else { return nil }
            if log.record.samples[Int(index)].echo == nil {
                log.record.samples[Int(index)].echo = .init(from: from, at: moment)
            }
        case .announcement(let from, let isReply):
            log.record.announcements.append(
                Announcement(address: address, from: from, at: moment, isReply: isReply))
            guard log.announcers[address] != from else { return nil }
            log.announcers[address] = from
            return from
        }
        return nil
    }

    /// The part of a sample's number that its ARP requests carry. Each number is a station of its own, which the bridges
    /// learn: few enough of them, and still seconds between two requests that look alike.
    private static let mark: UInt32 = 0xFFF
}
