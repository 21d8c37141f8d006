// What is read of `lease` and `guardian`, and which lengths are refused: one that a late keepalive would end, and one that outlasts deadtime.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite struct LeaseDirectiveTests {
    @Test(
        arguments: [
            ("", .automatic), ("lease auto", .automatic), ("lease off", .off), ("lease required", .required),
            ("lease 12", .length(.seconds(12))), ("lease 4500ms", .length(.milliseconds(4500))),
        ] as [(String, LeaseRule)])
    func `words and times are read`(line: String, rule: LeaseRule) {
        let result = readHaCf("keepalive 2\ndeadtime 30\n" + line)
        #expect(result.configuration?.lease == rule && result.errors.isEmpty, "\(result.errors)")
    }

    @Test(arguments: [
        ("lease of", "did you mean \"off\"?"), ("lease 0", "at least 1ms"), ("lease 4", "must be between"),
        ("lease 29", "must be between"),
    ])
    func `other words and lengths are refused`(line: String, message: String) {
        let errors = readHaCf("keepalive 2\ndeadtime 30\n" + line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test func `a guardian is there unless it is switched off`() {
        #expect(readHaCf("keepalive 2").configuration?.hasGuardian == true)
        #expect(readHaCf("keepalive 2\nguardian on").configuration?.hasGuardian == true)
        #expect(readHaCf("keepalive 2\nguardian off").configuration?.hasGuardian == false)
        #expect(readHaCf("keepalive 2\nguardian offf").errors.count == 1)
    }

    @Test func `where deadtime leaves no room a lease that is asked for is refused, and the usual one is left out`() {
        let times = "keepalive 1\ndeadtime 3\n"
        #expect(readHaCf(times).warnings.allSatisfy { !$0.contains("lease") })
        #expect(readHaCf(times + "lease auto").warnings.contains { $0.contains("no room") })
        let errors = readHaCf(times + "lease required").errors
        #expect(errors.count == 1 && errors[0].contains("\"deadtime 3040ms\""), "\(errors)")
    }
}
