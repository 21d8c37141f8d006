// faild on real interfaces: what moves when a LAN, an interface or one direction fails, what applications notice of it, and
// what is left behind.

import Foundation
import HeartbeatLab
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "hosts in network namespaces need root")) struct FaildTests {
    @Test func `a dead LAN moves every route to the other, and back when it is reliable again`() throws {
        try FaildLab.run { lab in
            try lab.startAll()
            try lab.set(lan: "A", on: false)
            try lab.waitForDetours([1: [2, 3], 2: [1], 3: [1]], "all routes to move to LAN B")
            #expect(lab.routes(1).contains("10.1.1.2 via 10.1.2.2 dev eth1 src 10.1.1.1"), "\(lab.routes(1))")
            try lab.run(1, ["ip", "route", "del", "10.1.1.2/32"])
            try lab.waitForDetours([1: [2, 3]], "a route that somebody removed")
            try lab.set(lan: "A", on: true)
            try lab.waitForDetours([1: [], 2: [], 3: []], "all routes to move back")
            #expect(lab.log(1).contains("eth0 leads to host 10.1.1.2 again: 5 good packets in a row"))
            try lab.set(lan: "B", on: false)
            try lab.wait(for: "the addresses on B to be reached over A") {
                (2...3).allSatisfy { lab.routes(1).contains("10.1.2.\($0) via 10.1.1.\($0) dev eth0 ") }
            }
        }
    }

    @Test func `one host's interface moves only the ways to this host`() throws {
        try FaildLab.run { lab in
            try lab.startAll()
            try lab.set(plug: "A3", on: false)
            try lab.waitForDetours([1: [3], 2: [], 3: [1]], "the ways to host 3 to move")
            try lab.set(plug: "A3", on: true)
            try lab.waitForDetours([1: [], 2: [], 3: []], "them to move back")
            #expect(!lab.log(2).contains("WARN"), "\(lab.log(2))")
        }
    }

    @Test(.enabled(if: access("/usr/sbin/nft", X_OK) == 0, "needs nftables"), arguments: [(1, 2), (2, 1)])
    func `when only one direction is lost both sides move`(from: Int, to: Int) throws {
        try FaildLab.run(hosts: 2) { lab in
            try lab.startAll()
            for words in [
                "table ip cut", "chain ip cut input { type filter hook input priority 0; }",
                "rule ip cut input iifname eth0 ip saddr 10.1.1.\(from) drop",
            ] {
                try lab.run(to, ["/usr/sbin/nft", "add " + words])
            }
            try lab.waitForDetours([1: [2], 2: [1]], "both to move")
            try lab.run(to, ["/usr/sbin/nft", "delete table ip cut"])
            try lab.waitForDetours([1: [], 2: []], "both to move back")
        }
    }

    @Test func `an answer leaves where the question came in, whatever the routes say`() throws {
        try FaildLab.run(hosts: 2) { lab in
            // An administrator leads the requestor's address over the other LAN.
            try lab.run(2, ["ip", "route", "add", "10.1.1.1/32", "via", "10.1.2.1"])
            try lab.startAll()
            try Interruption.pause(.seconds(2))
            #expect(!lab.log(1).contains("WARN"), "\(lab.log(1))")
            // His route is nobody else's to change.
            try lab.set(lan: "A", on: false)
            try lab.wait(for: "the foreign route to be pointed out") {
                lab.log(2).contains("10.1.1.1 has a host route already, which stays; remove it")
            }
            #expect(lab.end(2) == 0)
            #expect(try lab.hasRoute(2, "10.1.1.1 via 10.1.2.1 dev eth1"))
        }
    }

    @Test func `a TCP stream between addresses of a dead LAN goes on, and nothing is lost when it returns`() throws {
        try FaildLab.run(hosts: 2) { lab in
            // Strict, as some distributions set it.
            for host in 1...2 { try lab.run(host, ["sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1"]) }
            try lab.startAll()
            #expect(lab.log(1).contains("net.ipv4.conf.eth0.rp_filter was strict"))
            let stream = try lab.flow(from: 1, to: 2, isTCP: true)
            defer { stream.end() }
            try lab.wait(for: "the stream") { stream.received > 100 }
            try lab.set(lan: "A", on: false)
            try lab.waitForDetours([1: [2], 2: [1]], "both to move")
            let before = stream.received
            try lab.wait(for: "the stream to go on") { stream.received > before + 100 }
            #expect(lab.log(1).contains("1 TCP streams that stood still are told to go on"))
            let datagrams = try lab.flow(from: 1, to: 2, isTCP: false)
            defer { datagrams.end() }
            try lab.set(lan: "A", on: true)
            try lab.waitForDetours([1: [], 2: []], "both to move back")
            try lab.wait(for: "some traffic on LAN A") { datagrams.received > 100 && stream.received > before + 300 }
            datagrams.end()
            #expect(datagrams.received == datagrams.sent, "lost at the return")
            #expect(datagrams.problem == nil && stream.problem == nil)
        }
    }

    @Test func `routes go with the daemon, and those of a killed one with its successor`() throws {
        try FaildLab.run(hosts: 2) { lab in
            try lab.startAll()
            try lab.set(lan: "A", on: false)
            try lab.waitForDetours([1: [2], 2: [1]], "both to move")
            #expect(lab.end(1) == 0)
            #expect(lab.routes(1) == "")
            lab.end(2, with: SIGKILL)
            #expect(lab.detours(2) == [1])
            try lab.start(2, [])
            try lab.wait(for: "the leftovers to go") { lab.routes(2) == "" }
            // It tells what it has done afterwards.
            try lab.wait(for: "the line about them") {
                lab.log(2).contains("1 routes of a daemon that was killed are removed")
            }
        }
    }

    @Test func `a host with another key is no host, and a second daemon does not get the port`() throws {
        try FaildLab.run { lab in
            for (host, secret) in [(1, "one\n"), (2, "one"), (3, "other")] {
                let file = "\(lab.directory)/key\(host)"
                try Files.write(secret, to: file, mode: 0o600)
                try lab.start(host, ["-t", "0.25", "-r"], environment: ["FAILD_KEY_FILE=\(file)"])
            }
            try lab.wait(for: "hosts 1 and 2 to find each other") {
                lab.log(1).contains("10.1.1.2 found") && lab.log(2).contains("10.1.1.1 found")
            }
            try lab.wait(for: "the stranger to be refused") {
                lab.log(1).contains("packet of 10.1.1.3 on eth0 is ignored: authentication does not match")
            }
            #expect(!lab.log(1).contains("10.1.1.3 found") && !lab.log(3).contains("found"))
            let second = try Command.run(
                [
                    "timeout", "2", "ip", "netns", "exec", lab.namespace(1), FaildLab.program, "-l",
                    lab.directory + "/second",
                ])
            #expect(second.code == 0 || second.code == 124)
            #expect(Files.read(lab.directory + "/second").contains("Address already in use"))
        }
    }
}

extension FaildLab {
    /// Whether the host has a route that `ip` describes so.
    func hasRoute(_ host: Int, _ text: String) throws -> Bool {
        try Command.succeed(["ip", "-n", namespace(host), "route", "show"]).contains(text)
    }
}
