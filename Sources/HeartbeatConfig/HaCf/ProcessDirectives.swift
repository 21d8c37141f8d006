// Directives about the daemon itself: its log, its priority, its watchdog, its identity, and what scripts find in their
// environment.

import HeartbeatModel

extension DirectiveRule {
    /// Names syslog.conf(5) gives the facilities, and `none`.
    static let facilities =
        ["auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp"]
        + (0...7).map { "local\($0)" }

    /// The facility that a word of any case stands for; `nil` for `none`.
    static func facility(_ text: String) throws(Complaint) -> String? {
        let name = text.lowercased()
        // What auth was called once; the original still knows it.
        let facility = try ValueText.choice(name == "security" ? "auth" : name, of: facilities + ["none"])
        return facility == "none" ? nil : facility
    }

    static let logging: [DirectiveRule] = [
        scalar("logfile", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.logging.logFile = try ValueText.absolutePath(text)
        },
        scalar("debugfile", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.logging.debugFile = try ValueText.absolutePath(text)
        },
        scalar("logfacility", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.logging.facility = try facility(text)
        },
        integer("debug", .always("0"), in: 0...255, \.logging.debugLevel),
        boolean("syslogmsgfmt", default: "true", \.logging.usesSyslogFormat),
        boolean("log_badpack", default: "true", \.logging.logsBadPackets),
    ]

    static let process: [DirectiveRule] = [
        boolean("realtime", default: "true", \.realtime.isEnabled),
        integer("rtprio", .whenWritten, in: 1...99, \.realtime.priority),
        scalar("watchdog", .whenWritten) { (reader, text) throws(Complaint) in
            let path = try ValueText.absolutePath(text)
            reader.draft.watchdog = path
            // As in heartbeat 3 the node starts without it: its driver may be loaded later.
            if reader.host.deviceKind(path) != .characterDevice {
                reader.warning(
                    "watchdog \(quoted(path)) is not a character device now; nothing resets a hung node",
                    about: .device(path))
            }
        },
        DirectiveRule(name: "env", exported: .never) { reader, line in
            for value in line.values { reader.addToEnvironment(value) }
        },
    ]

    static let protocolRules: [DirectiveRule] = [
        integer("hopfudge", .always("1"), in: 0...255, \.hopfudge),
        scalar("msgfmt", .always("classic")) { (reader, text) throws(Complaint) in
            let format = try ValueText.choice(text, of: ["classic", "netstring"])
            reader.draft.messageFormat = format == "classic" ? .classic : .netstring
        },
        scalar("hbgenmethod", .always("file")) { (reader, text) throws(Complaint) in
            reader.draft.generationFromTime = try ValueText.choice(text, of: ["file", "time"]) == "time"
        },
        scalar("uuidfrom", .always("file")) { (reader, text) throws(Complaint) in
            reader.draft.uuidFromNodeName = try ValueText.choice(text, of: ["file", "nodename"]) == "nodename"
        },
        // Only seen by scripts, as HA_cluster.
        scalar("cluster", .always("linux-ha")) { (_, _) throws(Complaint) in },
    ]
}

extension HaCfReader {
    fileprivate mutating func addToEnvironment(_ text: String) {
        guard !text.hasPrefix("=") else {
            return error("env: \(quoted(text)) has no name; write NAME=value")
        }
        guard let separator = text.firstIndex(of: "=") else {
            return warning("env: \(quoted(text)) is not NAME=value (values cannot contain blanks or commas); ignored")
        }
        let name = String(text[..<separator])
        let value = String(text[text.index(after: separator)...])
        guard DirectiveRule.named[name] == nil else {
            return warning("env: HA_\(name) is the value of the directive \(name); this entry is ignored")
        }
        guard name.utf8.allSatisfy(\.isVariableNameByte) else {
            return warning("env: \(quoted(name)) cannot be a shell variable's name; ignored")
        }
        environment.removeAll { $0.name == name }
        environment.append(Configuration.Parameter(name: name, value: value))
    }
}

extension UInt8 {
    fileprivate var isVariableNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: self == UInt8(ascii: "_")
        }
    }
}
