// What is read of `sync` and `sync_mismatch`, and what is refused.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite struct SyncDirectiveTests {
    @Test func `files of all lines are compared, in their order and once`() throws {
        let text =
            "sync /etc/swanctl/swanctl.conf /etc/a,b\nsync /etc/frr/frr.conf\nsync_mismatch hold\nsync /etc/a,b"
        let result = readHaCf(text)
        let read = try #require(result.configuration, "\(result.errors)")
        #expect(read.syncFiles == ["/etc/swanctl/swanctl.conf", "/etc/a,b", "/etc/frr/frr.conf"])
        #expect(read.syncMismatch == .hold)
        #expect(result.warnings.contains { $0.contains("sync: \"/etc/a,b\" is listed twice") }, "\(result.warnings)")
        let printed = ConfigurationPrinter(read).haCf
        #expect(printed.contains("\nsync /etc/swanctl/swanctl.conf /etc/a,b /etc/frr/frr.conf\nsync_mismatch hold\n"))
    }

    @Test func `nothing is compared by default, and a difference only warns`() throws {
        let read = try #require(readHaCf("").configuration)
        #expect(read.syncFiles.isEmpty && read.syncMismatch == .warn)
        #expect(!ConfigurationPrinter(read).haCf.contains("sync"))
    }

    @Test(arguments: [
        ("sync", "names no file"), ("sync etc/frr.conf", "is not an absolute path"),
        ("sync /\(String(repeating: "x", count: 255))", "is longer than 255 bytes"),
        ("sync /etc/a\u{7F}", "contains control characters"),
        ("sync \((1...17).map { "/etc/\($0)" }.joined(separator: " "))", "\"/etc/17\" is one file too many: 16"),
        ("sync_mismatch block", "block"), ("sync_mismatch hodl", "did you mean \"hold\"?"),
    ])
    func `other words are refused`(line: String, message: String) {
        let errors = readHaCf(line).errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test func `what waits must have something to wait for`() {
        #expect(readHaCf("sync_mismatch hold").warnings.contains { $0.contains("there is no \"sync\" line") })
        var files = Files()
        files.haCf = files.haCf.replacing("auto_failback on", with: "auto_failback off")
        files.haCf = "sync /etc/a\nsync_mismatch hold\n" + files.haCf
        #expect(files.read().warnings.contains { $0.contains("little is there to hold back") })
    }
}
