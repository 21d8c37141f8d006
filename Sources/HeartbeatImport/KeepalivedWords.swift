// Every word of keepalived.conf that the reader knows, with what becomes of it. docs/import.md has this as a table.

/// A row of the table.
struct KeepalivedWord {
    /// Keywords, separated by blanks. `*` at the end: all that begin so.
    var words: String
    var outcome: ImportFinding.Outcome
    /// What it becomes, or why it is needed no more.
    var why: String
    /// `nil`: nothing is left to do.
    var remedy: String?
    /// The reader knows what to do with it where it belongs; elsewhere it does nothing.
    var isRead = false

    init(_ words: String, _ outcome: ImportFinding.Outcome, _ why: String, _ remedy: String? = nil) {
        (self.words, self.outcome, self.why, self.remedy) = (words, outcome, why, remedy)
    }

    private static func read(
        _ words: String, _ outcome: ImportFinding.Outcome, _ why: String
    ) -> KeepalivedWord {
        var row = KeepalivedWord(words, outcome, why)
        row.isRead = true
        return row
    }

    /// The row of a keyword.
    static func row(of keyword: String) -> KeepalivedWord? {
        rows.first { row in
            row.words.split(separator: " ").contains { word in
                word.hasSuffix("*") ? keyword.hasPrefix(word.dropLast()) : word == keyword
            }
        }
    }

    /// All keywords, for hints.
    static let names = rows.flatMap { $0.words.split(separator: " ").map(String.init) }

    /// The table of docs/import.md.
    static var table: String {
        let head = "| word | outcome | what becomes of it | what to do |\n|---|---|---|---|\n"
        return head
            + rows.map { row in
                let words = row.words.split(separator: " ").map { "`\($0)`" }.joined(separator: " ")
                return "| \(words) | \(row.outcome.rawValue) | \(row.why) | \(row.remedy ?? "–") |\n"
            }.joined()
    }

    private static let rows: [KeepalivedWord] = [
        // Read by name.
        read("vrrp_instance", .kept, "a group of haresources, on the node with the higher priority"),
        read("vrrp_sync_group group", .kept, "one group with the addresses of all its instances"),
        read("virtual_ipaddress virtual_ipaddress_excluded", .kept, "addresses of haresources, in their order"),
        read("interface", .kept, "the interface of its addresses, and a medium (`bcast`, or `mcast6` for IPv6)"),
        read("state priority", .kept, "which node haresources names"),
        read("advert_int", .kept, "`keepalive`; three of them and the skew are `deadtime`"),
        read("unicast_src_ip unicast_peer", .kept, "`ucast` lines"),
        read("nopreempt preempt", .kept, "`auto_failback`"),
        read("preempt_delay", .kept, "`failback_delay`"),
        read(
            "track_interface", .kept,
            "it is watched, by a `link` line where it has no service address; a weight is lost"),
        read(
            "vrrp_script track_script", .changed,
            "`probe … command`; it fails three times at least before it counts; a weight is lost"
        ),
        .init(
            "authentication auth_*", .changed,
            "VRRP sends its password in clear, so it is not used again: authkeys has a new random secret",
            "copy the same authkeys to both nodes"),
        read("router_id", .kept, "the node's name, where it can be one and `--node` says nothing else"),
        read("global_defs", .kept, "its words are told one by one"),
        // Not needed.
        read("virtual_router_id", .kept, "not needed: nodes know each other by name and key"),
        .init("version vrrp_version native_ipv6 vrrp_ipv4_* vrrp_ipv6_*", .kept, "not needed: there is no VRRP"),
        .init(
            "garp_* vrrp_garp_* vrrp_gna_* vrrp_min_garp", .kept,
            "not needed: addresses are announced until neighbours agree"),
        .init(
            "strict_mode vrrp_strict vrrp_check_unicast_src skip_check_adv_addr vrrp_skip_check_adv_addr vrrp_no_swap "
                + "checksum_compatibility old_unicast_checksum vrrp_lower_prio_no_advert lower_prio_no_advert "
                + "vrrp_higher_prio_send_advert higher_prio_send_advert ttl unicast_ttl vrrp_version2_*", .kept,
            "not needed: there is no VRRP"),
        .init(
            "vrrp_priority checker_priority bfd_priority vrrp_rt_priority vrrp_rlimit_* vrrp_cpu_affinity "
                + "vrrp_process_name process_names use_pid_file debug log_* max_auto_priority min_auto_priority_delay "
                + "vrrp_rx_bufs_* dynamic_interfaces allow_if_changes", .kept,
            "not needed: the daemon sees to it itself"),
        .init("accept", .kept, "hosts answer at their addresses, always"),
        .init("linkbeat_use_polling linkbeat_interfaces", .kept, "carriers are both heard of and looked at"),
        .init("promote_secondaries vrrp_promote_secondaries", .kept, "an address that vanishes is put back"),
        // Something else instead.
        .init(
            "vrrp_mcast_group4 vrrp_mcast_group6 mcast_src_ip", .changed, "`bcast` does not need it",
            "or write an `mcast` line"),
        .init(
            "use_vmac vmac_xmit_base use_ipvlan vmac_addr vrrp_vmac_*", .changed,
            "addresses have the MAC of the interface, and neighbours are told when they move"),
        .init(
            "dont_track_primary", .changed, "an interface with service addresses is watched, always",
            "look at docs/what-moves-the-service.md"),
        .init(
            "script_user enable_script_security", .changed, "programs of probes run as the daemon does, as root",
            "let nobody but root change them"),
        // Lost.
        .init(
            "no_accept", .lost, "hosts answer at their addresses", "let the firewall drop what is not for the service"),
        .init(
            "notify notify_*", .lost, "scripts of keepalived do not fit",
            "put a program into /etc/ha.d/notify.d (docs/notices.md), or a resource script behind the address"),
        .init(
            "smtp_* notification_email notification_email_from", .lost, "no mail is sent",
            "put a program into /etc/ha.d/notify.d (docs/notices.md)"),
        .init(
            "virtual_routes virtual_routes_excluded", .lost, "there is no directive for it",
            "write OCF::Route::destination=DESTINATION::gateway=GATEWAY behind the address in haresources, or a script"),
        .init(
            "virtual_rules virtual_rules_excluded", .lost, "there is no directive for it",
            "write a resource script and name it behind the address in haresources"),
        .init(
            "vrrp_track_process track_process", .lost, "processes are not watched",
            "name the service in haresources (systemd::UNIT) and write a monitor line in ha.cf"),
        .init(
            "vrrp_track_file track_file", .lost, "files are not watched",
            "write a program that looks at it, and a line \"probe NAME command PROGRAM\""),
        .init(
            "bfd_instance track_bfd", .lost, "there is no BFD", "write a line \"probe NAME icmp ADDRESS\" in ha.cf"),
        .init(
            "track_src_ip track_group static_track_group", .lost, "nothing follows from it",
            "write a probe line in ha.cf (docs/what-moves-the-service.md)"),
        .init(
            "virtual_server virtual_server_group", .lost, "there is no load balancer",
            "let keepalived go on with these blocks alone, as keepalived -C, on both nodes"),
        .init(
            "lvs_* ipvs_* SSL checker_* fifo_write_vrrp_states_on_reload", .lost, "there is no load balancer",
            "let keepalived go on with them alone, as keepalived -C"),
        .init(
            "static_ipaddress static_routes static_rules", .lost, "what does not move is not heartbeat's",
            "write it into the configuration of the network"),
        .init(
            "enable_snmp_* snmp_* enable_dbus dbus_*", .lost, "there is neither SNMP nor D-Bus",
            "use hbctl status --json, or heartbeat-exporter"),
        .init(
            "net_namespace* instance vrrp_startup_delay startup_shutdown_script* startup_script shutdown_script "
                + "script_* shutdown_* reload_*", .lost, "there is no such setting",
            "write it into the unit of the service"),
        .init(
            "down_timer_adverts", .lost, "deadtime is three keepalives and the skew", "write another deadtime in ha.cf"),
        .init("*", .lost, "the word is not known", "look in keepalived.conf(5) for what it does"),
    ]
}
