// What all probes of a node share, and how each kind becomes a question.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem
import HeartbeatWire

/// Why a question cannot even be made; for the log.
struct ProbeRefusal: Error {
    let reason: String
}

final class ProbeTools {
    let reactor: Reactor
    let addresses: HostAddresses
    let scripts: ScriptRunner
    /// With what partners are asked; `nil` while none may be.
    var partnerCodec: PartnerCodec?
    private let environment: [(String, String)]
    /// Tells the echo requests of this daemon's questions apart.
    private var identifier = UInt16.random(in: 0...(.max))

    init(reactor: Reactor, environment: [(String, String)]) {
        self.reactor = reactor
        self.environment = environment
        addresses = HostAddresses(reactor: reactor)
        // A program has had its time; asking it to end would only give it more.
        scripts = ScriptRunner(loop: reactor.eventLoop, grace: .zero)
    }

    /// The version its source or its kind prescribes; `nil` when either will do.
    func family(of probe: PathProbe) -> Bool? {
        probe.source.flatMap { IPAddress(droppingZoneOf: $0) }?.isIPv6
    }

    /// The question of `probe`; `address` is that of its host.
    func question(
        _ probe: PathProbe, to address: IPAddress?, _ slot: CommandSlot
    ) -> Result<any ProbeQuestion, ProbeRefusal> {
        guard let address else { return .success(command(probe, slot)) }
        do throws(ProbeRefusal) {
            return .success(try question(probe.kind, address, try route(of: probe)))
        } catch {
            return .failure(error)
        }
    }

    private func route(of probe: PathProbe) throws(ProbeRefusal) -> ProbeRoute {
        var source: IPAddress?
        if let text = probe.source {
            source = IPAddress(droppingZoneOf: text)
            guard source != nil else { throw ProbeRefusal(reason: "source \(text) is no address") }
        }
        return ProbeRoute(device: probe.device, source: source, mark: probe.mark)
    }

    /// Tells the partner of `probe` that something has changed here. What cannot be told now is asked for soon.
    func tellPartner(of probe: PathProbe) {
        guard case .partner(let host, let port) = probe.kind, let codec = partnerCodec else { return }
        addresses.find(host, isIPv6: family(of: probe)) { [self] found in
            guard case .success(let address) = found else { return }
            do throws(ProbeRefusal) {
                let route = try route(of: probe)
                do throws(SystemError) { try UdpExchange.tell(codec, address, port: port, route) } catch { return }
            } catch {
                return
            }
        }
    }

    private func question(
        _ kind: PathProbe.Kind, _ address: IPAddress, _ route: ProbeRoute
    ) throws(ProbeRefusal) -> any ProbeQuestion {
        switch kind {
        case .icmp:
            identifier &+= 1
            return DatagramQuestion(reactor, IcmpExchange.prepare(address, route, identifier: identifier))
        case .udpEcho(_, let port):
            return DatagramQuestion(reactor, UdpExchange.echo(address, port: port, route))
        case .dns(_, let port, let name):
            guard let query = DnsQuery(name, isIPv6: address.isIPv6, identifier: .random(in: 0...(.max))) else {
                throw ProbeRefusal(reason: "\(name) is no name of DNS")
            }
            return DatagramQuestion(reactor, UdpExchange.dns(query, address, port: port, route))
        case .neighbour:
            guard let device = route.device else {
                throw ProbeRefusal(reason: "a neighbour is asked over an interface; name it with dev=")
            }
            return DatagramQuestion(reactor, NeighbourExchange.prepare(address, device, route))
        case .tcp(_, let port):
            return TcpQuestion(reactor, address, port: port, route, request: nil)
        case .http(let host, let port, let path):
            guard let request = HttpExchange.request(host: host, port: port, path: path) else {
                throw ProbeRefusal(reason: "\(path) is no path of HTTP")
            }
            return TcpQuestion(reactor, address, port: port, route, request: request)
        case .partner(_, let port):
            guard let partnerCodec else { throw ProbeRefusal(reason: "there is no partner_port, and so no key") }
            return DatagramQuestion(reactor, UdpExchange.partner(partnerCodec, address, port: port, route))
        case .command:
            throw ProbeRefusal(reason: "a program has no address")
        }
    }

    private func command(_ probe: PathProbe, _ slot: CommandSlot) -> any ProbeQuestion {
        guard case .command(let path, let arguments) = probe.kind else {
            preconditionFailure("every other kind has a host")
        }
        let own = [
            ("HA_PROBE", probe.name), ("HA_PROBE_DEV", probe.device), ("HA_PROBE_SOURCE", probe.source),
            ("HA_PROBE_MARK", probe.mark.map { "\($0)" }),
        ].compactMap { name, value in value.map { (name, $0) } }
        return CommandQuestion(
            scripts, slot, path: path, arguments: arguments, environment: environment + own, timeout: probe.timeout)
    }
}
