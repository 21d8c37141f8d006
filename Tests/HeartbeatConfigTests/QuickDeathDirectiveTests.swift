// What is read of `quick_death`, `quick_probe`, `reference` and the word `cable`, and what is refused.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite struct QuickDeathDirectiveTests {
    private static let times = "keepalive 2\ndeadtime 30\n"

    @Test func `words, rounds and addresses are read`() throws {
        let text = "quick_death carrier\nquick_probe 3x50ms\nreference 10.0.0.254 fd00::1\nreference 10.0.0.254\n"
        let result = readHaCf(Self.times + text + "link eth1 heartbeat cable")
        let read = try #require(result.configuration)
        #expect(result.errors.isEmpty && read.quickDeath == .carrier)
        #expect(read.quickProbe == QuickProbe(rounds: 3, pause: .milliseconds(50)))
        #expect(read.references.map { "\($0)" } == ["10.0.0.254", "fd00::1"])
        #expect(read.interfaces == [InterfaceRule(interface: "eth1", role: .heartbeat, isCable: true)])
    }

    @Test(arguments: [
        ("quick_death carier", "did you mean \"carrier\"?"), ("quick_probe 5", "write \"5x20ms\""),
        ("quick_probe 1x20ms", "from 2 to 50"), ("quick_probe 5x2ms", "between 5 and 1000 ms"),
        ("quick_probe 5rx20ms", "more than a number"), ("reference gateway", "is not the address of a host"),
        ("reference fe80::1", "is not the address of a host"), ("reference 224.0.0.1", "is not the address of a host"),
        ("link eth1 downlink cable", "a cable ends at the other node"),
    ])
    func `other words are refused`(line: String, message: String) {
        let errors = readHaCf(Self.times + line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test func `what is asked for and cannot be, without a lease, is a warning`() {
        let result = readHaCf(Self.times + "lease off\nquick_death on")
        #expect(
            result.errors.isEmpty && result.warnings.contains { $0.contains("without a lease nobody counts as dead") })
        #expect(readHaCf(Self.times + "lease off").warnings.allSatisfy { !$0.contains("quick_death") })
    }

    @Test(arguments: [(QuickDeathRule.automatic, false, true), (.automatic, true, false), (.on, true, true)])
    func `silence decides by itself on a machine of its own, and for a guest if that is wanted`(
        rule: QuickDeathRule, isGuest: Bool, allows: Bool
    ) {
        var configuration = Configuration(nodes: [])
        configuration.quickDeath = rule
        configuration.isGuest = isGuest
        #expect(configuration.allowsSilence == allows && configuration.asksKernels)
        configuration.lease = .off
        #expect(!configuration.allowsSilence && !configuration.asksKernels)
    }
}
