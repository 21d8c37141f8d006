// Backups that are wrong about the service: they are told so, on one side or the other, and the clients notice nothing.

import Glibc
import HeartbeatLab
import HeartbeatModel
import Testing

extension GatewayTests {
    @Test func `a backup that is wrong once is told no once, and its uplink never comes up`() throws {
        var opening = GatewayScene.Opening()
        opening.prepare = { scene in
            let alarm = scene.alarm(of: 1)
            try scene.programs[1].hook(.remoteSvcCheck, "if [ -e '\(alarm)' ]; then rm '\(alarm)'; exit 1; fi")
        }
        try GatewayScene.play(opening) { scene in
            let tap = try scene.lab.tap(.down)
            defer { tap.close() }
            let (start, mark) = (Moment.now(), scene.programs[1].mark)
            let moves = try scene.moves()
            try Files.write("", to: scene.alarm(of: 1))
            try scene.wait(for: 1, toSay: "Wants to take over: remoteSvcCheck does not see the service")
            try scene.wait(for: 1, toSay: "gwa says no on the down side: this host stays a backup")
            // It asks again as a backup, and is satisfied.
            let denied = Moment.now()
            try scene.wait(for: "gwb to be told that all is well") {
                tap.all(.serviceCheckReply, since: denied).contains { $0.receiver == scene.own(1, .down) }
            }
            #expect(scene.programs[0].count("Says no to gwb on the down side") == 1)
            #expect(scene.programs[1].count("gwa says no", since: mark) == 1)
            // Every announcement that was heard is answered, also by gwc, for an answer may be lost.
            let answers = tap.all(.downstreamTakeoverDeny, since: start)
            #expect(answers.contains { $0.sender == scene.own(0, .down) })
            #expect(answers.allSatisfy { $0.receiver == scene.own(1, .down) })
            #expect(try scene.rises(of: 1) == 0 && scene.rises(of: 2) == 0)
            #expect(try scene.moves() == moves)
        }
    }

    @Test func `a backup that is not heard downstream is told no upstream, and its uplink is down again`() throws {
        try GatewayScene.play { scene in
            let tap = try scene.lab.tap(.down)
            defer { tap.close() }
            let moves = try scene.moves()
            try scene.lab.lose([.words(from: .host(1), .down)])
            try scene.wait(for: 1, toSay: "Wants to take over: the service answers, and its host does not")
            try scene.wait(for: 1, toSay: "gwa says no on the up side: this host stays a backup")
            #expect(try scene.rises(of: 1) > 0)
            try scene.lab.lose([])
            let whole = Moment.now()
            try scene.wait(for: "gwb to be told that all is well") {
                tap.all(.serviceCheckReply, since: whole).contains { $0.receiver == scene.own(1, .down) }
            }
            try scene.wait(for: "its uplink to go down") { try scene.raisedUplinks() == [0] }
            #expect(scene.programs[0].says("Says no to gwb on the up side"))
            #expect(!scene.programs[0].says("Stops serving"))
            #expect(try scene.moves() == moves)
        }
    }

    @Test func `a backup whose own cable is out is no backup, until it is in again`() throws {
        try GatewayScene.play { scene in
            let moves = try scene.moves()
            try scene.lab.plug(scene.lab.hosts[1], .down, false)
            try scene.wait(for: "gwb to find that it is not fit") {
                scene.programs[1].log.contains("this host is not fit as a backup: downlinkCheck has failed")
            }
            try scene.wait(for: 0, toSay: "gwb has not asked for")
            let mark = scene.programs[0].mark
            try scene.lab.plug(scene.lab.hosts[1], .down, true)
            try scene.wait(for: 0, toSay: "gwb is a backup now", since: mark)
            #expect(try scene.moves() == moves)
            #expect(try scene.rises(of: 1) == 0)
        }
    }

    @Test func `a candidate whose uplink leads nowhere gives up, and the next one serves`() throws {
        try GatewayScene.play { scene in
            try scene.lab.lose([.cable(.host(1), .up)])
            let start = try scene.lab.powerOff(scene.lab.hosts[0])
            try scene.waitForOwner(2)
            #expect(scene.programs[1].log.contains("this host is not fit as a backup: uplinkCheck has failed"))
            #expect(!scene.programs[1].says("Serves"))
            try scene.tellOutage(since: start, "without power, and the next host without an uplink")
        }
    }

    @Test func `hosts that hear each other on no side both serve, and the lesser one yields when they do`() throws {
        try GatewayScene.play(.init(maySplit: true)) { scene in
            let parts = ([GatewayPlace.host(0)], [GatewayPlace.host(1), .host(2)])
            try scene.lab.lose(GatewaySide.allCases.map { .between(parts.0, parts.1, $0) })
            try scene.wait(for: 1, toSay: "Serves")
            #expect(!scene.programs[2].says("Serves"))
            // What still waits for an answer to ARP is given up by then; it would come as an announcement of long ago.
            try Interruption.pause(.seconds(4))
            let mark = scene.programs[1].mark
            try scene.lab.lose([])
            try scene.waitForOwner(0)
            try scene.wait(for: 1, toSay: "Backup: gwa serves", since: mark)
            let told = scene.programs[0].log + scene.programs[1].log
            #expect(told.contains("serves, too: both sides between the two were cut"))
        }
    }

    @Test func `what was recorded in an earlier life and is said again counts for nothing`() throws {
        try GatewayScene.play { scene in
            let taps = try GatewaySide.allCases.map { try scene.lab.tap($0) }
            defer { for tap in taps { tap.close() } }
            // What is recorded of a life has a takeover on both sides, checks, answers and the end.
            try scene.waitForLooks(at: taps[0], since: Moment.now())
            for host in [0, 1] {
                #expect(scene.programs[host].end() == 0)
                try scene.waitForOwner(host + 1)
            }
            let early = taps.map(\.datagrams)
            for kind in [GatewayDatagram.Kind.serviceCheck, .serviceCheckReply, .serviceShutdown, .downstreamTakeover] {
                #expect(early[0].contains { $0.kind == kind }, "\(kind)")
            }
            #expect(early[1].contains { $0.kind == .upstreamTakeover })
            let marks = scene.marks
            for host in [0, 1] { try scene.programs[host].start() }
            try scene.waitForOwner(0)
            for host in [1, 2] {
                try scene.wait(for: host, toSay: "Backup: gwa serves", since: marks[host])
            }
            // Of a sender that was never heard nothing is known.
            try scene.waitForLooks(at: taps[0], since: Moment.now())
            try scene.expectNothingComes(of: zip(taps, early).map { ($0, $1) })
        }
    }
}

extension GatewayScene {
    /// Where a file makes a host's remoteSvcCheck fail once.
    func alarm(of host: Int) -> String { "\(lab.hosts[host].directory)/alarm" }

    /// The own address of a host.
    func own(_ host: Int, _ side: GatewaySide) -> String { GatewayNetwork.first.own(ofHost: host, on: side) }

    /// Until each backup has looked at the service twice.
    func waitForLooks(at tap: GatewayTap, since start: Moment) throws {
        try wait(for: "the backups to look at the service") {
            [1, 2].allSatisfy { host in
                tap.all(.serviceCheckReply, since: start).count { $0.receiver == own(host, .down) } > 1
            }
        }
    }

    /// Says everything twice more, and sees to it that nobody acts on it.
    func expectNothingComes(of recorded: [(tap: GatewayTap, datagrams: [GatewayDatagram])]) throws {
        let (start, marks, moves) = (Moment.now(), self.marks, try self.moves())
        for _ in 0..<2 {
            for (tap, datagrams) in recorded { tap.replay(datagrams) }
        }
        try waitForLooks(at: recorded[0].tap, since: start)
        for (program, mark) in zip(programs, marks) {
            for sentence in ["Wants to take over", "Stops serving", "Serves", "Says no"] {
                #expect(!program.says(sentence, since: mark), "\(program.host.name) says: \(sentence)")
            }
        }
        #expect(try self.moves() == moves)
        #expect(try rises(of: 1, since: start) == 0 && rises(of: 2, since: start) == 0)
        let told = try programs.map { $0.log + (try $0.ask("--show").output) }.joined()
        #expect(told.contains("said before"), "nobody has counted it")
    }
}
