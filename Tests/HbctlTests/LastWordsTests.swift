// What systemd says of an end, and which words of haresources are addresses.

import HeartbeatModel
import HeartbeatStatus
import Testing

@testable import HeartbeatOperator

@Suite struct LastWordsTests {
    @Test(arguments: [
        ("Result=signal\nExecMainCode=2\nExecMainStatus=9", LastWords.End.signal(9)),
        ("Result=core-dump\nExecMainCode=3\nExecMainStatus=6", .signal(6)),
        ("Result=exit-code\nExecMainCode=1\nExecMainStatus=150", .exit(150)),
        ("Result=success\nExecMainCode=1\nExecMainStatus=0", .orderly),
        ("Result=watchdog\nExecMainCode=3\nExecMainStatus=6", .watchdog),
        ("Result=timeout\nExecMainCode=2\nExecMainStatus=9", .timeout), ("Result=resources", .unknown),
    ])
    func `the end of a unit is understood`(text: String, end: LastWords.End) {
        let unit = ServiceUnit(text + "\nInactiveEnterTimestampMonotonic=41000000\n", now: Instant.zero + .seconds(50))
        #expect(unit?.end == end && unit?.ended == .seconds(9))
    }

    @Test(arguments: ["", "noise", "InactiveEnterTimestampMonotonic=0", "InactiveEnterTimestampMonotonic=x"])
    func `a unit that has not ended says nothing`(text: String) {
        #expect(ServiceUnit(text, now: .zero) == nil)
    }

    @Test(arguments: [
        ("192.168.77.100/24", true), ("IPaddr::10.0.0.1/24/eth0", true), ("IPaddr2::10.0.0.1", true),
        ("IPv6addr::2001:db8::1/64", true), ("ipsec", false), ("Filesystem::/dev/sdb1::/srv", false),
    ])
    func `addresses among resources are known`(word: String, isAddress: Bool) {
        #expect((LastWordsReader.address(word) != nil) == isAddress)
    }

    @Test(arguments: [
        ("ERROR: facts 1 is not spoken here; 2 is", 2), ("ERROR: request not understood", nil), ("", nil),
        ("is not spoken here", nil),
    ])
    func `the version that a daemon speaks is read`(text: String, major: Int?) {
        #expect(Asking.majorSpoken([text]) == major)
    }
}
