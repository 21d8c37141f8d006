// Two nodes whose files say the same compare the same text, and two whose files differ do not; secrets are in none of it.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite struct ComparisonTests {
    private static var configuration: Configuration {
        var configuration = Configuration(
            nodes: [NodeName("a"), NodeName("b")],
            media: [
                .broadcast(interface: "eth0", port: 694), .unicast(interface: "eth1", peer: "10.0.0.2", port: 694),
                .serial(device: "/dev/ttyS0", baud: 19200),
            ])
        configuration.authentication = AuthenticationKeys(
            current: 2,
            keys: [
                AuthenticationKey(id: 2, method: .sha1, secret: Array("hidden".utf8)),
                AuthenticationKey(id: 1, method: .crc, secret: []),
            ])
        return configuration
    }

    private static func text(_ change: (inout Configuration) -> Void) -> [String] {
        var configuration = configuration
        change(&configuration)
        let printer = ConfigurationPrinter(configuration)
        return [printer.comparableHaCf, printer.comparableAuthkeys]
    }

    @Test func whatIsEachNodesOwnDoesNotCount() {
        let plain = Self.text { _ in }
        #expect(
            plain
                == Self.text {
                    $0.media[1] = .unicast(interface: "eth1", peer: "10.0.0.1", port: 694)
                    $0.media[2] = .serial(device: "/dev/ttyUSB0", baud: 19200)
                    $0.logging.logFile = "/var/log/other"
                    $0.logging.debugLevel = 3
                })
        #expect(plain[0].contains("ucast eth1\n") && plain[0].contains("\nserial\n") && !plain[0].contains("10.0.0.2"))
    }

    @Test func howItWasWrittenDoesNotCount() {
        #expect(
            Self.text { $0.parameters = [.init(name: "keepalive", value: "1"), .init(name: "x", value: "y")] }
                == Self.text { $0.parameters = [.init(name: "keepalive", value: "1000ms")] })
    }

    @Test func whatDiffersCounts() {
        let plain = Self.text { _ in }
        #expect(plain[0] != Self.text { $0.deadtime = .seconds(7) }[0])
        #expect(plain[0] != Self.text { $0.media.removeLast() }[0])
        #expect(plain[0] != Self.text { $0.media[0] = .broadcast(interface: "eth5", port: 694) }[0])
        #expect(plain[1] != Self.text { $0.authentication.current = 1 }[1])
        #expect(plain[1] != Self.text { $0.authentication.keys[0].method = .md5 }[1])
        #expect(plain[1] != Self.text { $0.authentication.keys.removeLast() }[1])
    }

    @Test func noSecretIsInIt() {
        let plain = Self.text { _ in }
        #expect(plain[1] == "auth 2\n1 crc\n2 sha1\n" && !plain[0].contains("hidden"))
        #expect(plain == Self.text { $0.authentication.keys[0].secret = Array("another".utf8) })
        #expect(plain == Self.text { $0.authentication.keys.swapAt(0, 1) })
    }
}
