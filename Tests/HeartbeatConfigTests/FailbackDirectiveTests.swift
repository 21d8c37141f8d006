// What is read of `failback_delay`, and what is refused.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite struct FailbackDirectiveTests {
    @Test(arguments: [
        ("", FailbackDelay()), ("failback_delay 0", FailbackDelay()),
        ("failback_delay 60", FailbackDelay(.seconds(60))),
        ("failback_delay 1.5 boot=300", FailbackDelay(.milliseconds(1500), afterBoot: .seconds(300))),
        ("failback_delay 0 boot=300", FailbackDelay(.zero, afterBoot: .seconds(300))),
    ])
    func `it is a time, and another one after a boot`(line: String, delay: FailbackDelay) throws {
        let result = readHaCf(line)
        #expect(try #require(result.configuration).failbackDelay == delay, "\(result.errors)")
        #expect(!result.warnings.contains { $0.contains("failback_delay") }, "\(result.warnings)")
    }

    @Test func `without boot= the life of the other node counts like everything else`() {
        #expect(FailbackDelay(.seconds(60)).afterBoot == .seconds(60))
        #expect(FailbackDelay().isNone && !FailbackDelay(.zero, afterBoot: .seconds(1)).isNone)
        #expect(FailbackDelay(.seconds(60), afterBoot: .seconds(9)).longest == .seconds(60))
    }

    @Test(arguments: [
        ("failback_delay soon", "is not a time"), ("failback_delay 5min", "is in minutes"),
        ("failback_delay 60 300", "has \"300\" behind the time"), ("failback_delay 60 boot=later", "is not a time"),
        ("failback_delay 10,boot=30", "unknown unit"),
    ])
    func `other words are refused`(line: String, message: String) {
        let errors = readHaCf(line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test func `it is printed when it says something, as it was written`() throws {
        #expect(!ConfigurationPrinter(try #require(readHaCf("").configuration)).haCf.contains("failback_delay"))
        let read = try #require(readHaCf("failback_delay 60 boot=5000ms5").configuration)
        #expect(ConfigurationPrinter(read).haCf.contains("\nfailback_delay 60 boot=5000ms5\n"))
        var changed = read
        changed.failbackDelay = FailbackDelay(.seconds(2), afterBoot: .seconds(3))
        #expect(ConfigurationPrinter(changed).haCf.contains("\nfailback_delay 2000ms boot=3000ms\n"))
        #expect(read.parameters.contains { $0.name == "failback_delay" && $0.value == "60 boot=5000ms5" })
    }

    @Test func `what changes nothing is warned of`() {
        #expect(readHaCf("failback_delay 60 boot=5").warnings.contains { $0.contains("changes nothing") })
        var files = Files()
        files.haCf = files.haCf.replacing("auto_failback on", with: "auto_failback off")
        files.haCf = "failback_delay 60\n" + files.haCf
        #expect(files.read().warnings.contains { $0.contains("little is there to delay") })
    }
}
