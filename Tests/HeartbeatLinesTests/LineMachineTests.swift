// Which line each class takes, and when.

import HeartbeatFormats
import HeartbeatModel
import Testing

@testable import HeartbeatLines

/// Two lines, servers that prefer the first, workstations that prefer the second.
struct Gateway {
    var configuration: LineConfiguration
    var machine: LineMachine
    var now = Instant.zero
    var effects: [LineEffect] = []

    static let standard: LineConfiguration = {
        var one = LineRule(name: "dsl1", interface: "ppp0", gateway: .peer, table: 101)
        var two = LineRule(name: "dsl2", interface: "eth2", gateway: .address(address("203.0.113.1")), table: 102)
        for place in [\LineRule.hold, \LineRule.rise] {
            one[keyPath: place] = .seconds(15)
            two[keyPath: place] = .seconds(15)
        }
        one.alive = 2
        two.alive = 2
        let probes = ["a", "b", "c"].flatMap { target in
            ["dsl1", "dsl2"].map { line in
                var probe = PathProbe(name: "\(line)-\(target)", kind: .icmp(host: "192.0.2.\(target == "a" ? 1 : 2)"))
                probe.rise = 1
                return LineProbe(line: line, probe: probe)
            }
        }
        return LineConfiguration(
            lines: [one, two],
            classes: [
                TrafficClass(name: "servers", sources: [network("10.0.0.10", 32)], lines: ["dsl1", "dsl2"]),
                TrafficClass(name: "workstations", sources: [network("10.0.0.0", 24)], lines: ["dsl2", "dsl1"]),
            ], probes: probes)
    }()

    init(_ configuration: LineConfiguration = Self.standard, adopted: [String: String] = [:]) {
        self.configuration = configuration
        machine = LineMachine(configuration, adopted: adopted, now: now)
    }

    static func started(_ configuration: LineConfiguration = Self.standard) -> Gateway {
        var gateway = Gateway(configuration)
        gateway.find("dsl1")
        gateway.find("dsl2")
        gateway.effects = []
        return gateway
    }

    static func facts(_ line: String, index: UInt32? = nil, host: Int = 2) -> LineFacts {
        line == "dsl1"
            ? LineFacts(
                index: index ?? 7, addresses: [address("198.51.100.\(host)")], networks: [network("192.0.2.254", 32)],
                gateway: nil)
            : LineFacts(
                index: index ?? 3, addresses: [address("203.0.113.\(host)")], networks: [network("203.0.113.0", 24)],
                gateway: address("203.0.113.1"))
    }

    mutating func find(_ line: String, index: UInt32? = nil, host: Int = 2) {
        effects += machine.handle(.found(line: line, Self.facts(line, index: index, host: host)), at: now)
    }

    mutating func lose(_ line: String, _ fault: LineFault = .interface("does not exist")) {
        effects += machine.handle(.unusable(line: line, fault), at: now)
    }

    /// Three answers of each of its targets that are named.
    mutating func answer(_ line: String, _ targets: String, _ answer: PathAnswer) {
        for _ in 0..<3 {
            for target in targets {
                effects += machine.handle(.answered(probe: "\(line)-\(target)", answer), at: now)
            }
        }
    }

    mutating func wait(_ time: Duration) {
        let end = now + time
        while let due = machine.nextDeadline, due <= end {
            now = max(now, due)
            effects += machine.expireTimers(at: now)
        }
        now = end
    }

    mutating func taken() -> [LineEffect] {
        defer { effects = [] }
        return effects
    }

    var lines: [String?] { configuration.classes.map { machine.chosen[$0.name] } }

    private func found<Value>(_ take: (LineEffect) -> Value?) -> [Value] { effects.compactMap(take) }

    var notices: [String] { found { if case .notify(let notice) = $0 { "\(notice)" } else { nil } } }
    var hooks: [LineHook] { found { if case .hook(let hook) = $0 { hook } else { nil } } }
    var flushes: [FlowSelector] {
        found { effect -> [FlowSelector]? in if case .flush(let selectors) = effect { selectors } else { nil } }
            .flatMap(\.self)
    }
    var programs: [LineTables] { found { if case .program(let tables) = $0 { tables } else { nil } } }
}

func address(_ text: String) -> IPAddress { IPAddress(text) ?? .any(isIPv6: false) }
func network(_ text: String, _ bits: Int) -> NetworkPrefix { NetworkPrefix(address(text), bits: bits) }

@Suite struct LineMachineTests {
    @Test("Each class begins on its first line, once all lines have been looked at")
    func begins() {
        var gateway = Gateway()
        gateway.find("dsl1")
        #expect(gateway.lines == [nil, nil])
        #expect(gateway.programs.isEmpty)
        gateway.find("dsl2")
        #expect(gateway.lines == ["dsl1", "dsl2"])
        #expect(gateway.programs.count == 1)
    }

    @Test("A line that is missing at the start is not waited for")
    func missing() {
        var gateway = Gateway()
        gateway.lose("dsl1")
        gateway.find("dsl2")
        #expect(gateway.lines == ["dsl2", "dsl2"])
    }

    @Test(
        "A line is left when too few targets answer for longer than hold, and taken again after rise",
        arguments: [
            ("dsl1", ["dsl2", "dsl2"]), ("dsl2", ["dsl1", "dsl1"]),
        ])
    func both(line: String, moved: [String?]) {
        var gateway = Gateway.started()
        gateway.answer(line, "ab", .failed("no answer"))
        gateway.wait(.seconds(14))
        #expect(gateway.lines == ["dsl1", "dsl2"])
        gateway.wait(.seconds(1))
        #expect(gateway.lines == moved)
        gateway.answer(line, "a", .answered)
        gateway.wait(.seconds(14))
        #expect(gateway.lines == moved)
        gateway.wait(.seconds(1))
        #expect(gateway.lines == ["dsl1", "dsl2"])
    }

    @Test("One target of three is no line")
    func oneTarget() {
        var gateway = Gateway.started()
        gateway.answer("dsl1", "a", .failed("no answer"))
        gateway.wait(.seconds(3600))
        #expect(gateway.lines == ["dsl1", "dsl2"])
        #expect(gateway.notices == ["Probe dsl1-a of line dsl1 is lost: no answer"])
    }

    @Test("A dialled line that restarts within hold moves nothing and is one notice, with its new address")
    func restart() {
        var gateway = Gateway.started()
        gateway.lose("dsl1", .interface("administratively down"))
        // What pppd makes first is an interface over which nothing can be sent.
        gateway.answer("dsl1", "abc", .failed("Network is unreachable"))
        gateway.lose("dsl1")
        gateway.answer("dsl1", "abc", .unknown("no such device"))
        gateway.wait(.seconds(8))
        gateway.find("dsl1", index: 9, host: 77)
        gateway.wait(.seconds(3600))
        #expect(gateway.lines == ["dsl1", "dsl2"])
        #expect(
            gateway.notices == [
                "Line dsl1 was bad for 8.0 s (ppp0: does not exist) and is good again with another address, 198.51.100.77; "
                    + "nothing has moved"
            ])
        // What was translated to the old address is answered nowhere, and the new interface has no queues yet.
        #expect(gateway.flushes == [FlowSelector(address: address("198.51.100.2"))])
        #expect(
            gateway.hooks == [
                .up(line: "dsl1", interface: "ppp0", index: 9, address: address("198.51.100.77")),
                .moved(
                    name: "servers", from: "dsl1", to: "dsl1", old: address("198.51.100.2"),
                    new: address("198.51.100.77")),
            ])
    }

    @Test("A line that has had no link is good when its targets answer, not when the link is back")
    func link() {
        var gateway = Gateway.started()
        gateway.lose("dsl2", .link("no carrier"))
        gateway.answer("dsl2", "abc", .failed("No route to host"))
        gateway.wait(.seconds(8))
        gateway.find("dsl2")
        #expect(!gateway.notices.contains { $0.contains("is good again") })
        gateway.answer("dsl2", "ab", .answered)
        #expect(gateway.notices.last?.hasPrefix("Line dsl2 was bad for 8.0 s") == true)
    }

    @Test("If all lines are down nothing moves, and each class says so once")
    func allDown() {
        var gateway = Gateway.started()
        gateway.lose("dsl1")
        gateway.wait(.seconds(20))
        gateway.effects = []
        gateway.lose("dsl2")
        gateway.wait(.seconds(3600))
        #expect(gateway.lines == ["dsl2", "dsl2"])
        #expect(gateway.notices.filter { $0.contains("stays on line") }.count == 2)
        #expect(gateway.machine.strandedClasses == ["servers", "workstations"])
    }

    @Test("When all were down, the first that is good again is taken at once")
    func firstBack() {
        var gateway = Gateway.started()
        gateway.lose("dsl1")
        gateway.lose("dsl2")
        gateway.wait(.seconds(20))
        gateway.find("dsl1")
        #expect(gateway.lines == ["dsl1", "dsl1"])
        gateway.find("dsl2")
        #expect(gateway.lines == ["dsl1", "dsl1"])
        gateway.wait(.seconds(15))
        #expect(gateway.lines == ["dsl1", "dsl2"])
    }

    @Test("Connections of the classes that leave a dead line are ended, and of nobody else")
    func flushes() {
        var gateway = Gateway.started()
        gateway.lose("dsl1")
        gateway.wait(.seconds(20))
        #expect(
            gateway.flushes == [FlowSelector(address: address("198.51.100.2"), sources: [network("10.0.0.10", 32)])])
        gateway.effects = []
        gateway.find("dsl1")
        gateway.wait(.seconds(20))
        #expect(gateway.lines == ["dsl1", "dsl2"])
        #expect(gateway.flushes.isEmpty)
    }

    @Test("flush=return ends connections on the dear line when a better one is back; flush=none ends none")
    func flushOptions() {
        var configuration = Gateway.standard
        configuration.lines[1].flush = .returned
        configuration.lines[0].flush = .none
        var gateway = Gateway.started(configuration)
        gateway.lose("dsl1")
        gateway.wait(.seconds(20))
        #expect(gateway.flushes.isEmpty)
        gateway.find("dsl1")
        gateway.wait(.seconds(20))
        #expect(gateway.flushes == [FlowSelector(address: address("203.0.113.2"), sources: [network("10.0.0.10", 32)])])
    }

    @Test("The hook up comes once for each time a line comes up, down and moved once each")
    func hooks() {
        var gateway = Gateway()
        gateway.find("dsl1")
        gateway.find("dsl2")
        #expect(gateway.taken().filter { if case .hook(.up) = $0 { true } else { false } }.count == 2)
        gateway.answer("dsl1", "abc", .failed("no answer"))
        gateway.wait(.seconds(20))
        #expect(
            gateway.hooks == [
                .moved(
                    name: "servers", from: "dsl1", to: "dsl2", old: address("198.51.100.2"),
                    new: address("203.0.113.2")),
                .down(line: "dsl1", interface: "ppp0"),
            ])
        gateway.effects = []
        gateway.find("dsl1")
        #expect(gateway.hooks.isEmpty)
        gateway.answer("dsl1", "abc", .answered)
        gateway.wait(.seconds(20))
        #expect(gateway.hooks.map(\.word) == ["up", "moved"])
    }

    @Test("What a predecessor has left is kept until a better line has proved itself")
    func adopts() {
        var gateway = Gateway(adopted: ["servers": "dsl2", "workstations": "dsl2"])
        gateway.find("dsl1")
        gateway.find("dsl2")
        #expect(gateway.lines == ["dsl2", "dsl2"])
        gateway.answer("dsl1", "abc", .failed("no answer"))
        gateway.wait(.seconds(3600))
        #expect(gateway.lines == ["dsl2", "dsl2"])
        gateway.answer("dsl1", "abc", .answered)
        gateway.wait(.seconds(15))
        #expect(gateway.lines == ["dsl1", "dsl2"])
    }

    @Test("Two lines behind one router share their fate, which is said once")
    func fate() {
        var gateway = Gateway()
        gateway.find("dsl2")
        let same = LineFacts(
            index: 4, addresses: [address("203.0.113.9")], networks: [network("203.0.113.0", 24)],
            gateway: address("203.0.113.1"))
        gateway.effects += gateway.machine.handle(.found(line: "dsl1", same), at: .zero)
        gateway.effects += gateway.machine.handle(.found(line: "dsl1", same), at: .zero)
        #expect(gateway.notices.filter { $0.contains("share their fate") }.count == 1)
    }

    @Test("Times are what they are said to be")
    func times() throws {
        let configuration = Gateway.standard
        let line = try #require(configuration.line(named: "dsl1"))
        // Three questions a second, one second of patience, and hold; two of three must fail.
        #expect(configuration.leftAfter(line) == .seconds(19))
        #expect(configuration.trustedAfter(line) == .seconds(15))
    }

    @Test(
        "Whatever happens, a class is on one of its lines, on one that works if there is one, and the tables say so",
        arguments: 0..<20)
    func anything(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var gateway = Gateway.started()
        for _ in 0..<300 {
            let line = Bool.random(using: &random) ? "dsl1" : "dsl2"
            switch Int.random(in: 0..<4, using: &random) {
            case 0: gateway.lose(line)
            case 1:
                gateway.find(line, index: .random(in: 3...6, using: &random), host: .random(in: 2...4, using: &random))
            case 2: gateway.answer(line, "ab", Bool.random(using: &random) ? .answered : .failed("no answer"))
            default: gateway.wait(.seconds(Int.random(in: 1...40, using: &random)))
            }
            for item in gateway.configuration.classes {
                let chosen = gateway.machine.chosen[item.name]
                #expect(chosen.map(item.lines.contains) == true)
                let usable = item.lines.filter { gateway.machine.state(of: $0)?.isUsable == true }
                if let first = usable.first { #expect(chosen == first) }
            }
            if let tables = gateway.programs.last {
                #expect(LineTables.choices(in: tables.rules, of: gateway.configuration) == gateway.machine.chosen)
            }
        }
    }
}
