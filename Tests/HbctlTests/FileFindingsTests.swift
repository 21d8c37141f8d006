// What heartbeat -t prints becomes findings: one code for each thing a diagnostic can be about, and the sentence stays.

import HeartbeatConfig
import HeartbeatModel
import HeartbeatStatus
import Testing

@testable import HeartbeatOperator

@Suite struct FileFindingsTests {
    private static func diagnostic(
        _ topic: Diagnostic.Topic?, _ severity: Diagnostic.Severity = .warning, line: Int? = 3,
        _ message: String = "\"word\" is wrong; write another"
    ) -> Diagnostic {
        Diagnostic(severity: severity, file: "/etc/ha.d/ha.cf", line: line, message: message, about: topic)
    }

    private static func findings(
        _ diagnostics: [Diagnostic], census: [Diagnostic] = [], lease: [Diagnostic] = [], leftovers: String? = nil,
        requiresLease: Bool = false, isMissing: Bool = false
    ) -> [Finding] {
        FileFindings(
            diagnostics: diagnostics, census: census, lease: lease, leftovers: leftovers, requiresLease: requiresLease,
            isMissing: { _ in isMissing }
        ).findings
    }

    @Test(
        arguments: [
            (nil, .configuration, "file", "/etc/ha.d/ha.cf"), (.exposedKeys, .keysExposed, "file", "/etc/ha.d/ha.cf"),
            (.interface("eth9"), .interfaceMissing, "interface", "eth9"),
            (.device("/dev/ttyS9"), .deviceMissing, "device", "/dev/ttyS9"),
            (.program("/opt/dog"), .programMissing, "program", "/opt/dog"),
            (.place("10.0.0.1"), .addressMisplaced, "address", "10.0.0.1"),
            (.holder("10.0.0.1"), .addressHeld, "address", "10.0.0.1"),
            (.missingScript("dog"), .scriptMissing, "script", "dog"),
            (.brokenScript(path: "/etc/init.d/dog"), .scriptBroken, "script", "/etc/init.d/dog"),
            (.untrustedScript(path: "/etc/init.d/dog"), .scriptNotTrusted, "script", "/etc/init.d/dog"),
        ] as [(Diagnostic.Topic?, FindingCode, String, String)])
    func `a diagnostic is a finding with its line and severity`(
        topic: Diagnostic.Topic?, code: FindingCode, kind: String, name: String
    ) {
        for (severity, expected) in [(Diagnostic.Severity.error, FindingCode.Severity.error), (.warning, .warning)] {
            var finding = Finding(code, expected, kind, name, "\"word\" is wrong; write another")
            (finding.file, finding.line) = ("/etc/ha.d/ha.cf", 3)
            #expect(Self.findings([Self.diagnostic(topic, severity)]) == [finding])
        }
        #expect(Self.findings([]) == [])
    }

    @Test func `a file that is not there is an error, one that may not be read is unknown`() {
        let diagnostic = Self.diagnostic(.unreadable, .error, line: nil, "cannot be read: why")
        let missing = Self.findings([diagnostic], isMissing: true)
        #expect(missing.map(\.code) == [.fileMissing] && missing.map(\.severity) == [.error])
        let refused = Self.findings([diagnostic])
        #expect(refused.map(\.code) == [.fileUnreadable] && refused.map(\.severity) == [.unknown])
        #expect(refused[0].sentence == "cannot be read: why" && !refused[0].remedy.isEmpty)
    }

    @Test func `the neighbours, the lease and what a package has left have codes of their own`() {
        let warning = Self.diagnostic(nil)
        let answered = Self.findings([], census: [warning])
        #expect(answered.map(\.code) == [.addressAnswered] && answered[0].object.name == "word")
        #expect(Self.findings([], lease: [warning]).map(\.severity) == [.warning])
        let required = Self.findings([], lease: [warning], requiresLease: true)
        #expect(required.map(\.code) == [.leaseUnavailable] && required.map(\.severity) == [.error])
        let left = Self.findings([], leftovers: "Passed over in /etc/ha.d: harc")
        #expect(left.map(\.code) == [.packageLeftovers] && left.map(\.severity) == [.note])
    }
}
