// The sockets of all gateway services of a host: one for each interface and port. An upstream interface comes and goes; its socket is made
// when something is to be sent. What is not to be believed reaches nobody, and is told.

import Glibc
import HeartbeatGateway
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Sends and receives for several services.
package final class GatewayPorts {
    /// A sentence about packets that are ignored, or a socket that cannot be made; once for the same words.
    package var onTrouble: (String) -> Void = { _ in }

    private struct Place: Hashable {
        var interface: String
        var port: UInt16
        var isIPv6: Bool
    }

    private struct Listener {
        var places: [GatewaySide: Place]
        var receive: (GatewayPacket, GatewaySide) -> Void
    }

    private let codec: GatewayCodec
    private let reactor: Reactor
    private var inbox: GatewayInbox
    private var listeners: [String: Listener] = [:]
    private var ports: [Place: InterfacePort] = [:]
    private var troubles = OnceTold()
    /// Who has an address, as the files say: whose packet was refused tells nothing itself that could be believed.
    private var names: [IPAddress: NodeName] = [:]

    package init(_ codec: GatewayCodec, reactor: Reactor) {
        self.codec = codec
        self.reactor = reactor
        inbox = GatewayInbox(codec)
    }

    /// What was ignored so far, a sentence for each reason.
    package var report: [String] {
        inbox.refused.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($1) packets were ignored: \($0.rawValue)" }
    }

    /// Hears packets of a service from now on.
    package func listen(
        for configuration: GatewayConfiguration, receive: @escaping (GatewayPacket, GatewaySide) -> Void
    ) {
        var places: [GatewaySide: Place] = [:]
        for side in GatewaySide.allCases {
            let leg = configuration.leg(on: side)
            places[side] = Place(
                interface: leg.interface, port: configuration.port, isIPv6: leg.roving.isIPv6)
            for host in configuration.hosts { names[host.address(on: side)] = host.name }
        }
        listeners[configuration.name] = Listener(places: places, receive: receive)
        for side in GatewaySide.allCases { _ = port(of: configuration.name, side) }
    }

    package func close() {
        for port in ports.values { port.close() }
        ports = [:]
        listeners = [:]
    }

    /// Sends without waiting. A side that is down loses what is sent there.
    package func send(_ packet: GatewayPacket, to address: IPAddress, over side: GatewaySide) {
        guard let port = port(of: packet.service, side) else { return }
        do throws(SystemError) {
            try port.send(codec.encode(packet), to: address)
        } catch {
            // A host that is off, or a link that is down, is what all this is for.
            guard ![ENETUNREACH, EHOSTUNREACH, ENETDOWN, ECONNREFUSED].contains(error.code) else { return }
            tell("\(error)")
        }
    }

    /// The socket of a side; made anew when the interface is another one than before.
    private func port(of service: String, _ side: GatewaySide) -> InterfacePort? {
        guard let place = listeners[service]?.places[side] else { return nil }
        let index = if_nametoindex(place.interface)
        if let port = ports[place] {
            if port.index == index { return port }
            port.close()
            ports[place] = nil
        }
        guard index != 0 else { return nil }
        do throws(SystemError) {
            let port = try InterfacePort(
                place.port, on: place.interface, isIPv6: place.isIPv6, reactor: reactor,
                onPacket: { [weak self] in self?.received($0, from: $1, at: place) },
                onBroken: { [weak self] error in
                    self?.ports.removeValue(forKey: place)?.close()
                    self?.tell("\(error)")
                })
            ports[place] = port
            return port
        } catch {
            tell("\(error)")
            return nil
        }
    }

    private func received(_ bytes: [UInt8], from source: IPAddress, at place: Place) {
        do throws(GatewayRefusal) {
            let packet = try inbox.open(bytes)
            guard let listener = listeners[packet.service],
                let side = GatewaySide.allCases.first(where: { listener.places[$0] == place })
            else { return }
            listener.receive(packet, side)
        } catch {
            let sender = names[source].map { "\($0), \(source)," } ?? "\(source)"
            tell("packet of \(sender) on \(place.interface) is ignored: \(error)")
        }
    }

    /// Once for the same words: whoever sends rubbish sends a lot of it.
    private func tell(_ trouble: String) {
        guard troubles.isNew(trouble) else { return }
        onTrouble(trouble)
    }
}
