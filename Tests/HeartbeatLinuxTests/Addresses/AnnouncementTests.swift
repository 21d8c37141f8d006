import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats
@testable import HeartbeatSystem

private func bytes(_ hex: String) -> [UInt8] {
    hex.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
}

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct AnnouncementTests {
    let left = TestNetwork()
    let right = TestNetwork()

    private static let station = "02:00:5e:10:00:01"
    private static let arpRequest = bytes(
        """
        ff ff ff ff ff ff 02 00 5e 10 00 01 08 06
        00 01 08 00 06 04 00 01 02 00 5e 10 00 01 0a 4d 00 32 00 00 00 00 00 00 0a 4d 00 32
        """)
    private static let arpReply = bytes(
        """
        ff ff ff ff ff ff 02 00 5e 10 00 01 08 06
        00 01 08 00 06 04 00 02 02 00 5e 10 00 01 0a 4d 00 32 02 00 5e 10 00 01 0a 4d 00 32
        """)

    /// Frames of one ethertype that arrive at the right end while `body` runs at the left one, until there are `count`.
    private func capture(_ ethertype: UInt16, count: Int, _ body: @escaping () -> Void) -> [[UInt8]] {
        left.connect("hbm", host: 1, to: right, "hbm", host: 2)
        left.run("ip link set hbm down; ip link set hbm address \(Self.station) up")
        left.awaitReady("hbm")
        let fd = right.inside { socket(AF_PACKET, Int32(SOCK_RAW.rawValue), Int32(ethertype.bigEndian)) }
        defer { close(fd) }
        left.inside(body)
        var frames: [[UInt8]] = []
        _ = eventually {
            var buffer = [UInt8](repeating: 0, count: 2048)
            let length = recv(fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            // The kernel talks too; only packets about the announced address count.
            if length > 0, contains(Array(buffer[14..<length])) { frames.append(Array(buffer[..<length])) }
            return frames.count == count
        }
        return frames
    }

    private func contains(_ payload: [UInt8]) -> Bool {
        let ipv4 = bytes("0a 4d 00 32")
        let isArp = payload.count == 28 && Array(payload[14..<18]) == ipv4
        let isAdvertisement =
            payload.count == 72 && payload[6] == 58 && payload[40] == 136
            && Array(payload[8..<24]) == IPAddress("fd77::50")?.bytes
        return isArp || isAdvertisement
    }

    /// Every form of the announcement, so many times; the error that stopped it.
    @discardableResult
    private static func announce(_ address: String, on name: String = "hbm", times: Int) -> String? {
        do {
            let interface = try #require(try AddressKeeper().interface(named: name))
            guard let announced = AnnouncedAddress(IPAddress(address)!, on: interface) else { return "no neighbours" }
            let socket = try AnnouncementSocket()
            for _ in 0..<times {
                for form in 0..<announced.forms { try socket.send(announced, form: form) }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("An IPv4 address is announced by an ARP request and a reply, byte for byte")
    func ipv4() {
        let frames = capture(0x0806, count: 4) { _ = Self.announce("10.77.0.50", times: 2) }
        #expect(frames == [Self.arpRequest, Self.arpReply, Self.arpRequest, Self.arpReply])
    }

    @Test("An IPv6 address is announced by an overriding advertisement to all nodes, byte for byte")
    func ipv6() {
        let expected = bytes(
            """
            33 33 00 00 00 01 02 00 5e 10 00 01 86 dd 60 00 00 00 00 20 3a ff
            fd 77 00 00 00 00 00 00 00 00 00 00 00 00 00 50 ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01
            88 00 fa fe 20 00 00 00 fd 77 00 00 00 00 00 00 00 00 00 00 00 00 00 50 02 01 02 00 5e 10 00 01
            """)
        let frames = capture(0x86DD, count: 1) { _ = Self.announce("fd77::50", times: 1) }
        #expect(frames == [expected])
    }

    @Test("A neighbour that knew another station learns the new one", arguments: ["10.77.0.50", "fd77::50"])
    func learned(address: String) {
        left.connect("hbm", host: 1, to: right, "hbm", host: 2)
        left.run("ip link set hbm down; ip link set hbm address \(Self.station) up")
        left.awaitReady("hbm")
        right.awaitReady("hbm")
        right.run("ip neighbour replace \(address) lladdr 02:00:00:00:00:99 dev hbm nud stale")
        #expect(left.inside { Self.announce(address, times: 1) } == nil)
        let knows = "ip neighbour show \(address) | grep -q \(Self.station)"
        #expect(eventually { right.run(knows) == 0 })
    }

    @Test("A router says so in its advertisement")
    func router() {
        let frames = AnnouncementFrames.frames(
            for: IPAddress("fd77::50")!, station: bytes("02 00 5e 10 00 01"), isRouter: true)
        #expect(frames.count == 1 && frames[0].payload[44] == 0xA0)
    }

    @Test("An interface without neighbours is passed over")
    func loopback() {
        #expect(left.inside { Self.announce("10.77.0.50", on: "lo", times: 1) } == "no neighbours")
    }

    @Test("An interface with neighbours that is no Ethernet is an error with a reason")
    func notEthernet() {
        left.run("ip tuntap add dev hbt mode tun && ip link set hbt up && ip link set hbt arp on")
        let error = left.inside { Self.announce("10.77.0.50", on: "hbt", times: 1) }
        #expect(error == "cannot send on hbt: not an Ethernet interface, 10.77.0.50 is not announced on it")
    }

    @Test("An interface that is down is an error of sending")
    func down() {
        left.connect("hbm", host: 1, to: right, "hbm", host: 2)
        left.run("ip link set hbm down")
        let error = left.inside { Self.announce("10.77.0.50", times: 1) }
        #expect(error == "cannot send on hbm: Network is down; is the interface up, with an address?")
    }
}

struct SocketEndpointTests {
    @Test("A socket address gives back the address it was made of", arguments: ["192.0.2.1", "2001:db8::1"])
    func endpoint(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(SocketEndpoint(address, port: 694, scope: 3).address == address)
    }
}
