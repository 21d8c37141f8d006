// The frames a probe sends and reads, as bytes. Pure: it opens no socket and knows no interface.

/// Builds and reads Ethernet frames of ARP (RFC 826) and ICMP echo (RFC 792) for one IPv4 address.
struct ProbePackets {
    /// The four bytes of the service address.
    var target: [UInt8]
    /// Identifier of our echoes.
    var identifier: UInt16

    static let ethertypeIPv4: UInt16 = 0x0800
    static let ethertypeARP: UInt16 = 0x0806

    /// What a received frame means to the probe.
    enum Sighting: Hashable {
        /// `from` answered ARP request number `index`.
        case owner(index: UInt32, from: HardwareAddress)
        /// `from` answered echo number `index`.
        case echo(index: UInt32, from: HardwareAddress)
        /// `from` announced that the address is its own.
        case announcement(from: HardwareAddress, isReply: Bool)
    }

    /// An ARP probe (RFC 5227: sender address zero, so that nobody learns from it). The sender's hardware address carries
    /// the index; the answer repeats it, which tells exactly which request it belongs to. No interface has that address,
    /// so answers reach nobody's neighbour table; being the frame's source, it tells the bridges where answers belong.
    func request(_ index: UInt32, to station: HardwareAddress = .broadcast) -> [UInt8] {
        station.bytes + marked(index) + [0x08, 0x06]
            + [0, 1, 0x08, 0, 6, 4, 0, 1] + marked(index) + [0, 0, 0, 0] + [0, 0, 0, 0, 0, 0] + target
    }

    /// An ICMP echo request (without IP header) whose payload is the index.
    func echo(_ index: UInt32) -> [UInt8] {
        var message: [UInt8] = [8, 0, 0, 0]
        message += bigEndian(identifier)
        message += bigEndian(UInt16(truncatingIfNeeded: index))
        message += bigEndian(index)
        let sum = internetChecksum(message)
        message[2] = UInt8(sum >> 8)
        message[3] = UInt8(sum & 0xFF)
        return message
    }

    /// The address a frame speaks for: the sender of ARP, the source of IPv4. `nil` for other frames.
    static func source(of frame: [UInt8]) -> UInt32? {
        guard frame.count >= 42, frame[12] == 0x08, frame[13] == 0x06 || frame[13] == 0x00 else { return nil }
        let start = frame[13] == 0x06 ? 28 : 26
        return frame[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// What a frame says about the address; `nil` for everybody else's traffic and for whatever is cut short.
    func read(_ frame: some Collection<UInt8>) -> Sighting? {
        let bytes = [UInt8](frame)
        guard bytes.count >= 42 else { return nil }
        switch UInt16(bytes[12]) << 8 | UInt16(bytes[13]) {
        case Self.ethertypeARP: return readARP(bytes)
        case Self.ethertypeIPv4: return readEcho(bytes)
        default: return nil
        }
    }

    private func readARP(_ frame: [UInt8]) -> Sighting? {
        guard frame[14..<20].elementsEqual(Self.ethernetARP), frame[20] == 0, frame[28..<32].elementsEqual(target),
            let from = HardwareAddress(bytes: frame[22..<28])
        else { return nil }
        if frame[38..<42].elementsEqual(target) { return .announcement(from: from, isReply: frame[21] == 2) }
        guard frame[21] == 2, frame[32..<34].elementsEqual(Self.mark) else { return nil }
        return .owner(index: number(frame[34..<38]), from: from)
    }

    private func readEcho(_ frame: [UInt8]) -> Sighting? {
        let header = Int(frame[14] & 0x0F) * 4
        let message = 14 + header
        guard frame[14] >> 4 == 4, header >= 20, frame[23] == 1, frame.count >= message + 12,
            frame[26..<30].elementsEqual(target), frame[message] == 0,
            UInt16(frame[message + 4]) << 8 | UInt16(frame[message + 5]) == identifier,
            let from = HardwareAddress(bytes: frame[6..<12])
        else { return nil }
        return .echo(index: number(frame[message + 8..<message + 12]), from: from)
    }

    /// Ethernet, IPv4, lengths of their addresses.
    private static let ethernetARP: [UInt8] = [0, 1, 0x08, 0, 6, 4]

    /// First bytes of the hardware addresses that carry an index; locally administered.
    private static let mark: [UInt8] = [0x02, 0x4C]

    private func marked(_ index: UInt32) -> [UInt8] {
        Self.mark + bigEndian(index)
    }

    private func number(_ bytes: some Collection<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        stride(from: number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// Reads a dotted quad; `nil` for anything else.
package func ipv4Bytes(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    let bytes = parts.compactMap(\.self)
    return bytes.count == 4 ? bytes : nil
}
