// Runs the decisions of HeartbeatLans on the loop: packets and the time go in, packets and routes come out. Every system call
// is here or below, every decision is there.

import Glibc
import HeartbeatFormats
import HeartbeatLans
import HeartbeatLoop
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem
import HeartbeatWire

/// One host's part in keeping redundant LANs.
package final class LanRunner {
    package var onEvent: (Event) -> Void = { _ in }

    private let settings: LanConfiguration
    private let codec: LanCodec
    private let reactor: Reactor
    private let kernel = NetlinkSocket()
    private let routes = RouteKeeper()
    private let streams: StreamPrompter
    private var machine: LanMachine?
    private var interfaces: LanInterfaces?
    private var ports: [String: InterfacePort] = [:]
    private var timer: DeadlineTimer?
    private var lastLook: Instant?
    private var moved: Set<IPAddress> = []
    private var troubles = OnceTold()
    private var isClosed = false

    /// `keys` sign what is sent; without, packets are believed from any neighbour.
    package init(_ settings: LanConfiguration, keys: AuthenticationKeys?, reactor: Reactor) {
        self.settings = settings
        self.reactor = reactor
        streams = StreamPrompter(reactor: reactor)
        codec = LanCodec(keys.map(Authentication.init))
        timer = DeadlineTimer(reactor: reactor) { [weak self] in self?.expire(at: $0) }
    }

    /// Removes what a killed predecessor left, and begins. It goes on trying what does not work yet.
    package func start() {
        do throws(SystemError) {
            let count = try routes.removeLeftovers()
            if count > 0 { onEvent(.leftovers(count: count)) }
        } catch {
            tell("\(error)")
        }
        expire(at: reactor.now)
    }

    /// Ends everything; all routes are as they would be without it.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        timer?.set(nil)
        for port in ports.values { port.close() }
        ports = [:]
        do throws(SystemError) { _ = try routes.removeLeftovers() } catch { tell("\(error)") }
    }

    // MARK: - Time

    private func expire(at now: Instant) {
        guard !isClosed else { return }
        look(at: now)
        if machine != nil { execute(machine?.expireTimers(at: now) ?? []) }
        setTimer()
    }

    private func setTimer() {
        let due = [machine?.nextDeadline, lastLook.map { $0 + settings.interval }].compactMap(\.self).min()
        timer?.set(due ?? reactor.now + settings.interval)
    }

    // MARK: - Interfaces

    private func look(at now: Instant) {
        if let lastLook, now - lastLook < settings.interval { return }
        lastLook = now
        do throws(SystemError) {
            let tables = try KernelTables.read(kernel)
            if machine == nil { begin(tables, at: now) }
            let found = LanInterfaces(tables, names: settings.interfaces)
            interfaces = found
            openPorts(found)
            execute(machine?.handle(.networks(found.networks), at: now) ?? [])
            try routes.restore(on: found.entries)
        } catch {
            tell("\(error)")
        }
    }

    private func begin(_ tables: KernelTables, at now: Instant) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        machine = LanMachine(
            settings, identity: LanInterfaces.identity(tables, host: Machine.name),
            sequence: UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000, now: now)
    }

    private func openPorts(_ found: LanInterfaces) {
        for (name, port) in ports where found.entries[name]?.index != port.index {
            port.close()
            ports[name] = nil
        }
        for network in found.networks where ports[network.name] == nil {
            guard let interface = found.entries[network.name] else { continue }
            loosenFilter(interface.name)
            open(interface)
        }
        if found.networks.count < 2 {
            tell("fewer than two LANs: give two interfaces an IPv4 address each, of different networks")
        }
    }

    private func loosenFilter(_ name: String) {
        switch ReversePathFilter.loosen(name) {
        case .harmless: break
        case .loosened: onEvent(.loosened(interface: name))
        case .refused(let text): tell(text)
        }
    }

    private func open(_ interface: InterfaceEntry) {
        let name = interface.name
        do throws(SystemError) {
            ports[name] = try InterfacePort(
                settings.port, on: name, reactor: reactor,
                onPacket: { [weak self] in self?.received($0, from: $1, over: name) },
                onBroken: { [weak self] error in
                    self?.ports.removeValue(forKey: name)?.close()
                    self?.tell("\(error)")
                })
        } catch {
            tell("\(error)")
        }
    }

    // MARK: - Packets

    private func received(_ bytes: [UInt8], from source: IPAddress, over name: String) {
        do throws(LanCodec.Refusal) {
            let packet = try codec.decode(bytes)
            execute(machine?.handle(.received(packet, from: source, over: name), at: reactor.now) ?? [])
            setTimer()
        } catch {
            tell("packet of \(source) on \(name) is ignored: \(error)")
        }
    }

    private func execute(_ effects: [LanEffect]) {
        for effect in effects {
            switch effect {
            case .broadcast(let packet, let name):
                if let address = interfaces?.broadcasts[name] { send(packet, to: address, over: name) }
            case .answer(let packet, let address, let name): send(packet, to: address, over: name)
            case .route(let wanted): install(wanted)
            case .suspect(let suspects): watch(suspects)
            case .notify(let notice): onEvent(.notice(notice))
            }
        }
    }

    private func send(_ packet: LanPacket, to address: IPAddress, over name: String) {
        guard let port = ports[name] else { return }
        do throws(SystemError) {
            try port.send(codec.encode(packet), to: address)
        } catch {
            tell("\(error)")
        }
    }

    // MARK: - Routes

    private func install(_ wanted: [LanRoute]) {
        let new = Set(wanted.map(\.destination)).subtracting(moved)
        moved = Set(wanted.map(\.destination))
        do throws(SystemError) {
            for failure in try routes.install(wanted, on: interfaces?.entries ?? [:]) { tell("\(failure)") }
        } catch {
            tell("\(error)")
        }
        wake(new)
    }

    private func wake(_ destinations: Set<IPAddress>) {
        guard let interfaces, !destinations.isEmpty else { return }
        let own = Set(interfaces.networks.flatMap { $0.addresses.map(\.address) })
        do throws(SystemError) {
            let count = try streams.wake(streamsTo: destinations, of: own)
            if count > 0 { onEvent(.woken(count: count)) }
        } catch {
            tell("\(error)")
        }
    }

    private func watch(_ suspects: [LanSuspect]) {
        do throws(SystemError) {
            try streams.watch(suspects, on: interfaces?.entries ?? [:])
        } catch {
            tell("\(error)")
        }
    }

    /// Once in a daemon's life for the same words: what is tried every interval fails every interval.
    private func tell(_ trouble: String) {
        guard troubles.isNew(trouble) else { return }
        onEvent(.trouble(trouble))
    }
}
