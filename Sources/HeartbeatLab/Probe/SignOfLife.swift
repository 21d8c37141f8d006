// What the client overhears of the cluster itself: the signs of life that a node sends to all of the LAN. They tell when
// its peer heard it last, from which every deadtime counts.

/// How the signs of life of a failover daemon look on the wire.
package enum SignOfLife: Hashable, Sendable {
    /// UDP to this port; with `text`, only what holds it.
    case udp(port: UInt16, holding: String? = nil)
    /// VRRP, IP protocol 112 (RFC 9568).
    case vrrp

    /// Who sent a frame, if it is such a sign.
    func sender(of frame: [UInt8]) -> HardwareAddress? {
        // Ethernet, then an IPv4 header of at least 20 bytes.
        guard frame.count >= 34, frame[12] == 0x08, frame[13] == 0x00, frame[14] >> 4 == 4 else { return nil }
        switch self {
        case .vrrp:
            guard frame[23] == 112 else { return nil }
        case .udp(let port, let text):
            let header = 14 + Int(frame[14] & 0x0F) * 4
            guard frame[23] == 17, frame.count >= header + 8,
                UInt16(frame[header + 2]) << 8 | UInt16(frame[header + 3]) == port
            else { return nil }
            guard text.map({ frame[(header + 8)...].contains(Array($0.utf8)) }) ?? true else { return nil }
        }
        return HardwareAddress(bytes: frame[6..<12])
    }
}

/// A sign of life that the client has overheard.
package struct LifeSighting: Hashable, Sendable {
    package var from: HardwareAddress
    package var at: Moment

    package init(from: HardwareAddress, at: Moment) {
        self.from = from
        self.at = at
    }
}
