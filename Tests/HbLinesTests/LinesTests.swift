// hb_lines on real interfaces: which traffic takes which line, what applications notice of a switch, and what is left behind.

import Glibc
import HeartbeatLab
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "hosts in network namespaces need root")) struct LinesTests {
    @Test func `each class takes its own line, and neither meets the other`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            let flows = try scene.flows()
            flows.server.end()
            flows.workstation.end()
            #expect(try scene.lab.count(.dsl1, .server) > 20)
            #expect(try scene.lab.count(.dsl1, .workstation) == 0)
            #expect(try scene.lab.count(.dsl2, .workstation) > 20)
            #expect(try scene.lab.count(.dsl2, .server) == 0)
        }
    }

    @Test(
        "A line that is dead behind its first router is left by its class, and taken again",
        arguments: TwoLines.Line.allCases)
    func behindTheFirstHop(line: TwoLines.Line) throws {
        try LinesScene.play { scene in
            try scene.program.start()
            let flows = try scene.flows()
            let (moved, stays) =
                line == .dsl1 ? (flows.server, flows.workstation) : (flows.workstation, flows.server)
            // Its own address answers still.
            try scene.lab.forward(line.provider, false)
            try scene.waitForLines([line.other, line.other], "both classes to be on \(line.other)")
            // One socket all along: its connection would stay on the dead line for ever, by its mark, if nobody ended it.
            let count = moved.received
            try scene.wait(for: "the old socket's datagrams to arrive again") { moved.received > count + 20 }
            let others = stays.received
            try scene.wait(for: "the other class to go on") { stays.received > others + 20 }
            try scene.lab.forward(line.provider, true)
            try scene.waitForLines([.dsl1, .dsl2], "each class to be on its own line again")
            for flow in [moved, stays] { flow.end() }
            #expect(stays.received == stays.sent)
            try scene.expectNoneWrong()
        }
    }

    @Test func `no question is asked before it has a way`() throws {
        try LinesScene.play(pace: .init(probes: "interval=10s timeout=10s fall=1", lines: "hold=0 rise=1s")) { scene in
            try scene.program.start()
            try Interruption.pause(.seconds(2))
            #expect(!scene.program.log.contains("is lost"), "\(scene.program.log)")
            #expect(scene.program.chosen == [.dsl1, .dsl2])
        }
    }

    @Test func `one target of three that is dead moves nothing`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            try scene.lab.configure(.core, ["address del 192.0.2.1/32 dev lo"])
            try scene.wait(for: "the targets to be missed") { scene.program.show.contains("2 of 3 probes good") }
            try Interruption.pause(.seconds(2))
            #expect(scene.program.chosen == [.dsl1, .dsl2])
            #expect(!scene.program.log.contains("is down"))
        }
    }

    @Test func `probes leave by their line, whatever the default route says`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            try scene.lab.run(
                .isp2, ["nft", "add rule ip count prerouting ip saddr 198.51.100.0/24 counter name wrong"])
            try Interruption.pause(.seconds(2))
            #expect(scene.program.show.contains("line dsl1 up"))
            try scene.expectNoneWrong()
        }
    }

    @Test func `a line that is dialled anew moves nothing within hold, and has its tables at once`() throws {
        try LinesScene.play(pace: .init(probes: LineProgram.Pace.patient.probes, lines: "hold=15s rise=1s")) { scene in
            let program = scene.program
            try program.start()
            let log = program.log
            try scene.lab.unplug(.dsl1)
            try Interruption.pause(.seconds(3))
            #expect(program.chosen == [.dsl1, .dsl2])
            #expect(program.routes(101).contains("unreachable default"))
            // pppd has its interface before there is a session.
            try scene.lab.configure(.gateway, ["link add dsl1 type bridge"])
            try Interruption.pause(.seconds(3))
            try scene.lab.unplug(.dsl1)
            try scene.lab.plug(.dsl1, host: 77)
            try scene.wait(for: "the tables of the new interface") {
                program.routes(101).contains("via 198.51.100.1 dev dsl1")
                    && program.rules.contains("from 198.51.100.77 lookup 101")
            }
            try scene.wait(for: "the one line about it") {
                program.log.contains("with another address, 198.51.100.77; nothing has moved")
            }
            #expect(program.chosen == [.dsl1, .dsl2])
            #expect(!program.rules.contains("from 198.51.100.2 "))
            #expect(program.log.components(ofLines: "Line dsl1 was bad") == 1)
            #expect(program.log.components(ofLines: "dsl1") == log.components(ofLines: "dsl1") + 1, "\(program.log)")
        }
    }

    @Test func `a killed one's rules stay in force, and its successor goes on where it was`() throws {
        try LinesScene.play { scene in
            let program = scene.program
            try program.start()
            try scene.lab.forward(.isp1, false)
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
            let rules = program.rules
            program.end(SIGKILL)
            #expect(program.rules == rules)
            try program.start()
            #expect(program.log.contains("Classes stay on the lines that a predecessor has left them on"))
            // The first line would be taken if nobody knew that it is dead.
            try Interruption.pause(.seconds(3))
            #expect(program.chosen == [.dsl2, .dsl2])
            #expect(program.rules == rules)
            try scene.lab.forward(.isp1, true)
            try scene.waitForLines([.dsl1, .dsl2], "the first line to be taken again")
        }
    }

    @Test func `connections on a line that costs by the byte are ended when the better one is back`() throws {
        try LinesScene.play {
            $0 = $0.replacing("line dsl2 dsl2", with: "line dsl2 dsl2 flush=return")
        } _: { scene in
            try scene.program.start()
            let flow = try scene.lab.flow(from: .server)
            try scene.wait(for: "datagrams to arrive") { flow.received > 20 }
            try scene.lab.forward(.isp1, false)
            try scene.wait(for: "the flow to be on dsl2") { try scene.lab.count(.dsl2, .server) > 20 }
            let before = try scene.lab.count(.dsl1, .server)
            try scene.lab.forward(.isp1, true)
            try scene.wait(for: "the flow to be back on dsl1") { try scene.lab.count(.dsl1, .server) > before + 20 }
            flow.end()
            try scene.expectNoneWrong()
        }
    }
}

extension String {
    /// How many of its lines contain a text.
    func components(ofLines text: String) -> Int { split(separator: "\n").count { $0.contains(text) } }
}
