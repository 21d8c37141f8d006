// What `heartbeat -t` prints, as findings: the sentence is the same, and the code says what it is about.

import HeartbeatCheck
import HeartbeatConfig
import HeartbeatModel
import HeartbeatStatus

/// Findings of the check of the three files.
struct FileFindings {
    let findings: [Finding]

    /// - Parameters:
    ///   - requiresLease: ha.cf says `lease required`.
    ///   - isMissing: whether there is no file of that path.
    init(_ check: ConfigurationCheck, requiresLease: Bool, isMissing: (String) -> Bool) {
        self.init(
            diagnostics: check.result.diagnostics, census: check.census, lease: check.lease, leftovers: check.leftovers,
            requiresLease: requiresLease, isMissing: isMissing)
    }

    init(
        diagnostics: [Diagnostic], census: [Diagnostic], lease: [Diagnostic], leftovers: String?, requiresLease: Bool,
        isMissing: (String) -> Bool
    ) {
        var findings = diagnostics.map { Self.finding($0, isMissing: isMissing($0.file)) }
        findings += census.map { Self.finding($0, .addressAnswered, "address", Self.quotedWord($0.message)) }
        findings += lease.map { diagnostic in
            var finding = Self.finding(diagnostic, .leaseUnavailable, "kernel", "lease")
            if requiresLease { finding.severity = .error }
            return finding
        }
        if let leftovers { findings.append(Finding(.packageLeftovers, "file", "haresources", leftovers)) }
        self.findings = findings
    }

    private static func finding(_ diagnostic: Diagnostic, isMissing: Bool) -> Finding {
        let file = diagnostic.file
        switch diagnostic.topic {
        case nil: return finding(diagnostic, .configuration, "file", file)
        case .unreadable?:
            var found = finding(diagnostic, isMissing ? .fileMissing : .fileUnreadable, "file", file)
            found.severity = found.code.entry.severity
            found.remedy = found.code.entry.remedy
            return found
        case .exposedKeys?: return finding(diagnostic, .keysExposed, "file", file)
        case .interface(let name)?: return finding(diagnostic, .interfaceMissing, "interface", name)
        case .device(let path)?: return finding(diagnostic, .deviceMissing, "device", path)
        case .program(let path)?: return finding(diagnostic, .programMissing, "program", path)
        case .place(let address)?: return finding(diagnostic, .addressMisplaced, "address", address)
        case .holder(let address)?: return finding(diagnostic, .addressHeld, "address", address)
        case .missingScript(let name)?: return finding(diagnostic, .scriptMissing, "script", name)
        case .brokenScript(let path)?: return finding(diagnostic, .scriptBroken, "script", path)
        case .untrustedScript(let path)?: return finding(diagnostic, .scriptNotTrusted, "script", path)
        }
    }

    /// The message has what to write instead.
    private static func finding(
        _ diagnostic: Diagnostic, _ code: FindingCode, _ kind: String, _ name: String
    ) -> Finding {
        let severity: FindingCode.Severity =
            switch diagnostic.severity {
            case .error: .error
            case .warning: .warning
            }
        var finding = Finding(code, severity, kind, name, diagnostic.message)
        finding.file = diagnostic.file
        finding.line = diagnostic.line
        return finding
    }

    private static func quotedWord(_ message: String) -> String {
        let parts = message.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : ""
    }
}
