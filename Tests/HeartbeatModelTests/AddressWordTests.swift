// The grammar of service addresses, against what Debian's agents of heartbeat 3 do with the same words (IPaddr, IPaddr2 and
// IPv6addr of resource-agents 4.12, run with one word after the other).

import HeartbeatModel
import Testing

@Suite("Words of service addresses")
struct AddressWordTests {
    /// `bytes[/bits][ on label or interface][ brd]`, or the mistake.
    private static func read(_ text: String) -> String {
        do throws(AddressWord.Mistake) {
            let isIPv6 = text.contains(":") && !text.contains(".")
            let word = isIPv6 ? try AddressWord.ipv6(text) : try AddressWord.ipv4(text)
            let address = word.address
            return [
                address.ip.description, address.prefixLength.map { "/\($0)" },
                (address.label ?? address.interface).map { " \($0)" },
                address.broadcast.map { " brd \($0)" },
                word.surplus.isEmpty ? nil : " and \(word.surplus.joined(separator: " "))",
            ].compactMap(\.self).joined()
        } catch {
            return error.description
        }
    }

    @Test(
        "What the original's agents take means the same here",
        arguments: [
            ("10.77.0.100", "10.77.0.100"), ("10.77.0.100/24", "10.77.0.100/24"),
            // Slashes that stand together, or at the end.
            ("10.77.0.100/", "10.77.0.100"), ("10.77.0.100//", "10.77.0.100"), ("10.77.0.100///", "10.77.0.100"),
            ("10.77.0.100/24/", "10.77.0.100/24"), ("10.77.0.100//8/eth0", "10.77.0.100/8 eth0"),
            ("10.77.0.100/24//eth0", "10.77.0.100/24 eth0"), ("10.77.0.100/24/eth0/", "10.77.0.100/24 eth0"),
            ("10.77.0.100/24/eth0:1/", "10.77.0.100/24 eth0:1"),
            ("10.77.0.100/24/eth0//10.77.0.127", "10.77.0.100/24 eth0 brd 10.77.0.127"),
            ("10.77.0.100/24/eth0/10.77.0.127/", "10.77.0.100/24 eth0 brd 10.77.0.127"),
            ("10.77.0.100/24/10.77.0.127", "10.77.0.100/24 brd 10.77.0.127"),
            // What nobody looks at.
            ("10.77.0.100/24/eth0/10.77.0.127/x", "10.77.0.100/24 eth0 brd 10.77.0.127 and x"),
            ("10.77.0.100/24/10.77.0.127/eth0", "10.77.0.100/24 brd 10.77.0.127 and eth0"),
            // A netmask for the bits.
            ("10.77.0.100/255.255.255.0", "10.77.0.100/24"), ("10.77.0.100/255.255.240.0/eth0", "10.77.0.100/20 eth0"),
            ("10.77.0.100/1/eth0", "10.77.0.100/1 eth0"), ("10.77.0.100/32", "10.77.0.100/32"),
            ("240.0.0.1/24", "240.0.0.1/24"), ("127.0.0.9/8/lo", "127.0.0.9/8 lo"),
            ("fd77:0:0:0:0:0:0:1/64//eth0", "fd77::1/64 eth0"),
            ("fd77::1/", "fd77::1"),
            ("fd77::1/64/eth0/", "fd77::1/64 eth0"),
            ("fd77::1/64/eth0/x", "fd77::1/64 eth0 and x"),
            ("fd77::1/0/eth0", "fd77::1 eth0"),
        ])
    func taken(text: String, meaning: String) {
        #expect(Self.read(text) == meaning)
    }

    @Test(
        "What the original's agents fail at, or take for something else, is refused with what is wrong",
        arguments: [
            ("", "no valid IPv4 address"), ("x", "no valid IPv4 address"), ("10.0.0", "no valid IPv4 address"),
            ("10.0.0.1.2", "no valid IPv4 address"), ("10.0.0.256", "no valid IPv4 address"),
            ("10.0.0.", "no valid IPv4 address"), ("/10.0.0.1", "no valid IPv4 address"),
            ("010.77.0.100/24", "without zeros in front"), ("10.077.0.100", "without zeros in front"),
            ("224.0.0.9/24", "an interface can own"), ("0.0.0.0/24", "an interface can own"),
            ("255.255.255.255/24", "an interface can own"),
            ("10.0.0.1/0/eth0", "a number of bits from 1 to 32"), ("10.0.0.1/33", "a number of bits from 1 to 32"),
            ("10.0.0.1/0.0.0.0", "a number of bits"), ("10.0.0.1/255.0.255.0", "a number of bits"),
            ("10.0.0.1//eth0", "a number of bits"), ("10.0.0.1/eth0", "a number of bits"),
            ("10.0.0.1/024/eth0", "a number of bits"), ("10.0.0.1/+24", "a number of bits"),
            ("10.0.0.1/24x", "a number of bits"), ("10.0.0.1/99999999999999999999", "a number of bits"),
            ("10.0.0.1/24/1.2.3", "no valid broadcast address"), ("10.0.0.1/24/eth0/x", "no valid broadcast address"),
            ("10.0.0.1/24/eth0:", "a label is 15 characters at most"), ("10.0.0.1/24/:1", "names an interface"),
            ("10.0.0.1/24/eth0:averylonglabel", "a label is 15 characters at most"),
            ("10.0.0.1/24/averylonginterface", "names an interface"), ("10.0.0.1/24/eth 0", "names an interface"),
            ("fe80::1%eth0", "no valid IPv6 address"), ("fd77::1/129", "a number of bits from 1 to 128"),
            ("fd77::1/64/eth0:1", "only IPv4 addresses"), ("ff02::1", "no interface can own"),
            ("::", "no interface can own"),
        ])
    func refused(text: String, mistake: String) {
        #expect(Self.read(text).contains(mistake))
    }

    @Test("What SendArp cannot announce is refused", arguments: ["", "10.0.0.1", "/eth0", "10.0.0.1/", "x/eth0"])
    func notAnnounced(text: String) {
        #expect(throws: AddressWord.Mistake.self) { try AddressWord.announced(text) }
    }

    @Test("What is announced is an address and an interface")
    func announced() throws {
        #expect(try AddressWord.announced("10.0.0.1/eth0") == (IPAddress(0x0A00_0001), "eth0"))
        #expect(try AddressWord.announced("fd77::1/eth0").address.isIPv6)
    }
}
