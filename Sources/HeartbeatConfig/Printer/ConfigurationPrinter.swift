// A configuration as the three files again: for showing what a node understood, and for testing the readers. It decides
// nothing and repeats nobody's comments.

import HeartbeatModel

/// Prints a configuration so that reading the text gives the same configuration, apart from the lines groups begin on.
///
/// Values appear as they were written as long as `parameters` still agrees with the field, otherwise in a canonical form.
/// Not every value that can be built in memory can be written: names and values with blanks, media of one kind with
/// different ports, and serial media with two different baud rates other than the default first, have no form in ha.cf.
package struct ConfigurationPrinter: Sendable {
    let configuration: Configuration
    private let parameters: [String: String]

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        parameters = Dictionary(
            configuration.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// ha.cf: one directive a line, ending with a newline.
    package var haCf: String {
        let blocks = [
            loggingLines, timeLines, mediaLines, memberLines + membershipLines, pathLines, lineLines, failureLines,
            processLines,
            clientLines, lanLines, otherLines, environmentLines,
        ]
        return blocks.filter { !$0.isEmpty }
            .map { $0.textOfLines }
            .joined(separator: "\n")
    }

    /// haresources: one group a line.
    package var haresources: String {
        configuration.groups
            .map { group in ([group.preferredNode.text] + group.resources.map(\.word)).joined(separator: " ") + "\n" }
            .joined()
    }

    /// authkeys. Without secrets the lines that would hold one become comments, so that the text cannot be mistaken for
    /// a working file. Bytes, because a secret need not be text.
    package func authkeys(showingSecrets: Bool) -> [UInt8] {
        let keys = configuration.authentication
        return Array("auth \(keys.current)\n".utf8)
            + keys.keys.flatMap { key -> [UInt8] in
                let start = Array("\(key.id) \(key.method.rawValue)".utf8)
                if key.secret.isEmpty { return start + Array("\n".utf8) }
                guard showingSecrets else { return Array("#".utf8) + start + Array(" (secret not shown)\n".utf8) }
                return start + Array(" ".utf8) + key.secret + Array("\n".utf8)
            }
    }

    // MARK: ha.cf by subject

    private var loggingLines: [String] {
        let logging = configuration.logging
        return [
            line("logfile", logging.logFile) { $0 == logging.logFile },
            line("debugfile", logging.debugFile) { $0 == logging.debugFile },
            line("logfacility", logging.facility) { text in
                reads(text, as: logging.facility, by: DirectiveRule.facility)
            },
            line("debug", logging.debugLevel),
            line("syslogmsgfmt", logging.usesSyslogFormat),
            line("log_badpack", logging.logsBadPackets),
        ].compactMap(\.self)
    }

    private var timeLines: [String] {
        let timeouts = configuration.actionTimeouts
        return [
            line("keepalive", configuration.keepalive), line("deadtime", configuration.deadtime),
            line("warntime", configuration.warntime), line("initdead", configuration.initdead),
            line("deadping", configuration.deadping),
            line("max_rexmit_delay", Int(configuration.maxRetransmitDelay.milliseconds)),
            line("start_timeout", timeouts.start), line("stop_timeout", timeouts.stop),
            line("status_timeout", timeouts.status),
        ].compactMap(\.self)
    }

    private var membershipLines: [String] {
        let failback = configuration.autoFailback
        return [
            line("auto_failback", failback.rawValue) { text in
                reads(text, as: failback, by: DirectiveRule.autoFailback)
            },
            failbackDelayLine, line("hopfudge", configuration.hopfudge),
        ].compactMap(\.self) + syncLines
    }

    private var failbackDelayLine: String? {
        let delay = configuration.failbackDelay
        return line("failback_delay", delay.isNone ? nil : delay.text) {
            reads($0, as: delay, by: DirectiveRule.failbackDelay)
        }
    }

    private var syncLines: [String] {
        let files = configuration.syncFiles
        let rule = configuration.syncMismatch
        let mismatch = line("sync_mismatch", rule == .warn ? nil : rule.rawValue) {
            reads($0, as: rule, by: DirectiveRule.syncMismatch)
        }
        return (files.isEmpty ? [] : ["sync \(files.joined(separator: " "))"]) + [mismatch].compactMap(\.self)
    }

    private var failureLines: [String] {
        let policy = configuration.onStopFailure
        return [
            line("on_stop_failure", policy.rawValue) { text in
                reads(text, as: policy, by: DirectiveRule.stopFailurePolicy)
            },
            line("shutdown_timeout", configuration.shutdownTimeout),
            line("failure_limit", configuration.failureLimit), line("failure_window", configuration.failureWindow),
            leaseLine, guardianLine, quickDeathLine, quickProbeLine, vetoLine,
        ].compactMap(\.self) + referenceLines + monitorLines
    }

    /// Not seen by scripts unless written, so not written unless it says something.
    private var leaseLine: String? {
        let rule = configuration.lease
        return line("lease", rule == .automatic ? nil : rule.text) { reads($0, as: rule, by: DirectiveRule.leaseRule) }
    }

    private var guardianLine: String? {
        let isThere = configuration.hasGuardian
        return line("guardian", isThere ? nil : "off") { reads($0, as: isThere, by: ValueText.boolean) }
    }

    private var quickDeathLine: String? {
        let rule = configuration.quickDeath
        return line("quick_death", rule == .automatic ? nil : rule.rawValue) {
            reads($0, as: rule, by: DirectiveRule.quickDeathRule)
        }
    }

    private var quickProbeLine: String? {
        let probe = configuration.quickProbe
        return line("quick_probe", probe == QuickProbe() ? nil : probe.text) {
            reads($0, as: probe, by: DirectiveRule.quickProbe)
        }
    }

    private var vetoLine: String? {
        let rule = configuration.veto
        return line("veto", rule == VetoRule() ? nil : rule.text) { reads($0, as: rule, by: DirectiveRule.vetoRule) }
    }

    private var referenceLines: [String] {
        let addresses = configuration.references.map { "\($0)" }
        return addresses.isEmpty ? [] : ["reference \(addresses.joined(separator: " "))"]
    }

    private var processLines: [String] {
        let realtime = configuration.realtime
        // Not seen by scripts unless written, so not written unless it says something.
        let priority = realtime.priority == RealtimeConfiguration().priority ? nil : String(realtime.priority)
        return [
            line("realtime", realtime.isEnabled),
            line("rtprio", priority) { isNumber($0, realtime.priority) },
            line("watchdog", configuration.watchdog) { $0 == configuration.watchdog },
            line("msgfmt", configuration.messageFormat.rawValue),
            line("hbgenmethod", configuration.generationFromTime ? "time" : "file"),
            line("uuidfrom", configuration.uuidFromNodeName ? "nodename" : "file"),
        ].compactMap(\.self)
    }

    private static let withoutField = Set(DirectiveRule.withoutEffect.map(\.name)).union(["cluster", "autojoin"])

    /// Directives that only live on in what scripts see.
    private var otherLines: [String] {
        DirectiveRule.all.compactMap { rule in
            guard Self.withoutField.contains(rule.name), let value = parameters[rule.name] else { return nil }
            if case .always(value) = rule.exported { return nil }
            return "\(rule.name) \(value)"
        }
    }

    private var environmentLines: [String] {
        configuration.parameters
            .filter { DirectiveRule.named[$0.name] == nil }
            .map { "env \($0.name)=\($0.value)" }
    }

    // MARK: Lines

    /// The text as written if it still `agrees`, else the canonical one, else no line.
    private func line(_ name: String, _ canonical: String?, agrees: (String) -> Bool) -> String? {
        if let text = parameters[name], agrees(text) { return "\(name) \(text)" }
        return canonical.map { "\(name) \($0)" }
    }

    /// Whether reading `text` gives `value`. Parameters set by hand may hold anything.
    private func reads<Value: Equatable>(
        _ text: String, as value: Value, by read: (String) throws(Complaint) -> Value
    ) -> Bool {
        do throws(Complaint) { return try read(text) == value } catch { return false }
    }

    private func isNumber(_ text: String, _ number: Int) -> Bool {
        reads(text, as: number) { (text) throws(Complaint) in try ValueText.integer(text, in: 0...Int.max).number }
    }

    private func line(_ name: String, _ word: String) -> String? {
        "\(name) \(word)"
    }

    private func line(_ name: String, _ time: Duration) -> String? {
        line(name, "\(time.milliseconds)ms") { reads($0, as: time, by: ValueText.time) }
    }

    private func line(_ name: String, _ number: Int) -> String? {
        line(name, String(number)) { isNumber($0, number) }
    }

    private func line(_ name: String, _ flag: Bool) -> String? {
        line(name, flag ? "true" : "false") { reads($0, as: flag, by: ValueText.boolean) }
    }
}

extension ConfigurationPrinter {
    /// Media, each below the port and baud rate it was made with.
    private var mediaLines: [String] {
        var lines: [String] = []
        var port: String?
        var baud: String?
        var kinds: Set<Substring> = []
        for medium in configuration.media {
            let line = text(medium)
            // The port of the first medium of a kind is that of all.
            let isFirst = kinds.insert(line.prefix { $0 != " " }).inserted
            if isFirst, let wanted = medium.udpPort, port.map({ isNumber($0, Int(wanted)) }) != true {
                let text = written("udpport", Int(wanted))
                lines.append("udpport \(text)")
                port = text
            }
            if case .serial(_, let wanted) = medium, !isNumber(baud ?? "19200", wanted) {
                let text = written("baud", wanted)
                lines.append("baud \(text)")
                baud = text
            }
            lines.append(line)
        }
        // What scripts see is the last value, even when no medium uses it.
        if let last = parameters["udpport"], last != port { lines.append("udpport \(last)") }
        if let last = parameters["baud"], last != baud ?? "19200" { lines.append("baud \(last)") }
        return lines
    }

    private func written(_ name: String, _ number: Int) -> String {
        parameters[name].flatMap { isNumber($0, number) ? $0 : nil } ?? String(number)
    }

    private func text(_ medium: MediumConfiguration) -> String {
        switch medium {
        case .serial(let device, _): "serial \(device)"
        case .broadcast(let interface, _): "bcast \(interface)"
        case .unicast(let interface, let peer, _): "ucast \(interface) \(peer)"
        case .unicast6(let interface, let peer, _): "ucast6 \(interface) \(peer)"
        case .multicast(let interface, let group, let port, let ttl, let loopback):
            "mcast \(interface) \(group) \(port) \(ttl) \(loopback ? 1 : 0)"
        case .multicast6(let interface, let group, let port, let hops, let loopback):
            "mcast6 \(interface) \(group) \(port) \(hops) \(loopback ? 1 : 0)"
        }
    }
}
