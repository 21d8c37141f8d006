// Switches and roads that fail without a carrier change, on the real kernel. Needs root and nftables; skipped aloud without.

import CLinux
import Glibc
import Testing

@testable import HeartbeatLab

private let mayBreak =
    geteuid() == 0 && Files.isExecutable("/usr/bin/nsenter") && Files.isExecutable("/usr/sbin/nft")

@Suite(.serialized, .enabled(if: mayBreak, "broken switches need root, util-linux and nftables"))
struct SwitchFaultTests {
    private static let port: UInt16 = 5000

    /// Both nodes with power, and a UDP socket on each.
    private func withNodes(_ body: (Laboratory, [Int32]) throws -> Void) throws {
        let laboratory = try Laboratory(prefix: "hbdt", programs: "/nowhere", resourceScripts: "/nowhere")
        defer { laboratory.close() }
        for node in laboratory.nodes { try laboratory.powerOn(node, running: ["sleep", "1000"]) }
        let sockets = try laboratory.nodes.map { node in
            try node.namespace.open("UDP socket") { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
        }
        defer { for socket in sockets { close(socket) } }
        for socket in sockets {
            _ = try withAddress("0.0.0.0") { try check(bind(socket, $0, $1), "bind") }
        }
        try body(laboratory, sockets)
    }

    private func withAddress<Result>(
        _ text: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) rethrows -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = Self.port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return try withUnsafePointer(to: address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func send(_ text: String, from socket: Int32, to node: LabNode) throws {
        try withAddress(node.lanAddress) { _ = try check(sendto(socket, text, text.utf8.count, 0, $0, $1), "send") }
    }

    /// What arrives, one text a datagram, until `last` does.
    private func received(by socket: Int32, until last: String) throws -> [String] {
        var texts: [String] = []
        _ = try Interruption.wait(atMost: .seconds(20)) {
            while !awaitReadable([socket], milliseconds: 0).isEmpty {
                texts.append(String(decoding: readSome(socket), as: UTF8.self))
            }
            return texts.last == last
        }
        return texts
    }

    @Test func `what a switch loses does not arrive, and what it does not lose does`() throws {
        try withNodes { laboratory, sockets in
            let nodes = laboratory.nodes
            for (rules, forth, back) in [
                ([SwitchRule.to(node: 1, .lan)], false, true), ([.from(node: 1, .lan)], true, false),
                ([.between(.lan)], false, false), ([.to(node: 1, .cross)], true, true),
            ] {
                // Both know each other's hardware address, so that a loss one way is not one of ARP both ways.
                try laboratory.lose([])
                for (from, to) in [(0, 1), (1, 0)] {
                    try send("before", from: sockets[from], to: nodes[to])
                    #expect(try received(by: sockets[to], until: "before") == ["before"])
                }
                try laboratory.lose(rules)
                try send("forth", from: sockets[0], to: nodes[1])
                try send("back", from: sockets[1], to: nodes[0])
                try laboratory.lose([])
                try send("after", from: sockets[0], to: nodes[1])
                try send("after", from: sockets[1], to: nodes[0])
                #expect(
                    try received(by: sockets[1], until: "after") == (forth ? ["forth"] : []) + ["after"], "\(rules)")
                #expect(try received(by: sockets[0], until: "after") == (back ? ["back"] : []) + ["after"], "\(rules)")
            }
        }
    }

    @Test func `a rough road brings packets late, or twice, and whole`() throws {
        try withNodes { laboratory, sockets in
            try laboratory.roughen(.late(.milliseconds(200)))
            let start = Moment.now()
            try send("late", from: sockets[0], to: laboratory.nodes[1])
            #expect(try received(by: sockets[1], until: "late") == ["late"])
            #expect(Moment.now() - start >= .milliseconds(200))
            try laboratory.roughen(.twice)
            try send("twice", from: sockets[0], to: laboratory.nodes[1])
            #expect(try received(by: sockets[1], until: "twice") == ["twice"])
            #expect(try received(by: sockets[1], until: "twice") == ["twice"])
            try laboratory.roughen(nil)
            try send("once", from: sockets[0], to: laboratory.nodes[1])
            #expect(try received(by: sockets[1], until: "once") == ["once"])
        }
    }
}
