// A segment of TCP in its IPv4 packet, as far as an ICMP error quotes it. Pure.

import HeartbeatModel

/// A packet of a stream: as much of it as an ICMP error quotes.
package struct StreamPacket: Hashable {
    /// The IP header and the first eight bytes of the TCP header: ports and sequence number.
    package let quote: [UInt8]
    package let source: IPAddress
    package let destination: IPAddress
    /// Ports of source and destination, two bytes each.
    package let ports: [UInt8]

    /// Reads an IPv4 packet; `nil` for anything but a segment of an established TCP stream, and for fragments. A connection
    /// that is only being made is left out: an ICMP error would end it.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 40, bytes[0] >> 4 == 4, bytes[9] == 6 /* TCP */, bytes[6] & 0x1F == 0, bytes[7] == 0 else {
            return nil
        }
        let header = Int(bytes[0] & 0xF) * 4
        guard header >= 20, bytes.count >= header + 14, bytes[header + 13] & 0x02 /* SYN */ == 0,
            let source = IPAddress(bytes: bytes[12..<16]), let destination = IPAddress(bytes: bytes[16..<20])
        else { return nil }
        self.source = source
        self.destination = destination
        ports = Array(bytes[header..<header + 4])
        quote = Array(bytes[..<(header + 8)])
    }
}
