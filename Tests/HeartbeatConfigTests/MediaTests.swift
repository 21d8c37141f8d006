// Media and the settings in force at their lines.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Media of ha.cf")
struct MediaTests {
    private func read(_ media: String, host: HostFacts = .laboratory) -> ConfigurationResult {
        var files = Files()
        files.haCf = media + "\n" + Files.rest
        files.host = host
        return files.read()
    }

    @Test("Every medium, with the port and baud rate in force at its line")
    func everyMedium() {
        let lines = """
            udpport 700
            baud 115200
            serial /dev/ttyS0,/dev/ttyS1
            bcast eth0 eth1
            ucast eth1 10.0.0.2
            mcast eth2 225.0.0.1 694 255 1
            ucast6 eth1 fe80::1
            mcast6 eth2 ff12::1 695 0 0
            udpport 701
            ucast eth1 peer.example
            """
        #expect(
            read(lines).configuration?.media == [
                .serial(device: "/dev/ttyS0", baud: 115200), .serial(device: "/dev/ttyS1", baud: 115200),
                .broadcast(interface: "eth0", port: 700), .broadcast(interface: "eth1", port: 700),
                .unicast(interface: "eth1", peer: "10.0.0.2", port: 700),
                .multicast(interface: "eth2", group: "225.0.0.1", port: 694, ttl: 255, loopback: true),
                .unicast6(interface: "eth1", peer: "fe80::1", port: 700),
                .multicast6(interface: "eth2", group: "ff12::1", port: 695, hops: 0, loopback: false),
                .unicast(interface: "eth1", peer: "peer.example", port: 700),
            ])
    }

    @Test(
        "All media of a kind share the port of the first, and a later one is pointed out",
        arguments: [
            ("udpport 700\nbcast eth0\nudpport 701\nbcast eth1", [700, 700], "not udpport 701"),
            ("udpport 700\nudp eth0\nudpport 701\nbcast eth1", [700, 700], "not udpport 701"),
            ("ucast eth0 10.0.0.2\nudpport 701\nucast eth1 10.0.0.3", [694, 694], "not udpport 701"),
            ("udpport 700\nbcast eth0\nudpport 701\nucast eth1 10.0.0.2", [700, 701], nil),
            ("udpport 700\nucast6 eth0 fe80::2\nudpport 701\nucast eth1 10.0.0.2", [700, 701], nil),
        ] as [(String, [UInt16], String?)])
    func sharedPort(lines: String, ports: [UInt16], message: String?) {
        let result = read(lines)
        let used = result.configuration?.media.map { medium in
            switch medium {
            case .broadcast(_, let port), .unicast(_, _, let port), .unicast6(_, _, let port): port
            case .serial, .multicast, .multicast6: UInt16(0)
            }
        }
        #expect(used == ports)
        #expect(message == nil || result.warnings.contains { $0.contains(message ?? "") }, "\(result.warnings)")
    }

    @Test("Where a line is one medium, commas separate nothing")
    func commas() {
        #expect(read("ucast eth0,10.0.0.2").errors.count == 1)
        #expect(read("ucast eth0 10.0.0.2,10.0.0.3").errors.first?.contains("contains a comma") == true)
        #expect(read("mcast eth0,225.0.0.1,694,1,0").errors.count == 1)
    }

    @Test("What heartbeat 3 passes over in a rate or a port is passed over, and pointed out")
    func numbersWithTails() {
        let result = read("baud 09600x\nserial /dev/ttyS0\nmcast eth0 225.0.0.1 694x +2 1")
        #expect(
            result.configuration?.media == [
                .serial(device: "/dev/ttyS0", baud: 9600),
                .multicast(interface: "eth0", group: "225.0.0.1", port: 694, ttl: 2, loopback: true),
            ])
        #expect(result.warnings.count == 3)
    }

    @Test("The default port is 694, or what the services file says")
    func defaultPort() {
        var host = HostFacts.laboratory
        #expect(read("bcast eth0", host: host).configuration?.media == [.broadcast(interface: "eth0", port: 694)])
        host.heartbeatPort = 6940
        let result = read("bcast eth0", host: host)
        #expect(result.configuration?.media == [.broadcast(interface: "eth0", port: 6940)])
        #expect(result.parameter("udpport") == "6940")
    }

    @Test(
        "A setting after its medium is pointed out, naming the medium",
        arguments: [
            ("bcast eth0\nudpport 700", "not on bcast eth0 (line 1)"),
            ("bcast eth0\nucast eth1 10.0.0.2\nudpport 700", "not on bcast eth0 (line 1), ucast eth1 (line 2)"),
            ("serial /dev/ttyS0\nbaud 9600", "not on serial /dev/ttyS0 (line 1)"),
        ])
    func lateSetting(lines: String, message: String) {
        let result = read(lines)
        #expect(result.errors.isEmpty)
        #expect(result.warnings.count == 1 && result.warnings[0].contains(message), "\(result.warnings)")
    }

    @Test(
        "A late setting that changes nothing is not pointed out",
        arguments: [
            "bcast eth0\nudpport 694", "serial /dev/ttyS0\nbaud 19200", "bcast eth0\nbaud 9600",
            "mcast eth0 225.0.0.1 694 1 0\nudpport 700",
        ])
    func harmlesslyLate(lines: String) {
        #expect(read(lines).diagnostics.isEmpty)
    }

    @Test(
        "What cannot work on this machine is refused in its line",
        arguments: [
            ("serial ttyS0", "is not a full path"), ("serial /nosuch", "does not exist"),
            ("serial /etc/passwd", "is not a character device"),
            ("bcast lo", "has no IPv4 broadcast address"), ("bcast name-longer-than-15", "at most 15 characters"),
            ("ucast eth0", "the peer's address is missing"), ("ucast eth0 10.0.0.300", "is not an IPv4 address"),
            ("ucast eth0 fe80::1", "IPv6 has directives of its own"), ("ucast6 eth0 10.0.0.1", "is an IPv4 address"),
            ("mcast eth0", "group, port, ttl, loop missing"),
            ("mcast eth0 225.0.0.1 694", "ttl, loop missing"), ("mcast eth0 10.0.0.1 694 1 0", "not a class D address"),
            ("mcast6 eth0 fe80::1 694 1 0", "is not an IPv6 multicast address"), ("baud 9600\nbaud 9600", "line 1"),
        ])
    func refused(lines: String, message: String) {
        let errors = read(lines + "\nbcast eth1").errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test("A serial port that is not there yet is pointed out and used")
    func absentSerialPort() {
        let result = read("serial /dev/nosuch")
        #expect(result.errors.isEmpty)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("is not there now"), "\(result.warnings)")
    }

    @Test(
        "An interface that is not there yet is pointed out and used", arguments: ["bcast eth9", "ucast eth9 10.0.0.2"])
    func absentInterface(line: String) {
        let result = read(line)
        #expect(result.configuration?.media.count == 1)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("once it appears"), "\(result.warnings)")
    }

    @Test("All wrong fields of one line are named")
    func allFields() {
        #expect(read("mcast name-longer-than-15 10.0.0.1 0 256 2").errors.count == 5)
    }

    @Test("Without any medium there is no cluster, but a refused medium is not also a missing one")
    func noMedium() {
        #expect(read("").errors.count == 1)
        #expect(read("").errors.first?.contains("no medium") == true)
        #expect(read("bcast name-longer-than-15").errors.count == 1)
    }

    @Test(
        "Surplus and repetition are pointed out",
        arguments: ["ucast eth0 10.0.0.1 10.0.0.2", "bcast eth0\nbcast eth0", "udp eth1"])
    func surplus(lines: String) {
        let result = read(lines)
        #expect(result.warnings.count == 1)
        #expect(result.configuration?.media.count == 1)
    }

    @Test("Nothing is refused for what the host does not know")
    func unknownFacts() {
        let result = read("serial /dev/x\nbcast any0\nucast any1 any.invalid", host: HostFacts())
        #expect(result.configuration?.media.count == 3)
    }

    @Test(
        "Media that all lead to this node itself are warned of; beside one that may reach the other node they are not")
    func onlyToOneself() {
        var files = Files()
        files.host.isOwnAddress = { ["10.77.0.1", "fe80::1"].contains($0) }
        func warnings(_ media: String) -> [String] {
            files.haCf = media + "\n" + Files.rest
            return files.read().warnings
        }
        let alone = warnings("ucast eth0 10.77.0.1")
        #expect(
            alone.count == 1 && alone[0].hasPrefix("ha.cf:1: warning: no medium leads to the other node: 10.77.0.1 is"))
        #expect(warnings("ucast eth0 10.77.0.1\nucast6 eth0 fe80::1").count == 1)
        #expect(warnings("ucast eth0 10.77.0.1\nucast eth0 10.77.0.2").isEmpty)
        #expect(warnings("ucast eth0 10.77.0.1\nbcast eth1").isEmpty)
        files.localNode = "nodea"
        files.haCf = "ucast eth0 10.77.0.1\n" + Files.rest.replacing("node nodea nodeb", with: "node nodea")
        files.haresources = "nodea Stub1\n"
        #expect(files.read().warnings.isEmpty, "a node alone has nobody to reach")
    }

    @Test(
        "A keepalive that fills its serial line is warned of",
        arguments: [
            ("keepalive 200ms\ndeadtime 2\nserial /dev/ttyS0", "which takes 117ms at 19200 baud"),
            ("keepalive 250ms\ndeadtime 2\nserial /dev/ttyS0", nil),
            ("keepalive 2\nbaud 9600\nserial /dev/ttyS0", nil),
            ("keepalive 200ms\ndeadtime 2\nbaud 115200\nserial /dev/ttyS0", nil),
            (
                "keepalive 400ms\ndeadtime 2\nbaud 9600\nserial /dev/ttyS0",
                "one is sent every 400ms: little else will get through; write a higher baud, or a keepalive of at least 470ms"
            ),
            (
                "keepalive 100ms\ndeadtime 2\nbaud 9600\nserial /dev/ttyS0",
                "one is sent every 100ms: the line cannot carry them, and the other node finds this one dead"
            ),
        ])
    func fullLine(lines: String, words: String?) {
        let warnings = readHaCf(lines).warnings
        #expect(warnings.count == (words == nil ? 0 : 1), "\(warnings)")
        #expect(warnings.allSatisfy { $0.contains("a keepalive of this node has up to 226 bytes") }, "\(warnings)")
        #expect(words.map { words in warnings.allSatisfy { $0.contains(words) } } ?? true, "\(warnings)")
    }
}
