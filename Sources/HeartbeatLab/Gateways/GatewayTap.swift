// Listens to a switch of the laboratory: what hosts of a gateway service say to each other, and what somebody says again who has recorded
// it. It knows where a datagram came from and which message of the protocol it is; who may believe it is not its matter.

import CLinux
import Glibc
import Synchronization

/// A datagram that passed a switch.
package struct GatewayDatagram: Hashable, Sendable {
    /// The messages, by their places in Table 1 of DSOM 2002.
    package enum Kind: UInt8, Hashable, Sendable {
        case serviceCheck = 1, serviceCheckReply, serviceShutdown, downstreamTakeover, downstreamTakeoverDeny,
            upstreamTakeover, upstreamTakeoverDeny, serviceTakeover
    }

    package var at: Moment
    package var kind: Kind
    /// Addresses as dotted quads.
    package var sender: String
    package var receiver: String
    /// Whole, as it was on the wire.
    var frame: [UInt8]

    /// Reads a frame; `nil` for whatever is no message of a gateway service.
    init?(_ frame: [UInt8], at moment: Moment) {
        guard frame.count >= 34, frame[12] == 0x08, frame[13] == 0x00, frame[14] >> 4 == 4, frame[23] == 17 else {
            return nil
        }
        let udp = 14 + Int(frame[14] & 0x0F) * 4
        let payload = udp + 8
        guard frame.count >= payload + 5, frame[payload...].starts(with: Array("GWY".utf8)),
            let kind = Kind(rawValue: frame[payload + 4])
        else { return nil }
        at = moment
        self.kind = kind
        sender = frame[26..<30].map(String.init).joined(separator: ".")
        receiver = frame[30..<34].map(String.init).joined(separator: ".")
        self.frame = frame
        // The sender leaves the checksum to its network card, and here is none; zero is none (RFC 768).
        self.frame.replaceSubrange(udp + 6..<udp + 8, with: [0, 0])
    }
}

extension GatewayDatagram {
    /// As a host with another version of the protocol says it.
    package func ofVersion(_ version: UInt8) -> GatewayDatagram {
        var other = self
        // Behind the three letters that every message begins with.
        other.frame[14 + Int(frame[14] & 0x0F) * 4 + 8 + 3] = version
        return other
    }
}

/// Listens until it is closed.
package final class GatewayTap: Sendable {
    private final class Notes: Sendable {
        let datagrams: Mutex<[GatewayDatagram]> = Mutex([])

        func listen(_ socket: Int32) {
            var frame = [UInt8](repeating: 0, count: 8192)
            var nanoseconds: Int64 = 0
            while true {
                let count = clinux_lab_receive(socket, &frame, frame.count, &nanoseconds)
                guard count > 0 else { return }
                let datagram = GatewayDatagram(Array(frame[..<count]), at: Moment(nanoseconds: nanoseconds))
                if let datagram { datagrams.withLock { $0.append(datagram) } }
            }
        }
    }

    private let notes = Notes()
    private let socket: Int32
    private let thread: WorkingThread

    init(on bridge: String, in switches: NetworkNamespace) throws {
        // A bridge that listens to everything hands on a copy of what passes from port to port.
        let socket = try switches.open("packet socket on \(bridge)") {
            clinux_lab_packet_socket(Int32(if_nametoindex(bridge)), ProbePackets.ethertypeIPv4)
        }
        self.socket = socket
        thread = try WorkingThread { [notes] stop in
            while !awaitReadable([socket, stop]).contains(stop) { notes.listen(socket) }
        }
    }

    /// What has passed so far.
    package var datagrams: [GatewayDatagram] { notes.datagrams.withLock { $0 } }

    /// Those of a kind from a moment on.
    package func all(_ kind: GatewayDatagram.Kind, since start: Moment) -> [GatewayDatagram] {
        datagrams.filter { $0.kind == kind && $0.at >= start }
    }

    /// Sends datagrams once more, from nowhere in particular.
    package func replay(_ datagrams: [GatewayDatagram]) {
        for datagram in datagrams { _ = write(socket, datagram.frame, datagram.frame.count) }
    }

    /// Ends the thread. Once only.
    package func close() {
        thread.close()
        _ = Glibc.close(socket)
    }
}
