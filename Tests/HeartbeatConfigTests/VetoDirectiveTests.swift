// What is read of `veto`, and what is refused.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite struct VetoDirectiveTests {
    private static let times = "keepalive 2\ndeadtime 30\n"

    @Test(arguments: [
        ("", VetoRule()), ("veto off", VetoRule(isOn: false)), ("veto on", VetoRule()),
        ("veto on blind=take", VetoRule(isOn: true, blind: .take)),
    ])
    func `it is on unless it is said that it is off`(line: String, rule: VetoRule) throws {
        let result = readHaCf(Self.times + line)
        #expect(result.errors.isEmpty)
        #expect(try #require(result.configuration).veto == rule)
    }

    @Test(arguments: [
        ("veto maybe", "is neither yes nor no"), ("veto on blind=stai", "did you mean \"stay\"?"),
        ("veto on deaf=stay", "where \"blind=stay\" or \"blind=take\" can stand"),
        ("veto off blind=take", "leave \"blind=take\" out"),
    ])
    func `other words are refused`(line: String, message: String) {
        let errors = readHaCf(Self.times + line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test func `the port is that of udpport`() throws {
        #expect(try #require(readHaCf(Self.times).configuration).udpPort == 694)
        #expect(try #require(readHaCf(Self.times + "udpport 1694").configuration).udpPort == 1694)
    }
}
