// Hosts with two interfaces on two bridges, each in a network namespace, and faild running on them. Host 2 is 10.1.1.2 on LAN A
// (eth0) and 10.1.2.2 on LAN B (eth1).

import Foundation
import HeartbeatLab
import Synchronization

private let made = Atomic<Int>(0)

final class FaildLab {
    static let program = ProgramPlaces().programs + "/faild"

    let count: Int
    let directory: String
    private let name: String
    private var daemons: [Int: ChildProcess] = [:]

    /// Makes `count` hosts, lets `body` play with them, and removes everything.
    static func run(hosts count: Int = 3, _ body: (FaildLab) throws -> Void) throws {
        let lab = try FaildLab(count)
        defer { lab.remove() }
        do {
            try body(lab)
        } catch {
            throw Failure(
                "\(error)\n" + (1...count).map { "--- host \($0)\n\(lab.log($0))\(lab.routes($0))\n" }.joined())
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ text: String) { description = text }
    }

    private init(_ count: Int) throws {
        self.count = count
        name = "fd\(getpid())x\(made.add(1, ordering: .relaxed).newValue)"
        directory = "/tmp/\(name)"
        try Files.makeDirectory(directory)
        try Command.succeed(["ip", "netns", "add", bridges])
        try configure(
            bridges, ["A", "B"].flatMap { ["link add lan\($0) type bridge", "link set lan\($0) up"] })
        for host in 1...count {
            let namespace = namespace(host)
            try Command.succeed(["ip", "netns", "add", namespace])
            try configure(namespace, ["link set lo up"])
            for (index, lan) in ["A", "B"].enumerated() {
                try configure(
                    bridges,
                    [
                        "link add \(lan)\(host) type veth peer name eth\(index) netns \(namespace)",
                        "link set \(lan)\(host) master lan\(lan) up",
                    ])
                try configure(
                    namespace,
                    ["link set eth\(index) up", "address add 10.1.\(index + 1).\(host)/24 brd + dev eth\(index)"])
            }
        }
    }

    private func remove() {
        for host in daemons.keys { end(host, with: SIGKILL) }
        for namespace in [bridges] + (1...count).map(namespace) { Command.attempt(["ip", "netns", "del", namespace]) }
        Files.remove(directory)
    }

    private var bridges: String { name + "lans" }
    func namespace(_ host: Int) -> String { "\(name)h\(host)" }

    private func configure(_ namespace: String, _ lines: [String]) throws {
        try Command.succeed(["ip", "-n", namespace, "-batch", "-"], input: lines.map { $0 + "\n" }.joined())
    }

    // MARK: - Hosts

    /// Starts faild; the log file is `log`'s.
    func start(_ host: Int, _ words: [String], environment: [String] = []) throws {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        daemons[host] = try ChildProcess(
            ["ip", "netns", "exec", namespace(host), Self.program, "-l", logFile(host)] + words,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + environment, standardInput: null, standardOutput: null
        )
    }

    /// Host 1 asks, the others answer; returns when it has found them all.
    func startAll(interval: String = "0.25", further: [String] = []) throws {
        for host in 1...count { try start(host, ["-t", interval] + further + (host == 1 ? ["-r"] : [])) }
        try wait(for: "all hosts to be found") {
            (2...count).allSatisfy { log(1).contains("host 10.1.1.\($0) found") && log($0).contains("10.1.1.1 found") }
        }
    }

    /// Ends faild; returns how it ended.
    @discardableResult
    func end(_ host: Int, with signal: Int32 = SIGTERM) -> Int32? {
        guard let daemon = daemons.removeValue(forKey: host) else { return nil }
        kill(daemon.pid, signal)
        return daemon.wait(atMost: .seconds(5))
    }

    func run(_ host: Int, _ words: [String]) throws {
        try Command.succeed(["ip", "netns", "exec", namespace(host)] + words)
    }

    private func logFile(_ host: Int) -> String { "\(directory)/log\(host)" }
    func log(_ host: Int) -> String { Files.read(logFile(host)) }

    /// Where the host routes lead: `10.1.1.2 via 10.1.2.2 dev eth1 proto 70 src 10.1.1.1`.
    func routes(_ host: Int) -> String {
        Command.attempt(["ip", "-n", namespace(host), "route", "show", "proto", "70"])
    }

    /// The hosts whose addresses on LAN A are reached over LAN B.
    func detours(_ host: Int) -> [Int] {
        (1...count).filter { routes(host).contains("10.1.1.\($0) via 10.1.2.\($0) dev eth1 ") }
    }

    func waitForDetours(_ expected: [Int: [Int]], _ what: String) throws {
        try wait(for: what) { expected.allSatisfy { detours($0.key) == $0.value } }
    }

    func wait(for what: String, atMost limit: Duration = .seconds(20), _ condition: () throws -> Bool) throws {
        try Interruption.wait(for: what, atMost: limit, until: condition)
    }

    /// Traffic from host to host between their addresses on LAN A.
    func flow(from source: Int, to destination: Int, isTCP: Bool) throws -> Flow {
        func end(_ host: Int, port: UInt16) -> Flow.End {
            Flow.End(NetworkNamespace(name: namespace(host)), "10.1.1.\(host)", port: port)
        }
        return try Flow(from: end(source, port: 0), to: end(destination, port: 7777), isTCP: isTCP)
    }

    // MARK: - LANs

    /// Switches a bridge off or on: hosts keep their carrier.
    func set(lan: String, on isOn: Bool) throws {
        try configure(bridges, ["link set lan\(lan) \(isOn ? "up" : "down")"])
    }

    /// Pulls the plug of one host's interface, or puts it in.
    func set(plug: String, on isOn: Bool) throws {
        try configure(bridges, ["link set \(plug) \(isOn ? "up" : "down")"])
    }
}
