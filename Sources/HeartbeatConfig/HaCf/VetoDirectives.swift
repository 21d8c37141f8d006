// The directive about what is asked before anything is taken from a silent node: `veto`. Heartbeat 3 has none.

import HeartbeatModel

extension DirectiveRule {
    static let veto: [DirectiveRule] = [
        DirectiveRule(name: "veto", exported: .whenWritten) { reader, line in
            let text = line.words.joined(separator: " ")
            let isRight = reader.accept(text, of: "veto") { (reader, text) throws(Complaint) in
                reader.draft.veto = try vetoRule(text)
            }
            if isRight { reader.record("veto", text) }
        }
    ]

    /// `on`, `off`, `on blind=take`.
    static func vetoRule(_ text: String) throws(Complaint) -> VetoRule {
        let words = text.split(separator: " ").map(String.init)
        var rule = VetoRule(isOn: try ValueText.boolean(words.first ?? ""))
        for word in words.dropFirst() {
            guard word.hasPrefix("blind=") else {
                throw Complaint(
                    "has \"\(word)\" behind the first word, where \"blind=stay\" or \"blind=take\" can stand")
            }
            guard rule.isOn else { throw Complaint("says what a veto does that is off; leave \"\(word)\" out") }
            rule.blind = try ValueText.choice(String(word.dropFirst(6)))
        }
        return rule
    }
}

extension VetoRule {
    /// As it stands in ha.cf.
    var text: String { isOn ? "on blind=\(blind.rawValue)" : "off" }
}
