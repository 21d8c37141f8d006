// Which ways are open is judged by what came between two looks, on both nodes, and what is shut is said with the end at which to look.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct LiveCheckTests {
    static let (here, there) = (NodeName("gw-a"), NodeName("gw-b"))

    /// Two looks at gw-a, 2.1 s apart by both nodes' clocks. Everything was heard just before each of them, on both nodes.
    struct Looks {
        var first = LiveCheckTests.facts(age: .seconds(500), at: 90_000_000)
        var second = LiveCheckTests.facts(age: .milliseconds(502_100), at: 92_100_000)

        init(_ change: (inout Looks) -> Void = { _ in }) { change(&self) }

        /// How long ago each node heard the other one over a medium, at the second look.
        mutating func set(_ medium: Int, here: Duration? = .milliseconds(110), there: Duration? = .milliseconds(60)) {
            second.links[medium].lastHeard = here
            if here == nil { second.links[medium].state = .awaited }
            second.peer?.view?.told.media[medium].age = there
        }

        var check: LiveCheck {
            LiveCheck(
                .answered(first), .answered(second), apart: .seconds(9), of: LiveCheckTests.here,
                by: LiveCheckTests.configuration)
        }

        var findings: [Finding] { check.findings }
    }

    static let names = ["eth0", "eth1", "/dev/ttyS0"]

    static func facts(age: Duration, at: UInt64) -> NodeFacts {
        var facts = NodeFacts(node: here)
        (facts.phase, facts.age) = (.stable, age)
        facts.timings = NodeFacts.Timings(
            keepalive: .seconds(1), deadtime: .seconds(10), warntime: .seconds(5), initdead: .seconds(30))
        var peer = NodeFacts.Node(name: there, status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: here, status: .active, speaks: .ours), peer]
        facts.media = names.map {
            .init(name: MediumName($0), kind: $0.hasPrefix("/") ? .serial : .bcast, state: .open)
        }
        facts.links = names.map { name in
            var link = NodeFacts.Link(node: there, medium: MediumName(name), state: .up)
            link.lastHeard = .milliseconds(110)
            return link
        }
        var view = PeerView(at: at)
        view.media = names.map { name in
            var medium = PeerView.Medium(name: MediumName(name))
            medium.age = .milliseconds(60)
            return medium
        }
        var word = NodeFacts.PeerWord()
        word.view = NodeFacts.View(view, age: .milliseconds(4))
        facts.peer = word
        return facts
    }

    static let configuration = Configuration(
        nodes: [here, there],
        media: [
            .broadcast(interface: "eth0", port: 694), .broadcast(interface: "eth1", port: 695),
            .serial(device: "/dev/ttyS0", baud: 19200),
        ], groups: [])

    /// One of each finding.
    static let provoked: [Looks] = [
        Looks { $0.set(1, there: .seconds(192)) },
        Looks { looks in for medium in names.indices { looks.set(medium, here: .seconds(3)) } },
        Looks { $0.second.peer = $0.first.peer },
    ]

    private func states(_ change: (inout Looks) -> Void) -> [Reach.State] { Looks(change).check.reaches.map(\.state) }

    // MARK: - What came

    @Test func `what was heard between the looks is open, on both nodes`() {
        let check = Looks().check
        #expect(check.reaches.map(\.state) == Array(repeating: .open, count: 6) && check.findings.isEmpty)
        #expect(check.reaches.map(\.from) == [Self.there, Self.here, Self.there, Self.here, Self.there, Self.here])
        #expect(check.watched == .milliseconds(2100), "by the daemon's clock, not by that of whoever looked")
        #expect(check.sentence == "something came over all 6 ways within 2.10 s" && check.reason == nil)
    }

    @Test(arguments: [
        (Duration.milliseconds(2099), Reach.State.open), (.milliseconds(2100), .blocked), (.seconds(192), .blocked),
    ])
    func `what is older than the first look came before`(age: Duration, state: Reach.State) {
        #expect(states { $0.set(0, here: age) }[0] == state)
        #expect(states { $0.set(0, there: age) }[1] == state)
    }

    @Test func `what never came is never, each way`() {
        #expect(states { $0.set(2, here: nil) }[4] == .never)
        #expect(states { $0.set(2, there: nil) }[5] == .never)
        #expect(
            Looks { $0.set(0, there: nil) }.findings.map(\.sentence) == [
                "over eth0 nothing of gw-a has ever reached gw-b"
            ])
    }

    @Test func `a daemon that was started between the looks has heard all since`() {
        #expect(
            states { looks in
                looks.second.age = .milliseconds(900)
                looks.set(0, here: .milliseconds(800))
            }[0] == .open)
    }

    @Test func `a node that has started anew between the looks is believed`() {
        #expect(states { $0.second.peer?.view?.told.at = 70_000 }[1] == .open)
    }

    // MARK: - What nobody tells

    @Test(arguments: [90_000_000, 91_400_000] as [UInt64])
    func `a word of the other node that is not new enough proves nothing`(at: UInt64) {
        let looks = Looks { $0.second.peer?.view?.told.at = at }
        #expect(looks.check.reaches.map(\.state) == [.open, .unknown, .open, .unknown, .open, .unknown])
        #expect(looks.findings.map(\.code) == [.mediumUnknown] && looks.findings[0].severity == .unknown)
        #expect(looks.check.reaches[1].text == "eth0  gw-a -> gw-b  unknown: gw-b has not told it anew")
    }

    @Test func `what the other node said before stays said, and that it is deaf is told otherwise`() {
        let old = Looks { looks in
            looks.set(1, there: .seconds(192))
            looks.second.peer?.view?.told.at = 90_000_000
        }
        #expect(old.check.reaches.map(\.state) == [.open, .unknown, .open, .blocked, .open, .unknown])
        let deaf = Looks { looks in
            looks.second.peer = looks.first.peer
            looks.second.flags = [.deaf]
        }
        #expect(deaf.check.reaches.map(\.state) == [.open, .blocked, .open, .blocked, .open, .blocked])
        #expect(deaf.findings.map(\.code) == [.mediumBlocked, .mediumBlocked, .mediumBlocked])
    }

    @Test func `a heartbeat 3 cannot tell, which is no reason to fail`() {
        let looks = Looks { looks in
            looks.second.nodes[1].speaks = .original
            looks.second.peer?.view = nil
        }
        #expect(looks.check.reaches.map(\.state) == [.open, .unknown, .open, .unknown, .open, .unknown])
        #expect(looks.findings.map(\.severity) == [.note])
        #expect(looks.findings[0].sentence.hasSuffix("gw-b runs heartbeat 3, which does not tell"))
    }

    @Test(arguments: ["down-killed", "no-permission", "older-daemon", "garbled", "hung", "newer-daemon"])
    func `without facts nothing is known, and why is said`(name: String) throws {
        let source = try Situation(name: name).source()
        let check = LiveCheck(source, source, apart: .zero, of: Self.here, by: nil)
        #expect(check.reaches.isEmpty && check.watched == nil && check.reason?.isEmpty == false)
        #expect(check.findings.map(\.code) == [.mediumUnknown] && check.findings[0].severity == .unknown)
        let late = LiveCheck(.answered(Looks().first), source, apart: .zero, of: Self.here, by: nil)
        #expect(late.reaches.isEmpty && late.findings == check.findings, "it fell silent between the looks")
    }

    // MARK: - Where to look

    private func remedy(_ change: (inout Looks) -> Void) -> String {
        Looks(change).findings.flatMap(\.remedy).joined(separator: "\n")
    }

    @Test func `a way that is shut is a finding that names the end and the port`() {
        let looks = Looks { $0.set(1, there: .seconds(192)) }
        #expect(
            looks.findings.map(\.sentence) == ["over eth1 nothing of gw-a reaches gw-b for 3:12"]
                && looks.findings[0].severity == .warning)
        #expect(
            looks.findings[0].remedy == [
                "on gw-b: tcpdump -ni eth1 udp port 695",
                "packets of gw-a there: a firewall of gw-b keeps them out; none: look at gw-a and the switch",
            ])
        #expect(remedy { $0.set(1, here: .seconds(192)) }.contains("on gw-a: tcpdump -ni eth1 udp port 695"))
        #expect(remedy { $0.set(2, here: .seconds(192)) }.contains("from gw-b to gw-a; gw-a has 19200 baud"))
    }

    @Test(arguments: [("1694", "udp port 1694"), (nil, "udp port 694")])
    func `the port of a medium that the files do not have any more is that of udpport`(port: String?, text: String) {
        let looks = Looks { $0.set(1, there: .seconds(192)) }
        var files = Configuration(nodes: [Self.here, Self.there])
        if let port { files.parameters = [.init(name: "udpport", value: port)] }
        let check = LiveCheck(
            .answered(looks.first), .answered(looks.second), apart: .seconds(9), of: Self.here, by: files)
        #expect(check.findings.first?.remedy.first == "on gw-b: tcpdump -ni eth1 \(text)")
    }

    @Test func `a medium that is shut both ways is one finding`() {
        let looks = Looks { $0.set(1, here: .seconds(192), there: .seconds(193)) }
        #expect(looks.findings.map(\.sentence) == ["over eth1 nothing passes between gw-a and gw-b for 3:12"])
        #expect(looks.findings[0].remedy.joined().contains("udp port 695"))
        #expect(remedy { $0.set(2, here: nil, there: nil) }.contains("both ends; gw-a has 19200 baud"))
    }

    @Test func `where nothing of the other node comes it is one finding, with its cause`() {
        let silent = Self.provoked[1]
        #expect(silent.findings.map(\.code) == [.peerUnheard] && silent.check.reaches.count == 6)
        let dead = Looks { looks in
            for medium in Self.names.indices { looks.set(medium, here: .seconds(60)) }
            looks.second.nodes[1].standing = .dead
            looks.second.nodes[1].status = .dead
        }
        #expect(dead.findings.map(\.sentence) == ["no medium brings anything of gw-b; gw-b is dead"])
        #expect(!dead.findings[0].remedy.isEmpty)
    }

    @Test func `a medium that does not work says why, also when it was the last one`() {
        let failing = Looks { looks in
            looks.second.media[0].state = .failing("No such device")
            looks.set(0, here: .seconds(60), there: .seconds(60))
        }
        #expect(failing.findings.map(\.sentence) == ["eth0 does not work on gw-a: No such device"])
        let all = Looks { looks in
            for medium in Self.names.indices { looks.set(medium, here: .seconds(60)) }
            looks.second.media[0].state = .failing("No such device")
        }
        #expect(all.findings.map(\.code) == [.peerUnheard, .mediumBlocked])
    }

    @Test func `a medium of the other node alone is said to be that`() {
        let looks = Looks { looks in
            var medium = PeerView.Medium(name: MediumName("eth7"))
            medium.age = .seconds(600)
            looks.second.peer?.view?.told.media.append(medium)
        }
        #expect(
            looks.findings.map(\.sentence) == ["gw-b has the medium eth7, and gw-a has none that goes with it"])
    }

    // MARK: - As text and JSON

    private func report(_ looks: Looks) throws -> CheckReport {
        CheckReport(
            node: Self.here, asked: Situation.asked, daemonRuns: .yes,
            agreement: Agreement(try Situation(name: "healthy-one-serves").status), findings: [], live: looks.check)
    }

    @Test func `ways are shown below the findings, the shut ones with a mark`() throws {
        let lines = CheckText(try report(Self.provoked[0]), width: 80).lines
        #expect(lines[0] == "WARNING   1 warning on gw-a" && lines.count <= StatusText.most)
        #expect(
            lines.suffix(7) == [
                "something came over 5 of 6 ways within 2.10 s", "   eth0  gw-b -> gw-a  open, heard 0.11 s ago",
                "   eth0  gw-a -> gw-b  open, heard 0.06 s ago", "   eth1  gw-b -> gw-a  open, heard 0.11 s ago",
                "!  eth1  gw-a -> gw-b  blocked for 3:12", "   /dev/ttyS0  gw-b -> gw-a  open, heard 0.11 s ago",
                "   /dev/ttyS0  gw-a -> gw-b  open, heard 0.06 s ago",
            ])
        for line in CheckText(try report(Self.provoked[0]), width: 20).lines {
            #expect(line.count <= 20 || line.split(separator: " ").count <= 2, "\(line)")
        }
    }

    @Test func `the JSON of a live check is as its schema says, and the schema knows every key`() throws {
        let schema = try SchemaTests.schema("hbctl-check-1")
        for looks in Self.provoked + [Looks()] {
            let json = CheckJSON(try report(looks)).text
            let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
            #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
            let live = (value as? [String: Any])?["live"] as? [String: Any]
            #expect((live?["ways"] as? [[String: Any]])?.count == 6)
        }
    }
}
