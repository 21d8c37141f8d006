// What is forecast of pairs of every kind: who serves, in what time, what is not known, and when nothing is told at all.

import HeartbeatModel
import HeartbeatSimulator
import Testing

@testable import HeartbeatForecast

@Suite struct ForecastTests {
    private static let (first, second) = (LivePair.first, LivePair.second)

    private func owners(_ prediction: Prediction) -> [[NodeName]] { prediction.groups.map(\.owners) }

    // MARK: - A healthy pair

    @Test func `without the power of one node everything is on the other in about deadtime`() throws {
        let prediction = try LivePair().forecast().play([.power(Self.first)])
        #expect(prediction.obstacle == nil && prediction.exitCode == 0)
        #expect(owners(prediction) == [[Self.second], [Self.second]])
        let moved = prediction.groups[0]
        let away = try #require(moved.away)
        #expect(away > .milliseconds(9900) && away < .milliseconds(11_500), "\(away)")
        #expect(moved.moves && !moved.isAtLeast && moved.back == away)
        #expect(!prediction.groups[1].isAffected)
        #expect(prediction.lines.first?.kind == .event && prediction.lines.first?.node == Self.first)
        #expect(prediction.lines.contains { $0.what == "gw-a counts as dead" && $0.knownFrom == "deadtime 10 s" })
        let started = try #require(prediction.lines.first { $0.kind == .started })
        #expect(started.words == [LivePair.address, "ipsec", "gre"] && started.knownFrom == "p95 of 3 runs")
        #expect(prediction.notes.contains("After it only gw-b is left"))
        #expect(prediction.short.hasPrefix("everything on gw-b in 10."))
    }

    @Test func `the death of a node that serves nothing moves nothing`() throws {
        let live = LivePair()
        live.befall([.takeover(.all, on: Self.first)])
        #expect(live.owners == [[Self.first], [Self.first]])
        for event in [PairEvent.power(Self.second), .kill(Self.second), .stop(Self.second)] {
            let prediction = try live.forecast().play([event])
            #expect(prediction.short == "nothing moves" && prediction.exitCode == 0, "\(event): \(prediction)")
            #expect(prediction.away == .zero && owners(prediction) == live.owners)
        }
    }

    @Test func `a lost interface moves what is served there, after its debounce, and nothing else`() throws {
        let prediction = try LivePair().forecast().play([.lose("eth0", at: Self.first)])
        #expect(prediction.exitCode == 0)
        #expect(owners(prediction) == [[Self.second], [Self.second]])
        let (away, back) = (try #require(prediction.groups[0].away), try #require(prediction.groups[0].back))
        // Three stops and three starts.
        #expect(away >= .milliseconds(3 * 10 + 3 * 20) && away < .milliseconds(400), "\(away)")
        #expect(back >= .milliseconds(100) + away, "\(back)")
        let grounds = prediction.lines.map(\.knownFrom)
        #expect(grounds.contains("debounce=100ms") && grounds.contains("core, live state"))
        let runs = prediction.lines.filter { $0.group != nil }
        #expect(runs.map(\.kind) == [.stopped, .started] && runs.map(\.node) == [Self.first, Self.second])
        #expect(runs[0].words == runs[1].words.reversed())
        #expect(runs[0].at < runs[1].at)
    }

    @Test func `what both lose moves nothing`() throws {
        let events = [PairEvent.lose("eth0", at: Self.first), .lose("eth0", at: Self.second)]
        let prediction = try LivePair().forecast().play(events)
        #expect(owners(prediction) == [[Self.first], [Self.second]] && prediction.exitCode == 0)
        #expect(prediction.headline == "If eth0 of gw-a loses its carrier and eth0 of gw-b loses its carrier now")
    }

    @Test func `events may follow each other`() throws {
        let forecast = try LivePair().forecast()
        let prediction = forecast.play([
            (.seconds(60), .boot(Self.first)), (.zero, .power(Self.first)),
        ])
        #expect(owners(prediction) == [[Self.first], [Self.second]], "auto_failback on")
        #expect(prediction.lines.filter { $0.kind == .event }.map(\.at) == [.zero, .seconds(60)])
    }

    @Test func `a resource that fails and is looked after starts again where it was`() throws {
        let prediction = try LivePair().forecast().play([.fail(LivePair.address, at: Self.first)])
        #expect(owners(prediction) == [[Self.first], [Self.second]])
        let unwatched = try LivePair().forecast().play([.fail("mail", at: Self.second)])
        #expect(unwatched.notes.contains { $0.hasPrefix("nobody looks after mail") })
        #expect(unwatched.exitCode == 2, "it is served by nobody")
    }

    // MARK: - When all media are cut

    private static let beside = [NodeFacts.Network(interface: "eth0", isProved: true)]

    @Test func `both serve when nothing connects them, and nothing moves when they can ask`() throws {
        let alone = try LivePair().forecast().play([.loseMedia])
        #expect(alone.exitCode == 2 && alone.short == "BOTH SERVE")
        #expect(alone.groups[0].owners == [Self.first, Self.second])
        let asking = LivePair(networks: Self.beside)
        #expect(try asking.facts().networks == Self.beside)
        let asked = try asking.forecast().play([.loseMedia])
        #expect(asked.exitCode == 0 && asked.short == "nothing moves", "\(asked)")
        #expect(asked.lines.contains { $0.knownFrom == "veto" })
        var configuration = LivePair.configuration
        configuration.veto.isOn = false
        let silent = try LivePair(configuration, networks: Self.beside).forecast().play([.loseMedia])
        #expect(silent.short == "BOTH SERVE")
    }

    @Test func `a medium on a lost interface is lost with it`() throws {
        var configuration = LivePair.configuration
        configuration.media = [.broadcast(interface: "eth0", port: 694)]
        let prediction = try LivePair(configuration).forecast().play([.lose("eth0", at: Self.second)])
        #expect(prediction.groups[0].owners == [Self.first])
        #expect(prediction.lines.contains { $0.node == Self.first && $0.what == "gw-b counts as dead" })
    }

    // MARK: - A daemon that dies

    @Test func `the lease keeps a dead daemon's addresses from answering beside the other node`() throws {
        let held = try LivePair(hasLease: true).forecast().play([.kill(Self.first)])
        #expect(held.groups[0].owners == [Self.second] && held.groups[0].onBoth == .zero)
        #expect(held.notes.contains { $0.hasPrefix("gw-a has no daemon any more and still runs") })
        let bare = try LivePair().forecast().play([.kill(Self.first)])
        #expect(bare.groups[0].owners == [Self.first, Self.second] && bare.exitCode == 2)
        let guarded = try LivePair().forecast {
            $0.guardian = NodeFacts.GuardianFact(isWanted: true, isRunning: true)
        }.play([.kill(Self.first)])
        #expect(guarded.groups[0].owners == [Self.second])
        #expect(guarded.lines.contains { $0.knownFrom == "guardian" })
    }

    // MARK: - What is not known

    @Test func `what has never run here is said, and its times are from below`() throws {
        let nothing = try LivePair().forecast(learned: LearnedDurations()).play([.power(Self.first)])
        #expect(nothing.exitCode == 1 && nothing.isAtLeast && nothing.groups[0].isAtLeast)
        #expect(nothing.notes.contains("ipsec: never run here; its timeout is 60 s"))
        #expect(nothing.short.hasSuffix(" or more"))
        #expect(!nothing.groups[1].isAtLeast, "what does not start need not be known")
        var some = LivePair.learned
        some.note("bgpd", .start, took: .seconds(1))
        var configuration = LivePair.configuration
        configuration.groups[1] = ResourceGroup(
            preferredNode: Self.second, resources: [Resource(word: "bgpd", scriptName: "bgpd", arguments: [])], line: 2)
        let partly = try LivePair(configuration).forecast(learned: some).play([.stop(Self.second)])
        #expect(partly.exitCode == 1 && partly.notes.contains("bgpd stop: never run here; its timeout is 60 s"))
    }

    @Test func `a group that has failed on a node counts as not starting there`() throws {
        let prediction = try LivePair().forecast { $0.groups[0].onPeer = .failed }.play([.power(Self.first)])
        #expect(prediction.exitCode == 2 && prediction.groups[0].isLost && !prediction.groups[1].isAffected)
        let note = "\(LivePair.address) has failed on gw-b and counts as not starting there"
        #expect(prediction.notes.contains(note))
        #expect(prediction.lines.contains { $0.node == Self.second && $0.what == "\(LivePair.address) does not start" })
    }

    @Test func `what is left out is said`() throws {
        let live = LivePair()
        live.befall([.takeover(.all, on: Self.first)])
        var forecast = try live.forecast { facts in
            facts.nodes[1].version = "0.0.1"
            facts.failback = NodeFacts.FailbackFact(isWanted: true, blockedBy: .delay, left: .seconds(40))
        }
        forecast.notes = ["nobody knows more"]
        let notes = forecast.play([.lose("eth0", at: Self.second)]).notes
        #expect(notes.first == "nobody knows more")
        #expect(notes.contains("gw-b runs version 0.0.1 and is played as \(Version.own)"))
        #expect(notes.contains("groups go back to gw-b by themselves in 40 s (failback_delay); that is not played"))
        var configuration = LivePair.configuration
        configuration.failbackDelay = FailbackDelay(.seconds(3600))
        let delayed = try LivePair(configuration).forecast().play([
            (.zero, .power(Self.second)), (.seconds(60), .boot(Self.second)),
        ])
        #expect(delayed.groups[1].owners == [Self.first])
        #expect(
            delayed.notes.contains("groups go back to gw-b by themselves after failback_delay (3600 s)"), "\(delayed)")
    }

    @Test func `a goal that is missed is told, and the default is deadtime and ten seconds`() throws {
        var forecast = try LivePair().forecast()
        #expect(forecast.goal == .seconds(20))
        forecast.goal = .seconds(5)
        #expect(forecast.play([.power(Self.first)]).exitCode == 1)
        #expect(forecast.play([.lose("eth0", at: Self.first)]).exitCode == 0)
    }

    // MARK: - A pair that is not whole

    @Test func `without a second node the death of the first is a loss, and a boot brings its own back`() throws {
        let live = LivePair()
        live.befall([.power(Self.second)])
        #expect(live.owners == [[Self.first], [Self.first]])
        let forecast = try live.forecast()
        let lost = forecast.play([.power(Self.first)])
        #expect(lost.exitCode == 2 && lost.groups.allSatisfy(\.isLost) && lost.short == "nobody serves anything")
        #expect(lost.groups.map(\.away) == [nil, nil])
        let back = forecast.play([.boot(Self.second)])
        #expect(owners(back) == [[Self.first], [Self.second]] && back.exitCode == 0, "\(back)")
        #expect(forecast.play([.power(Self.second)]).obstacle == "heartbeat does not run on gw-b as it is")
        #expect(forecast.play([.boot(Self.first)]).obstacle == "heartbeat runs on gw-a already")
    }

    @Test func `a node that has left is as one that is dead, and maintenance is known`() throws {
        let live = LivePair()
        live.befall([.stop(Self.second)], for: .seconds(5))
        #expect(try live.facts().nodes.last?.standing == .left)
        let prediction = try live.forecast().play([.stop(Self.first)])
        #expect(prediction.exitCode == 2 && !prediction.lines.contains { $0.what.hasSuffix("counts as dead") })
        let maintained = LivePair()
        maintained.befall([.maintenance(true, on: Self.second)])
        #expect(maintained.owners == [[Self.first], [Self.first]])
        let nowhere = try maintained.forecast { facts in
            var told = PeerView(at: 1)
            told.lost = ["its service to maintenance"]
            facts.peer?.view = NodeFacts.View(told, age: .zero)
        }.play([.lose("eth0", at: Self.first)])
        #expect(
            owners(nowhere) == [[Self.first], [Self.first]], "who is out of service gets nothing: \(nowhere)")
    }

    @Test func `what the other node has lost counts, and what it does not tell is not guessed`() throws {
        let live = LivePair()
        live.befall([.lose("eth0", at: Self.second)])
        let named = try live.forecast { facts in
            var told = PeerView(at: 1)
            told.lost = ["eth0"]
            facts.peer?.view = NodeFacts.View(told, age: .zero)
        }
        #expect(named.play([.lose("eth0", at: Self.first)]).groups[0].owners == [Self.first], "nobody is better off")
        let unnamed = try live.forecast().play([.power(Self.first)])
        #expect(unnamed.exitCode == 3 && unnamed.obstacle == "gw-b has lost something and does not tell what")
    }

    // MARK: - Nothing is guessed

    @Test func `beside heartbeat 3 nobody can tell`() throws {
        let prediction = try LivePair().forecast { facts in
            facts.nodes[1].speaks = .original
        }.play([.power(Self.first)])
        #expect(prediction.exitCode == 3 && prediction.obstacle?.contains("gw-b runs heartbeat 3") == true)
        #expect(prediction.groups.isEmpty && prediction.short == "cannot tell")
    }

    @Test func `what does not fit or does not stand still is not played`() throws {
        let changes: [(String, (inout NodeFacts) -> Void)] = [
            ("something is on its way", { $0.phase = .transition }),
            ("the daemon runs by other times", { $0.timings?.deadtime = .seconds(11) }),
            ("the daemon has other groups", { $0.groups.removeLast() }),
            ("the daemon knows other nodes", { $0.nodes.removeLast() }),
            ("eth0 of gw-a is in doubt", { $0.watched[0].state = .doubtful }),
            ("gw-a answers for nothing", { $0.lease = .init(isHeld: true, isDark: true) }),
            ("the pair is not as it should be (both-hold)", { $0.flags.insert(.bothHold) }),
            ("mail is on its way", { $0.groups[1].onPeer = .moving }),
            ("played from its files, the pair does not come to serve mail", { $0.groups[1].onPeer = .stopped }),
        ]
        for (reason, change) in changes {
            let prediction = try LivePair().forecast(change).play([.power(Self.first)])
            #expect(prediction.exitCode == 3 && prediction.obstacle?.hasPrefix(reason) == true, "\(prediction)")
        }
        var single = LivePair.configuration
        single.nodes.removeLast()
        let forecast = Forecast(single, try LivePair().facts(), learned: LearnedDurations())
        #expect(forecast.obstacle == "ha.cf has one node, and this is about pairs")
        #expect(forecast.ifLines().isEmpty && forecast.singles().isEmpty)
    }

    @Test func `what nobody would wait for is not played`() throws {
        var configuration = LivePair.configuration
        configuration.deadtime = .seconds(1_000_000)
        let forecast = try LivePair(configuration).forecast()
        #expect(forecast.obstacle == "its times are too long beside keepalive to be played")
        #expect(forecast.play([.power(Self.first)]).exitCode == 3)
    }

    // MARK: - What it is for

    @Test func `the same question has the same answer`() throws {
        let forecast = try LivePair(networks: Self.beside, hasLease: true).forecast()
        #expect(forecast.play([.power(Self.first)]) == forecast.play([.power(Self.first)]))
    }

    @Test func `one line for each thing that a person fears`() throws {
        let lines = try LivePair().forecast().ifLines()
        #expect(lines.map(\.cause) == ["gw-a dies", "gw-b dies", "eth0@gw-a", "eth0@gw-b", "all media"])
        #expect(lines[0].outcome.hasPrefix("everything on gw-b in 10."))
        #expect(lines[4].outcome == "BOTH SERVE" && lines[4].exitCode == 2)
    }

    @Test func `the table has every single event and every pair of them that makes sense`() throws {
        var configuration = LivePair.configuration
        configuration.interfaces = []
        configuration.media.removeLast()
        let forecast = try LivePair(configuration).forecast()
        let singles = forecast.singles()
        #expect(
            singles.map(\.text) == [
                "power gw-a", "kill gw-a", "power gw-b", "kill gw-b", "lose eth1@gw-a", "lose eth1@gw-b", "lose all",
            ])
        let matrix = PlanMatrix(forecast)
        let pairs = matrix.predictions.filter { $0.events.count == 2 }
        #expect(matrix.predictions.count == singles.count + pairs.count && matrix.leftOut == 0)
        #expect(!pairs.contains { $0.events.map(\.text) == ["power gw-a", "kill gw-a"] })
        let bothDie = try #require(pairs.first { $0.events.map(\.text) == ["power gw-a", "power gw-b"] })
        #expect(bothDie.exitCode == 2 && bothDie.groups.allSatisfy(\.isLost))
        #expect(matrix.exitCode == 2, "all media are one")
        #expect(matrix.lines.count == matrix.predictions.count + 1)
        #expect(matrix.lines[1].hasPrefix("   0  power gw-a "))
    }
}
