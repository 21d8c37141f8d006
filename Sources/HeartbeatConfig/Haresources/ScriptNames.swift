// What a script that exists nowhere is called on this machine: the same service has other names on other distributions, and had
// others in other years.

/// Finds the word that was meant.
enum ScriptNames {
    /// Names of one service each.
    private static let sameService: [[String]] = [
        ["mariadb", "mysql", "mysqld"], ["apache2", "httpd", "apache", "apache22"], ["named", "bind9", "bind"],
        ["smbd", "smb", "samba"], ["nmbd", "nmb"], ["nfs-kernel-server", "nfs-server", "nfs", "nfsserver"],
        ["rpcbind", "portmap"], ["isc-dhcp-server", "dhcpd", "dhcp3-server", "dhcp"], ["ssh", "sshd"],
        ["cron", "crond", "vixie-cron"], ["postgresql", "postgres", "pgsql"],
        ["ntpsec", "ntp", "ntpd", "chrony", "chronyd"],
        ["rsyslog", "syslog", "syslogd", "sysklogd"], ["squid", "squid3"], ["slapd", "ldap", "openldap"],
        ["tomcat10", "tomcat9", "tomcat8", "tomcat7", "tomcat6", "tomcat"], ["proftpd", "proftpd-basic"],
        ["strongswan-starter", "strongswan", "ipsec", "openswan"], ["frr", "quagga"], ["redis-server", "redis"],
        ["netfilter-persistent", "iptables", "iptables-persistent"], ["openvpn", "openvpn-server"],
        ["exim4", "exim"], ["inetutils-inetd", "openbsd-inetd", "xinetd", "inetd"],
    ]

    /// What this machine could run in the place of `name`, the likeliest first: the same service as a script, or as a unit of
    /// systemd.
    static func alternatives(to name: String, among words: [String]) -> [String] {
        let known = Set(words)
        let names = [name] + (sameService.first { $0.contains(name) } ?? []).filter { $0 != name }
        return names.flatMap { [$0, "systemd::\($0)"] }.filter(known.contains)
    }

    /// `; this machine has …`, a word that is spelled alike, or nothing.
    static func hint(for name: String, among words: [String]) -> String {
        let found = alternatives(to: name, among: words)
        guard found.isEmpty else { return "; this machine has \(found.map { quoted($0) }.joined(separator: ", "))" }
        return Spelling.hint(for: name, among: words.filter { !$0.contains(":") })
    }
}
