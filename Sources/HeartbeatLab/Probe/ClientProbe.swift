// The client: asks for the service address every few milliseconds, from a namespace of its own and with a neighbour
// table like any other host's, and writes down who answers. It judges nothing; ProbeAnalysis does.
//
// Two questions go out together. An ICMP echo through the client's own IP stack shows whether the client is served: it
// goes to the station the client believes in, so a takeover that is not announced is an outage. An ARP request shows who
// owns the address. It must not teach the client anything, so it asks in the name of a station that does not exist, and
// reads the answers over the client's shoulder.

import CLinux
import Glibc
import Synchronization

/// Probes one IPv4 address until it is closed.
public final class ClientProbe: Sendable {
    /// What the probe reports while it runs, from its own thread.
    public enum Event: Hashable, Sendable {
        /// Other stations than before answer ARP; empty when nobody answers any more.
        case owners(Set<HardwareAddress>)
        /// A station announces the address as its own, another than the one that did last.
        case announced(by: HardwareAddress)
    }

    public let period: Duration
    private let packets: ProbePackets
    private let stop: StopSignal
    private let records = Mutex(Records())
    private let thread = Mutex<LabThread?>(nil)

    private struct Records {
        var samples: [ProbeSample] = []
        var announcements: [Announcement] = []
        var failure: LabError?
    }

    /// After this many probes without an answer in sight a station counts as gone.
    private static let memory = 25

    /// Starts probing.
    /// - Parameters:
    ///   - address: the service address, a dotted quad.
    ///   - namespace: where the client is; its interface must be eth0.
    ///   - period: time between probes.
    public init(
        _ address: String, from namespace: NetworkNamespace, every period: Duration = .milliseconds(2),
        report: @escaping @Sendable (Event, Moment) -> Void = { _, _ in }
    ) throws {
        guard let target = ipv4Bytes(address) else { throw LabError.missing("\(address) is no IPv4 address") }
        self.period = period
        packets = ProbePackets(
            target: target, station: HardwareAddress(0x02_4C_FF_FF_FF_FF),
            identifier: UInt16(truncatingIfNeeded: getpid()))
        stop = try StopSignal()
        let started = try LabThread { [self] in
            do {
                try namespace.enter()
                preferThisThread()
                let sockets = try Sockets(target: target, period: period)
                defer { sockets.close() }
                probe(sockets, report)
            } catch let error as LabError {
                records.withLock { $0.failure = error }
            } catch {
                records.withLock { $0.failure = .notReached("\(error)") }
            }
        }
        thread.withLock { $0 = started }
    }

    /// Everything recorded so far. Throws what kept the probe from running.
    public func analysis() throws -> ProbeAnalysis {
        let (samples, announcements, failure) = records.withLock { ($0.samples, $0.announcements, $0.failure) }
        if let failure { throw failure }
        return ProbeAnalysis(samples: samples, announcements: announcements, period: period)
    }

    /// Who answers ARP for the address: everybody who did so to the last request that was answered at all, unless that
    /// was too long ago.
    public func owners() -> Set<HardwareAddress> {
        records.withLock { Self.recentOwners($0.samples) }
    }

    /// Whether every probe of the last `span`, but those whose answer may still come, was answered by `owner` alone and
    /// the client was served by it.
    public func isServed(by owner: HardwareAddress, for span: Duration) -> Bool {
        let now = Moment.now()
        return records.withLock { records in
            let recent = records.samples.reversed().prefix { now - $0.sentAt < span }
                .drop { now - $0.sentAt < .milliseconds(30) }
            return !recent.isEmpty
                && recent.allSatisfy { $0.echo?.from == owner && $0.owners.allSatisfy { $0.from == owner } }
        }
    }

    /// Ends the probing. Once only.
    public func close() {
        stop.raise()
        thread.withLock { $0.take() }?.join()
        stop.close()
    }

    private static func recentOwners(_ samples: [ProbeSample]) -> Set<HardwareAddress> {
        Set(samples.suffix(memory).last { !$0.owners.isEmpty }?.owners.map(\.from) ?? [])
    }

    private func probe(_ sockets: Sockets, _ report: (Event, Moment) -> Void) {
        var known: Set<HardwareAddress> = []
        while true {
            let ready = awaitReadable([sockets.ticker, sockets.arp, sockets.ip, stop.readable])
            if ready.contains(stop.readable) { return }
            for socket in [sockets.arp, sockets.ip] where ready.contains(socket) {
                takeFrames(socket, report)
            }
            guard ready.contains(sockets.ticker) else { continue }
            _ = readSome(sockets.ticker, atMost: 8)
            let (index, owners) = records.withLock { records in
                let owners = Self.recentOwners(records.samples)
                records.samples.append(ProbeSample(sentAt: Moment.now()))
                return (UInt32(truncatingIfNeeded: records.samples.count - 1), owners)
            }
            sockets.send(request: packets.request(index), echo: packets.echo(index))
            if owners != known { report(.owners(owners), Moment.now()) }
            known = owners
        }
    }

    private func takeFrames(_ socket: Int32, _ report: (Event, Moment) -> Void) {
        while true {
            let frame = readSome(socket, atMost: 2048)
            guard !frame.isEmpty else { return }
            guard let sighting = packets.read(frame) else { continue }
            let now = Moment.now()
            let announcer = records.withLock { Self.record(sighting, at: now, in: &$0) }
            if let announcer { report(.announced(by: announcer), now) }
        }
    }

    /// Returns the station when it is a new one that announces itself.
    private static func record(
        _ sighting: ProbePackets.Sighting, at now: Moment, in records: inout Records
    ) -> HardwareAddress? {
        switch sighting {
        case .owner(let index, let from):
            guard records.samples.indices.contains(Int(index)) else { return nil }
            if !records.samples[Int(index)].owners.contains(where: { $0.from == from }) {
                records.samples[Int(index)].owners.append(.init(from: from, at: now))
            }
        case .echo(let index, let from):
            guard records.samples.indices.contains(Int(index)) else { return nil }
            if records.samples[Int(index)].echo == nil {
                records.samples[Int(index)].echo = .init(from: from, at: now)
            }
        case .announcement(let from, let isReply):
            let isNew = records.announcements.last?.from != from
            records.announcements.append(Announcement(from: from, at: now, isReply: isReply))
            return isNew ? from : nil
        }
        return nil
    }

    /// Measuring competes with what is measured for the same processors. Without the right to do so it stays as it is,
    /// and `longestStall` tells.
    private func preferThisThread() {
        var priority = sched_param()
        priority.sched_priority = 2
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority)
    }
}

/// The descriptors of a probe, opened in the namespace of the calling thread.
private struct Sockets {
    let ticker: Int32
    let arp: Int32
    let ip: Int32
    private let icmp: Int32
    private var destination = sockaddr_in()

    init(target: [UInt8], period: Duration) throws {
        let interface = Int32(if_nametoindex("eth0"))
        guard interface > 0 else { throw LabError.last("eth0 of the client") }
        arp = try check(clinux_lab_packet_socket(interface, ProbePackets.ethertypeARP), "packet socket for ARP")
        ip = try check(clinux_lab_packet_socket(interface, ProbePackets.ethertypeIPv4), "packet socket for IPv4")
        icmp = try check(
            socket(AF_INET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(IPPROTO_ICMP)), "ICMP socket"
        )
        ticker = try check(clinux_lab_ticker(period.inNanoseconds), "timer")
        // Answers are read from the packet socket, which shows the station; here they would only fill a buffer.
        var everything = UInt32.max
        setsockopt(icmp, 255 /* SOL_RAW */, 1 /* ICMP_FILTER */, &everything, 4)
        destination.sin_family = sa_family_t(AF_INET)
        withUnsafeMutableBytes(of: &destination.sin_addr) { $0.copyBytes(from: target) }
    }

    /// Sends both questions. That nobody can be reached is an answer too, and shows as one that never comes.
    func send(request: [UInt8], echo: [UInt8]) {
        _ = Glibc.send(arp, request, request.count, Int32(MSG_DONTWAIT))
        withUnsafePointer(to: destination) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(
                    icmp, echo, echo.count, Int32(MSG_DONTWAIT), address,
                    socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func close() {
        for descriptor in [ticker, arp, ip, icmp] { _ = Glibc.close(descriptor) }
    }
}
