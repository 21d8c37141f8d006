// The directive about when groups return by themselves: `failback_delay`. Heartbeat 3 has none.

import HeartbeatModel

extension DirectiveRule {
    static let failback: [DirectiveRule] = [
        DirectiveRule(name: "failback_delay", exported: .whenWritten) { reader, line in
            let text = line.words.joined(separator: " ")
            let isRight = reader.accept(text, of: "failback_delay") { (reader, text) throws(Complaint) in
                reader.draft.failbackDelay = try failbackDelay(text)
            }
            if isRight { reader.record("failback_delay", text) }
        }
    ]

    /// `300`, `300 boot=600`.
    static func failbackDelay(_ text: String) throws(Complaint) -> FailbackDelay {
        let words = text.split(separator: " ").map(String.init)
        var delay = FailbackDelay(try ValueText.time(words.first ?? ""))
        for word in words.dropFirst() {
            guard word.hasPrefix("boot=") else {
                throw Complaint("has \"\(word)\" behind the time, where \"boot=\" and a time can stand")
            }
            delay.afterBoot = try ValueText.time(String(word.dropFirst(5)))
        }
        return delay
    }
}

extension FailbackDelay {
    /// As it stands in ha.cf.
    var text: String {
        "\(time.milliseconds)ms" + (afterBoot == time ? "" : " boot=\(afterBoot.milliseconds)ms")
    }
}

extension HaCfReader {
    /// What is said must make a difference.
    mutating func checkFailbackDelay() {
        guard isSound("failback_delay", "auto_failback"), let rule = written["failback_delay"] else { return }
        let delay = draft.failbackDelay
        if delay.afterBoot < delay.time {
            log.warning(
                rule.line,
                "failback_delay: boot= (\(text(delay.afterBoot))) is shorter than the delay itself (\(text(delay.time))) and "
                    + "changes nothing: the delay begins with the life of the other node, too")
        } else if draft.autoFailback == .off, !delay.isNone {
            log.warning(
                rule.line,
                "failback_delay: with \"auto_failback off\" groups only return from a node that has lost interfaces or "
                    + "paths, so little is there to delay")
        }
    }
}
