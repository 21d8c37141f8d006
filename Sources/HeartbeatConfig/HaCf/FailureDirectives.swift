// Directives about resources that go wrong: how often running ones are looked at, how often a group is started anew on
// its node, what is done when a resource will not stop. Heartbeat 3 has none of them. What `monitor` lines come to when
// haresources is known is decided in MonitorRule.

import HeartbeatModel

extension DirectiveRule {
    static let failure: [DirectiveRule] = [
        scalar("on_stop_failure", .always(StopFailurePolicy.stay.rawValue)) { (reader, text) throws(Complaint) in
            reader.draft.onStopFailure = try stopFailurePolicy(text)
        },
        time("shutdown_timeout", \.shutdownTimeout),
        integer("failure_limit", .always("3"), in: 0...100, \.failureLimit),
        time("failure_window", \.failureWindow),
        // Its targets are words of haresources, which may contain commas.
        DirectiveRule(name: "monitor", exported: .never) { reader, line in reader.readMonitor(line.words) },
    ]

    static func stopFailurePolicy(_ text: String) throws(Complaint) -> StopFailurePolicy {
        try ValueText.choice(text)
    }
}

extension HaCfReader {
    /// `monitor <interval>|off [<target>…]`.
    fileprivate mutating func readMonitor(_ words: [String]) {
        var interval: Duration?
        let isUsable = accept(words[0], of: "monitor") { (_, text) throws(Complaint) in
            interval = try Self.monitorInterval(text)
        }
        guard isUsable else { return }
        let targets = words.dropFirst().map(MonitorRule.Target.init)
        for target in targets.isEmpty ? [.everything] : targets {
            monitorRules.append(MonitorRule(interval: interval, target: target, line: line))
        }
    }

    /// `nil` for `off`.
    private static func monitorInterval(_ text: String) throws(Complaint) -> Duration? {
        if text == "off" { return nil }
        guard text.utf8.first?.isDigit == true || text.hasPrefix(".") || text.hasPrefix("-") else {
            throw Complaint(
                "is neither a time nor \"off\", and one of them comes first: \"monitor 10 <resource> <resource>…\"")
        }
        let interval = try ValueText.time(text)
        guard interval > .zero else { throw Complaint("is no interval; write \"monitor off\" to look at nothing") }
        guard interval >= .seconds(1) else {
            throw Complaint(
                "is too often: every look runs a script on a node that has other work; write at least \"1\"")
        }
        return interval
    }
}
