// Directives of heartbeat 3 that change nothing here, each with the reason, and those that are refused because running
// without what they ask for would be worse than not running. Nothing is ever ignored in silence.

extension DirectiveRule {
    static let withoutEffect: [DirectiveRule] = [
        // Log and core files.
        flag("use_logd", "log lines go straight to logfile, debugfile and syslog, ha_logd is not used"),
        noted("conn_logd_time", .always("60"), "ha_logd is not used") { (_, text) throws(Complaint) in
            _ = try ValueText.positiveTime(text)
        },
        noted("coredumps", .always("true"), "core dumps follow the system's settings") { (_, text) throws(Complaint) in
            _ = try ValueText.boolean(text)
        },
        noted("coreroot", .whenWritten, "core dumps follow the system's settings"),
        noted("memreserve", .always("6500"), "memory is locked as it is used") { (reader, text) throws(Complaint) in
            _ = try reader.integer(text, of: "memreserve", in: 1...Int.max)
        },

        // Compression. Every heartbeat reads uncompressed messages.
        noted("compression", .always("zlib"), "messages are small and sent uncompressed") {
            (_, text) throws(Complaint) in
            _ = try ValueText.choice(text, of: ["zlib", "bz2"])
        },
        noted("compression_threshold", .always("2"), "messages are sent uncompressed") {
            (reader, text) throws(Complaint) in
            _ = try reader.integer(text, of: "compression_threshold", in: 1...Int.max)
        },
        flag("traditional_compression", exported: .always("no"), "messages are sent uncompressed"),

        flag("use_apphbd", exported: .never, "the application heartbeat daemon is not contacted"),

        // For a cluster resource manager, which `crm` would have turned on.
        recording("record_config_changes"), recording("record_pengine_inputs"), recording("enable_config_writes"),
        flag("crmd_spawns_pengine", "only a cluster resource manager would read it"),
        noted("crm_daemon_dir", .whenWritten, "only a cluster resource manager would read it"),
        noted("quorum_server", .whenWritten, "with haresources nobody asks a quorum server, as in heartbeat 3"),
        // Two names of one thing; scripts see the newer one.
        resourceManager("crm", .never), resourceManager("pacemaker", .always("false")),
    ]

    static let refused: [DirectiveRule] = [
        fencing("stonith"), fencing("stonith_host"),
        refuse("hbaping", because: "fibre channel ping is not supported; remove the line"),
        refuse("hbping", because: "it is not a medium any more; write \"ping <address>\""),
        refuse("rds", because: "the RDS medium is not supported; use bcast, ucast, mcast or serial"),
        refuse("tipc", because: "the TIPC medium is not supported; use bcast, ucast, mcast or serial"),
        refuse("openais", because: "the openais medium is not supported; use bcast, ucast, mcast or serial"),
        refuse("normalpoll", because: "the poll interval cannot be set; remove the line"),
        refuse("gen_method", because: "the directive is called hbgenmethod; write \"hbgenmethod file\""),
    ]

    private static func noted(
        _ name: String, _ exported: Export, _ reason: String,
        check: @escaping Take = { (_, _) throws(Complaint) in }
    ) -> DirectiveRule {
        let checked = scalar(name, exported, check)
        return DirectiveRule(name: name, exported: exported) { reader, line in
            checked.read(&reader, line)
            guard reader.written[name]?.line == reader.line else { return }
            reader.warning("\(name) has no effect: \(reason)")
        }
    }

    /// A boolean whose `no` is what happens anyway.
    private static func flag(
        _ name: String, exported: Export = .whenWritten, _ reason: String
    ) -> DirectiveRule {
        scalar(name, exported) { (reader, text) throws(Complaint) in
            let isWanted = try ValueText.boolean(text)
            if isWanted { reader.warning("\(name) has no effect: \(reason)") }
        }
    }

    private static func recording(_ name: String) -> DirectiveRule {
        noted(name, .always("on"), "only a cluster resource manager would read it") { (_, text) throws(Complaint) in
            _ = try ValueText.boolean(text)
        }
    }

    private static func resourceManager(_ name: String, _ exported: Export) -> DirectiveRule {
        DirectiveRule(name: name, exported: exported) { reader, line in
            for value in line.values where reader.accept(value, of: name, checkNoResourceManager) {
                reader.record("pacemaker", value)
            }
        }
    }

    private static let checkNoResourceManager: Take = { (_, text) throws(Complaint) in
        let isWanted: Bool
        do throws(Complaint) { isWanted = try ValueText.boolean(text) } catch { isWanted = true }
        guard !isWanted else {
            throw Complaint(
                "hands the resources to a cluster resource manager, which this program does not have; "
                    + "it reads haresources: write \"no\"")
        }
    }

    private static func fencing(_ name: String) -> DirectiveRule {
        refuse(
            name,
            because: "fencing is not supported yet, so a takeover would run without the fencing this file asks for; "
                + "remove the line if you knowingly accept that both nodes may then run a group at once")
    }
}
