// Directives that say how long: the cluster's rhythm and how long scripts may run. Their relations to each other are
// checked when the whole file is read.

import HeartbeatModel

extension DirectiveRule {
    static let timing: [DirectiveRule] = [
        time("keepalive", \.keepalive),
        // Zero is left to the check against keepalive, which explains more.
        scalar("deadtime", .alwaysTime(\.deadtime)) { (reader, text) throws(Complaint) in
            reader.draft.deadtime = try ValueText.time(text)
        },
        time("warntime", \.warntime),
        scalar("initdead", .alwaysTime(\.initdead)) { (reader, text) throws(Complaint) in
            reader.draft.initdead = try ValueText.time(text)
        },
        scalar("deadping", .alwaysTime(\.deadping)) { (reader, text) throws(Complaint) in
            reader.draft.deadping = try ValueText.time(text)
        },
        // Not a time: milliseconds as a plain number (observed behaviour).
        scalar("max_rexmit_delay", .always("250")) { (reader, text) throws(Complaint) in
            let milliseconds = try reader.integer(text, of: "max_rexmit_delay", in: 1...Int(Int32.max))
            reader.draft.maxRetransmitDelay = .milliseconds(milliseconds)
        },
        // Not in heartbeat 3, which waits for scripts for ever.
        time("start_timeout", \.actionTimeouts.start),
        time("stop_timeout", \.actionTimeouts.stop),
        time("status_timeout", \.actionTimeouts.status),
    ]
}
