// A gateway with two providers, each in a network namespace. Behind each provider's first router is the core, where the hosts are that
// probes ask and that everybody speaks with.
//
//   server 10.0.0.10 ┐              ┌ dsl1 198.51.100.2 ── isp1 ┐
//                    ├ 10.0.0.1 gw ─┤                           ├─ core 192.0.2.1, .2, .3 (targets), .100 (a host)
//   ws    10.0.0.100 ┘              └ dsl2 203.0.113.2  ── isp2 ┘

import Foundation
import HeartbeatLab
import Synchronization

private let made = Atomic<Int>(0)

final class LinesLab {
    static let program = ProgramPlaces().programs + "/hb_lines"
    /// Probes ask four times a second, and a machine that is busy for a while is no dead line.
    static let configuration = """
        logfile LOG
        line dsl1 dsl1 via=198.51.100.1 alive=2 hold=500ms rise=1s optional
        line dsl2 dsl2 via=203.0.113.1 alive=2 hold=500ms rise=1s optional
        probe a1 line=dsl1 interval=250ms timeout=250ms fall=4 icmp 192.0.2.1
        probe b1 line=dsl1 interval=250ms timeout=250ms fall=4 icmp 192.0.2.2
        probe c1 line=dsl1 interval=250ms timeout=250ms fall=4 icmp 192.0.2.3
        probe a2 line=dsl2 interval=250ms timeout=250ms fall=4 icmp 192.0.2.1
        probe b2 line=dsl2 interval=250ms timeout=250ms fall=4 icmp 192.0.2.2
        probe c2 line=dsl2 interval=250ms timeout=250ms fall=4 icmp 192.0.2.3
        class servers 10.0.0.10 prefer dsl1 dsl2
        class workstations 10.0.0.0/24 prefer dsl2 dsl1

        """
    static let lines = ["dsl1": "198.51.100", "dsl2": "203.0.113"]

    let directory: String
    private let name: String
    private var daemon: ChildProcess?

    /// Makes everything, lets `body` play with it, and removes it.
    static func run(_ body: (LinesLab) throws -> Void) throws {
        let lab = try LinesLab()
        defer { lab.remove() }
        do {
            try body(lab)
        } catch {
            throw Failure("\(error)\n\(lab.log)\n\(lab.rules)")
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ text: String) { description = text }
    }

    private init() throws {
        name = "ln\(getpid())x\(made.add(1, ordering: .relaxed).newValue)"
        directory = "/tmp/\(name)"
        try Files.makeDirectory(directory)
        for host in Self.hosts {
            try Command.succeed(["ip", "netns", "add", space(host)])
            try configure(host, ["link set lo up"])
        }
        try connect("gw", "lan0", "server", "eth0")
        try connect("gw", "lan1", "ws", "eth0")
        try configure(
            "gw",
            [
                "link add br0 type bridge", "link set br0 up", "address add 10.0.0.1/24 dev br0",
                "link set lan0 master br0",
                "link set lan1 master br0",
            ])
        for (host, address) in [("server", 10), ("ws", 100)] {
            try configure(
                host, ["address add 10.0.0.\(address)/24 dev eth0", "route add default via 10.0.0.1"])
        }
        try configure(
            "core", ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.100"].map { "address add \($0)/32 dev lo" })
        for (number, (line, network)) in Self.lines.sorted(by: { $0.key < $1.key }).enumerated() {
            let isp = "isp\(number + 1)"
            try plug(line)
            try connect(isp, "wan", "core", isp)
            try configure(isp, ["address add 10.9.\(number).2/30 dev wan", "route add default via 10.9.\(number).1"])
            try configure(
                "core",
                ["address add 10.9.\(number).1/30 dev \(isp)", "route add \(network).0/24 via 10.9.\(number).2"])
            try forward(isp, true)
            try filter(isp, counters(network))
        }
        try forward("gw", true)
        // A default route that probes of the first line must not follow.
        try configure("gw", ["route add default via 203.0.113.1 metric 100"])
        try Files.write(Self.configuration.replacingOccurrences(of: "LOG", with: "\(directory)/log"), to: file)
        try filter("gw", Command.succeed([Self.program, "--nft", file]))
    }

    private static let hosts = ["gw", "server", "ws", "isp1", "isp2", "core"]
    var file: String { "\(directory)/lines.cf" }

    private func remove() {
        end(SIGKILL)
        for host in Self.hosts { Command.attempt(["ip", "netns", "del", space(host)]) }
        Files.remove(directory)
    }

    func space(_ host: String) -> String { "\(name)\(host)" }
    func namespace(_ host: String) -> NetworkNamespace { NetworkNamespace(name: space(host)) }

    func configure(_ host: String, _ lines: [String]) throws {
        try Command.succeed(["ip", "-n", space(host), "-batch", "-"], input: lines.map { $0 + "\n" }.joined())
    }

    @discardableResult
    func run(_ host: String, _ words: [String]) throws -> String {
        try Command.succeed(["ip", "netns", "exec", space(host)] + words)
    }

    private func connect(_ one: String, _ interface: String, _ other: String, _ otherInterface: String) throws {
        try configure(
            one,
            [
                "link add \(interface) type veth peer name \(otherInterface) netns \(space(other))",
                "link set \(interface) up",
            ])
        try configure(other, ["link set \(otherInterface) up"])
    }

    private func filter(_ host: String, _ rules: String) throws {
        try Command.succeed(["ip", "netns", "exec", space(host), "nft", "-f", "-"], input: rules)
    }

    /// What comes from the gateway with an address that is not of this line, and who speaks with whom.
    private func counters(_ network: String) -> String {
        """
        table ip count {
            counter wrong {}
            counter server {}
            counter ws {}
            chain prerouting {
                type filter hook prerouting priority -300;
                iifname "line" ip saddr != \(network).0/24 counter name wrong
                iifname "line" ip daddr 192.0.2.100 udp dport 7001 counter name server
                iifname "line" ip daddr 192.0.2.100 udp dport 7002 counter name ws
            }
        }

        """
    }

    /// Packets that a provider has counted.
    func count(_ isp: String, _ counter: String) throws -> Int {
        let text = try run(isp, ["nft", "list", "counter", "ip", "count", counter])
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.firstIndex(of: "packets").flatMap { Int(words[$0 + 1]) } ?? 0
    }

    // MARK: - Lines

    /// Makes the interface of a line, with the address `.2`, or another.
    func plug(_ line: String, host: Int = 2) throws {
        guard let network = Self.lines[line] else { return }
        try connect("gw", line, line == "dsl1" ? "isp1" : "isp2", "line")
        try configure("gw", ["address add \(network).\(host)/24 dev \(line)"])
        try configure(line == "dsl1" ? "isp1" : "isp2", ["address add \(network).1/24 dev line"])
    }

    func unplug(_ line: String) throws { try configure("gw", ["link del \(line)"]) }

    /// Whether a host passes packets on; its own addresses answer all the same.
    func forward(_ host: String, _ isOn: Bool) throws {
        try run(host, ["sysctl", "-qw", "net.ipv4.ip_forward=\(isOn ? 1 : 0)"])
    }

    // MARK: - The program

    func start(_ words: [String] = []) throws {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        daemon = try ChildProcess(
            ["ip", "netns", "exec", space("gw"), Self.program, "--status", "\(directory)/status", file] + words,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], standardInput: null, standardOutput: null)
        try wait(for: "lines to be programmed") { show.contains("class servers on") }
    }

    /// Ends the program; returns how it ended.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) -> Int32? {
        guard let daemon else { return nil }
        self.daemon = nil
        kill(daemon.pid, signal)
        return daemon.wait(atMost: .seconds(5))
    }

    var log: String { Files.read("\(directory)/log") }
    var rules: String { Command.attempt(["ip", "-n", space("gw"), "rule", "show"]) }
    var show: String { Command.attempt([Self.program, "--show", "--status", "\(directory)/status"]) }

    func routes(_ table: Int) -> String {
        Command.attempt(["ip", "-n", space("gw"), "route", "show", "table", "\(table)"])
    }

    /// The lines that servers and workstations are on.
    var chosen: [String] {
        ["servers", "workstations"].map { name in
            show.split(separator: "\n").first { $0.hasPrefix("class \(name) on ") }?.dropFirst(10 + name.count)
                .prefix { $0 != "," }.description ?? "-"
        }
    }

    func waitForLines(_ expected: [String], _ what: String) throws {
        try wait(for: what) { chosen == expected }
    }

    func wait(for what: String, atMost limit: Duration = .seconds(20), _ condition: () throws -> Bool) throws {
        guard try Interruption.wait(atMost: limit, until: condition) else {
            throw Failure("waited in vain for \(what)")
        }
    }

    /// Datagrams from a host behind the gateway to the host in the core.
    func flow(from host: String) throws -> Flow {
        let isServer = host == "server"
        return try Flow(
            from: Flow.End(namespace(host), isServer ? "10.0.0.10" : "10.0.0.100"),
            to: Flow.End(namespace("core"), "192.0.2.100", port: isServer ? 7001 : 7002), isTCP: false)
    }
}
