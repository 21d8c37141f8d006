// The `lan` directive: the interfaces that lead to LANs of which one may fail, and how soon it is believed. Heartbeat 3 has
// none; it is what `faild` has as options.

import HeartbeatModel

extension DirectiveRule {
    static let lans: [DirectiveRule] = [
        DirectiveRule(name: "lan", exported: .never, needsValue: true) { reader, line in reader.readLan(line.words) }
    ]
}

extension HaCfReader {
    private static let lanOptions = ["interval", "fall", "rise", "port"]

    /// `lan <interface> <interface>… [interval=<time>] [fall=<n>] [rise=<n>] [port=<n>]`.
    fileprivate mutating func readLan(_ words: [String]) {
        guard draft.lan == nil else {
            return error("lan: there is a line already; name all interfaces in one, the preferred LAN first")
        }
        var lan = LanConfiguration()
        var seen: Set<String> = []
        var isSound = true
        for word in words {
            if let sign = word.firstIndex(of: "=") {
                let name = String(word[..<sign])
                let isUsable = accept(word, of: "lan") { (reader, word) throws(Complaint) in
                    guard Self.lanOptions.contains(name) else {
                        throw Complaint(
                            "is none of \(Self.lanOptions.map { $0 + "=" }.joined(separator: ", "))"
                                + Spelling.hint(for: name, among: Self.lanOptions))
                    }
                    guard seen.insert(name + "=").inserted else { throw Complaint("says \(name) a second time") }
                    try reader.setLan(name, String(word[word.index(after: sign)...]), &lan)
                }
                isSound = isSound && isUsable
            } else if lan.interfaces.contains(word) {
                error("lan: \(quoted(word)) is named twice; each LAN has an interface of its own")
                isSound = false
            } else if acceptInterface(word, of: "lan") {
                lan.interfaces.append(word)
            } else {
                isSound = false
            }
        }
        guard isSound else { return }
        guard lan.interfaces.count >= 2 else {
            return error("lan: one LAN has no other to move to; name two interfaces, such as \"lan eth0 eth1\"")
        }
        draft.lan = lan
        lanLine = line
    }

    private mutating func setLan(
        _ name: String, _ text: String, _ lan: inout LanConfiguration
    ) throws(Complaint) {
        switch name {
        case "interval":
            lan.interval = try ValueText.time(text)
            guard lan.interval >= .milliseconds(50), lan.interval <= .seconds(3600) else {
                throw Complaint("is not from 50ms to 3600 (seconds)")
            }
        case "fall": lan.fall = try integer(text, of: "lan", in: 1...1000)
        case "rise": lan.rise = try integer(text, of: "lan", in: 1...1000)
        default: lan.port = UInt16(try integer(text, of: "lan", in: 1...65535))
        }
    }

    /// The port of heartbeat messages on the same interface is theirs.
    mutating func checkLan() {
        guard let lan = draft.lan else { return }
        for medium in draft.media where medium.udpPort == lan.port && lan.interfaces.contains(medium.name.text) {
            return log.error(
                lanLine,
                "lan: port \(lan.port) is that of heartbeat messages on \(medium.name.text); write another, such as "
                    + "port=\(LanConfiguration.defaultPort)")
        }
    }
}
