// What is exported is given to Debian's Pacemaker and Corosync: they accept it, and crm_simulate starts groups in the same order on the
// same nodes as our own decisions do, through deaths, returns and failures. That the comparison can object is seen, too.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatImport

@Suite(
    .enabled(
        if: PacemakerPrograms.missing.isEmpty,
        "not there: \(PacemakerPrograms.missing) (Debian: apt-get install pacemaker-cli-utils corosync)"))
struct PacemakerAgreementTests {
    struct Pair: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var haresources: String
        /// What Pacemaker is to call for each word. What is not here is lost.
        var agents: [String: String]

        func configuration(_ directives: String) throws -> Configuration {
            try PacemakerExportTests.configuration(
                "node gw-a gw-b\nkeepalive 1\ndeadtime 10\ninitdead 20\nbcast eth0\nlogfacility daemon\n\(directives)\n",
                haresources)
        }
    }

    private static let both = ["gw-a", "gw-b"]

    private static let plain = Pair(
        testDescription: "a group of each node",
        haresources: """
            gw-a 192.0.2.1/24 squid
            gw-b 198.51.100.1/28/eth1 named IPv6addr::2001:db8:0:0:0:0:0:1/64/eth0 radvd

            """,
        agents: [
            "192.0.2.1/24": "ocf:heartbeat:IPaddr2 ip=192.0.2.1 cidr_netmask=24", "squid": "lsb:squid",
            "198.51.100.1/28/eth1": "ocf:heartbeat:IPaddr2 ip=198.51.100.1 cidr_netmask=28 nic=eth1",
            "named": "lsb:named", "radvd": "lsb:radvd",
            "IPv6addr::2001:db8:0:0:0:0:0:1/64/eth0": "ocf:heartbeat:IPaddr2 ip=2001:db8::1 cidr_netmask=64 nic=eth0",
        ])

    private static let pairs = [
        plain,
        Pair(
            testDescription: "scripts with words, of which some are lost",
            haresources: """
                gw-b 192.0.2.4/24 Filesystem::/dev/sdb1::/srv::ext4::noatime,nodev systemd::named.service ipsec::rome \\
                    OCF::heartbeat:nginx::configfile=/etc/nginx/nginx.conf MailTo::root@example.org::named
                gw-a ipsec::vienna
                gw-a zebra ipsec::berlin 198.51.100.1/28/eth1 192.0.2.1/24/eth0:gw/192.0.2.255

                """,
            agents: [
                "192.0.2.4/24": "ocf:heartbeat:IPaddr2 ip=192.0.2.4 cidr_netmask=24",
                "Filesystem::/dev/sdb1::/srv::ext4::noatime,nodev":
                    "ocf:heartbeat:Filesystem device=/dev/sdb1 directory=/srv fstype=ext4 options=noatime,nodev",
                "systemd::named.service": "systemd:named",
                "OCF::heartbeat:nginx::configfile=/etc/nginx/nginx.conf":
                    "ocf:heartbeat:nginx configfile=/etc/nginx/nginx.conf",
                "MailTo::root@example.org::named": "ocf:heartbeat:MailTo email=root@example.org subject=named",
                "zebra": "lsb:zebra",
                "198.51.100.1/28/eth1": "ocf:heartbeat:IPaddr2 ip=198.51.100.1 cidr_netmask=28 nic=eth1",
                "192.0.2.1/24/eth0:gw/192.0.2.255":
                    "ocf:heartbeat:IPaddr2 ip=192.0.2.1 cidr_netmask=24 nic=eth0 broadcast=192.0.2.255 iflabel=gw",
            ]),
        Pair(
            testDescription: "the group of haresources.example",
            haresources: "gw-a 116.1.1.1/28 192.168.0.1/24 ipsec gre zebra bgpd\n",
            agents: [
                "116.1.1.1/28": "ocf:heartbeat:IPaddr2 ip=116.1.1.1 cidr_netmask=28",
                "192.168.0.1/24": "ocf:heartbeat:IPaddr2 ip=192.168.0.1 cidr_netmask=24", "ipsec": "lsb:ipsec",
                "gre": "lsb:gre", "zebra": "lsb:zebra", "bgpd": "lsb:bgpd",
            ]),
    ]

    private static let failovers: [[Blow]] = both.map { [.boot(both), .death($0), .boot([$0])] }

    /// With `failure_limit 2` the third one moves the group.
    private static let failures: [Blow] =
        [.boot(both)] + Array(repeating: .failure(of: "lsb:named", on: "gw-b"), count: 3)

    /// What becomes of the groups after each blow, on both sides.
    private func play(
        _ blows: [Blow], _ pair: Pair, _ directives: String, cib: String? = nil
    ) throws -> [(theirs: [Course], ours: [Course])] {
        let configuration = try pair.configuration(directives)
        let theirs = try PacemakerSide(cib ?? PacemakerExport(configuration).cib)
        let ours = OurSide(configuration, pair.agents)
        return try blows.map { (try theirs.courses(after: $0), try ours.courses(after: $0)) }
    }

    // MARK: - Pacemaker

    @Test(arguments: pairs, ["auto_failback on", "auto_failback off", ""])
    func `groups start in the same order on the same nodes, also when a node dies and when it is back`(
        pair: Pair, failback: String
    ) throws {
        for blows in Self.failovers {
            let rounds = try play(blows, pair, failback)
            for (blow, round) in zip(blows, rounds) { #expect(round.theirs == round.ours, "after \(blow)") }
            let first = try #require(rounds.first?.theirs)
            #expect(first.map(\.starts.count).reduce(0, +) == pair.agents.count)
            #expect(first.allSatisfy { $0.nodes.count == 1 && Self.both.contains($0.nodes[0]) }, "\(first)")
        }
    }

    @Test func `what fails is restarted with what stands behind it, and moves when it fails too often`() throws {
        let rounds = try play(Self.failures, Self.plain, "auto_failback on\nmonitor 20\nfailure_limit 2")
        for (number, round) in rounds.enumerated() { #expect(round.theirs == round.ours, "after \(number) failures") }
        #expect(rounds.map { $0.theirs[1].nodes } == [["gw-b"], ["gw-b"], ["gw-b"], ["gw-a"]])
        #expect(rounds.map { $0.theirs[1].starts.count } == [4, 3, 3, 4])
    }

    @Test(arguments: [
        ("192.0.2.1/24 squid", "squid 192.0.2.1/24"), ("gw-a 192", "gw-b 192"), ("192.0.2.1/24", "192.0.2.2/24"),
        ("auto_failback on", "auto_failback off"), ("failure_limit 2", "failure_limit 3"),
        ("crm_feature_set=\"3.1.0\" ", ""),
    ]) func `a CIB that says something else is found out`(old: String, new: String) throws {
        let directives = "auto_failback on\nmonitor 20\nfailure_limit 2"
        var other = Self.plain
        other.haresources = other.haresources.replacing(old, with: new)
        let right = PacemakerExport(try Self.plain.configuration(directives)).cib
        let wrong = PacemakerExport(try other.configuration(directives.replacing(old, with: new))).cib
            .replacing(old, with: new)
        try #require(wrong != right)
        let differences = try (Self.failovers + [Self.failures]).flatMap { blows in
            try play(blows, Self.plain, directives, cib: wrong).filter { $0.theirs != $0.ours }
        }
        #expect(!differences.isEmpty)
    }

    // MARK: - What is accepted

    private static let directives = [
        "auto_failback on", "auto_failback off\nmonitor 20\nfailure_limit 0\non_stop_failure release",
        "ping 192.0.2.254\nprobe isp icmp 198.51.100.14\nserial /dev/ttyS0\ncluster vienna\ndeadtime 3\nwarntime 2",
    ]

    private func isAccepted(_ text: String, _ program: String, _ words: [String]) throws -> (Bool, said: String) {
        let file = NSTemporaryDirectory() + "pacemaker-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        let result = try PacemakerPrograms.run(program, words + [file])
        return (result.code == 0, result.output)
    }

    @Test(arguments: pairs, directives)
    func `crm_verify has nothing against the CIB`(pair: Pair, directives: String) throws {
        let cib = PacemakerExport(try pair.configuration(directives)).cib
        let words = ["--verbose", "--xml-file"]
        let (isGood, said) = try isAccepted(cib, "crm_verify", words)
        #expect(isGood && said.isEmpty, "\(said)")
        for broken in [
            cib.replacing("rsc=\"group-1\"", with: "rsc=\"group-9\""), cib.replacing("<op ", with: "<action "),
        ] {
            #expect(try !isAccepted(broken, "crm_verify", words).0)
        }
    }

    @Test(arguments: directives + ["deadtime 100ms\nkeepalive 20ms", "cluster \(String(repeating: "x", count: 255))"])
    func `corosync has nothing against its file, once it has addresses and a key`(directives: String) throws {
        let key = NSTemporaryDirectory() + "authkey-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: key) }
        try Data(repeating: 7, count: 256).write(to: URL(fileURLWithPath: key))
        var text = PacemakerExport(try Self.plain.configuration(directives)).corosync
        // Where it is only unpacked, its own directory is not there.
        text =
            text.replacing("totem {", with: "totem {\n    keyfile: \(key)")
            + "system {\n    state_dir: \(NSTemporaryDirectory())\n}\n"
        for (number, node) in Self.both.enumerated() {
            text = text.replacing("ring0_addr: \(node)", with: "ring0_addr: 127.0.0.\(number + 1)")
        }
        let (isGood, said) = try isAccepted(text, "corosync", ["-t", "-c"])
        #expect(isGood, "\(said)")
        for (old, new) in [("knet", "carrier"), ("\n    token: ", "\n    token: x"), ("aes256", "rot13")] {
            #expect(try !isAccepted(text.replacing(old, with: new), "corosync", ["-t", "-c"]).0, "\(new)")
        }
    }
}
