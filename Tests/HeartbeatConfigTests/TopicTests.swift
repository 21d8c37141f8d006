// What a diagnostic is about where the text alone is not wrong: for programs, which cannot read sentences.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite struct TopicTests {
    /// A machine that has everything, the files for it, and what is amiss.
    struct Case: CustomTestStringConvertible, Sendable {
        var topic: Diagnostic.Topic
        var haCf = ""
        var resource = "10.0.0.1/24"
        var mode: UInt32 = 0o600
        var host = HostFacts()

        var testDescription: String { "\(topic)" }

        init(_ topic: Diagnostic.Topic, _ change: (inout Case) -> Void) {
            self.topic = topic
            change(&self)
        }

        var diagnostics: [Diagnostic] {
            let haCf = "node gw-a gw-b\nucast eth0 192.0.2.2\n\(haCf)\n"
            return readConfiguration(
                ConfigurationInput(
                    haCf: SourceFile(path: "ha.cf", text: haCf),
                    haresources: SourceFile(path: "haresources", text: "gw-a \(resource)\n"),
                    authkeys: SourceFile(path: "authkeys", text: "auth 1\n1 sha1 SecretKey\n"), authkeysMode: mode,
                    localNode: NodeName("gw-a"), host: host)
            ).diagnostics
        }
    }

    static let cases: [Case] = [
        Case(.exposedKeys) { $0.mode = 0o644 },
        Case(.exposedKeys) { $0.mode = 0o620 },
        Case(.interface("eth9")) {
            $0.haCf = "ucast eth9 192.0.2.2"
            $0.host.hasInterface = { $0 != "eth9" }
        },
        Case(.interface("eth9")) {
            $0.haCf = "link eth9"
            $0.host.hasInterface = { $0 != "eth9" }
        },
        Case(.interface("eth9")) {
            $0.resource = "10.0.0.1/24/eth9"
            $0.host.hasInterface = { $0 != "eth9" }
        },
        Case(.device("/dev/ttyS9")) {
            $0.haCf = "serial /dev/ttyS9"
            $0.host.deviceKind = { _ in .missing }
        },
        Case(.device("/dev/watchdog")) {
            $0.haCf = "watchdog /dev/watchdog"
            $0.host.deviceKind = { _ in .missing }
        },
        Case(.program("/opt/dog")) {
            $0.haCf = "respawn root /opt/dog"
            $0.host.isExecutable = { _ in false }
            $0.host.deviceKind = { _ in .missing }
        },
        Case(.place("10.0.0.1")) { $0.host.place = { _ in .route(interface: "eth0", bits: nil) } },
        Case(.place("10.0.0.1")) { $0.host.place = { _ in .outside(reason: "there is no network") } },
        Case(.holder("10.0.0.1")) { $0.host.holder = { _ in .machine(interface: "eth0") } },
        Case(.holder("10.0.0.1")) { $0.host.holder = { _ in .unknown(interface: "eth0") } },
        Case(.missingScript("dog")) {
            $0.resource = "dog"
            $0.host.findScript = { _ in .missing(searched: ["/etc/init.d/dog"]) }
        },
        Case(.brokenScript(path: "/etc/init.d/dog")) {
            $0.resource = "dog"
            $0.host.findScript = { _ in .notExecutable(path: "/etc/init.d/dog") }
        },
        Case(.untrustedScript(path: "/etc/init.d/dog")) {
            $0.resource = "dog"
            $0.host.findScript = { _ in .notTrusted(path: "/etc/init.d/dog", reason: "everybody may write to it") }
        },
    ]

    @Test(arguments: cases) func `what is amiss with a machine is named`(item: Case) {
        #expect(item.diagnostics.compactMap(\.topic) == [item.topic], "\(item.diagnostics)")
    }

    @Test(arguments: cases) func `where nothing is amiss nothing is named`(item: Case) {
        var item = item
        (item.host, item.mode) = (HostFacts(), 0o600)
        #expect(item.diagnostics.compactMap(\.topic) == [], "\(item.diagnostics)")
    }

    @Test func `a file that cannot be read is named, and a mistake of the text is not`() {
        let result = readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", text: "node gw-a gw-b\nkeepalvie 1\n"),
                haresources: SourceFile(path: "haresources", text: "gw-a 10.0.0.1\n"),
                authkeys: SourceFile(path: "authkeys", contents: .unreadable(reason: "Permission denied")),
                authkeysMode: 0, localNode: NodeName("gw-a")))
        #expect(result.diagnostics.filter { $0.topic == .unreadable }.map(\.file) == ["authkeys"])
        #expect(result.diagnostics.contains { $0.file == "ha.cf" && $0.line == 2 && $0.topic == nil })
    }
}
