// `lan`: what a line comes to, and what is said about every way to get it wrong.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Redundant LANs")
struct LanTests {
    private func read(_ lines: String) -> ConfigurationResult {
        var files = Files()
        files.haCf = lines + "\n" + files.haCf
        return files.read()
    }

    @Test(
        "A line names interfaces and times",
        arguments: [
            ("lan eth0 eth1", LanConfiguration(interfaces: ["eth0", "eth1"])),
            (
                "lan interval=250ms eth1 fall=1 eth0 rise=12 eth2 port=7000",
                LanConfiguration(
                    interfaces: ["eth1", "eth0", "eth2"], interval: .milliseconds(250), fall: 1, rise: 12, port: 7000)
            ),
            (
                "lan eth0 eth1 interval=0.05",
                LanConfiguration(interfaces: ["eth0", "eth1"], interval: .milliseconds(50))
            ),
            ("lan eth1 eth2 port=694", LanConfiguration(interfaces: ["eth1", "eth2"], port: 694)),
        ])
    func lines(line: String, expected: LanConfiguration) {
        let result = read(line)
        #expect(result.configuration?.lan == expected, "\(result.diagnostics)")
        #expect(result.diagnostics.isEmpty)
        #expect(result.configuration?.printedAndRead.configuration?.lan == expected)
    }

    @Test("Without a line there is none")
    func none() {
        #expect(read("").configuration.map { $0.lan == nil } == true)
    }

    @Test(
        "A mistake is named with its remedy, once",
        arguments: [
            ("lan", "lan: one LAN has no other to move to; name two interfaces, such as \"lan eth0 eth1\""),
            ("lan eth0", "lan: one LAN has no other to move to; name two interfaces, such as \"lan eth0 eth1\""),
            ("lan eth0 eth0", "lan: \"eth0\" is named twice; each LAN has an interface of its own"),
            ("lan eth0 eth1 fall=0", "lan: \"fall=0\" is out of range; write a number from 1 to 1000"),
            ("lan eth0 eth1 rise=x", "lan: \"rise=x\" is not a whole number; write one from 1 to 1000"),
            ("lan eth0 eth1 rise=3 rise=4", "lan: \"rise=4\" says rise a second time"),
            (
                "lan eth0 eth1 interval=1s",
                "lan: \"interval=1s\" has a suffix the file format does not know; seconds are written without, \"1\""
            ),
            ("lan eth0 eth1 interval=20ms", "lan: \"interval=20ms\" is not from 50ms to 3600 (seconds)"),
            ("lan eth0 eth1 port=65536", "lan: \"port=65536\" is out of range; write a number from 1 to 65535"),
            (
                "lan eth0 eth1 ris=3",
                "lan: \"ris=3\" is none of interval=, fall=, rise=, port=; did you mean \"rise\"?"
            ),
            ("lan eth0 eth/1", "lan: \"eth/1\""),
            ("lan eth0 eth1\nlan eth1 eth2", "lan: there is a line already; name all interfaces in one"),
            (
                "lan eth0 eth1 port=694",
                "lan: port 694 is that of heartbeat messages on eth0; write another, such as port=6940"
            ),
        ])
    func mistakes(line: String, text: String) {
        let result = read(line)
        #expect(result.configuration == nil)
        let errors = result.diagnostics.filter { $0.severity == .error }
        #expect(errors.count == 1 && errors[0].message.hasPrefix(text), "\(errors)")
    }

    @Test("An interface that is not there yet is no mistake")
    func missing() {
        let result = read("lan eth0 wlan7")
        #expect(result.configuration?.lan?.interfaces == ["eth0", "wlan7"])
        #expect(
            result.diagnostics.map(\.message) == [
                "lan: \"wlan7\" is not an interface of this node now; it is used once it appears"
            ])
    }
}
