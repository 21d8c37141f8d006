// hb_lines on real interfaces: which traffic takes which line, what applications notice of a switch, and what is left behind.

import Foundation
import HeartbeatLab
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "hosts in network namespaces need root")) struct LinesTests {
    @Test func `each class takes its own line, and neither meets the other`() throws {
        try LinesLab.run { lab in
            try lab.start()
            let flows = try [lab.flow(from: "server"), lab.flow(from: "ws")]
            try lab.wait(for: "datagrams to arrive") { flows.allSatisfy { $0.received > 100 } }
            for flow in flows { flow.end() }
            #expect(try lab.count("isp1", "server") > 100)
            #expect(try lab.count("isp1", "ws") == 0)
            #expect(try lab.count("isp2", "ws") > 100)
            #expect(try lab.count("isp2", "server") == 0)
        }
    }

    @Test(
        "A line that is dead behind its first router is left by its class, and taken again",
        arguments: ["isp1", "isp2"])
    func behindTheFirstHop(isp: String) throws {
        try LinesLab.run { lab in
            try lab.start()
            let flows = try [lab.flow(from: "server"), lab.flow(from: "ws")]
            try lab.wait(for: "datagrams to arrive") { flows.allSatisfy { $0.received > 20 } }
            let (moved, stays) = isp == "isp1" ? (flows[0], flows[1]) : (flows[1], flows[0])
            // Its own address answers still.
            try lab.forward(isp, false)
            let other = isp == "isp1" ? "dsl2" : "dsl1"
            try lab.waitForLines([other, other], "both classes to be on \(other)")
            // One socket all along: without an end to its translation it would be sent with the dead line's address for ever.
            let count = moved.received
            try lab.wait(for: "the old socket's datagrams to arrive again") { moved.received > count + 20 }
            let others = stays.received
            try lab.wait(for: "the other class to go on") { stays.received > others + 20 }
            try lab.forward(isp, true)
            try lab.waitForLines(["dsl1", "dsl2"], "each class to be on its own line again")
            for flow in flows { flow.end() }
            for isp in ["isp1", "isp2"] { #expect(try lab.count(isp, "wrong") == 0) }
        }
    }

    @Test func `one target of three that is dead moves nothing, all three do`() throws {
        try LinesLab.run { lab in
            try lab.start()
            try lab.configure("core", ["address del 192.0.2.1/32 dev lo"])
            try lab.wait(for: "the targets to be missed") { lab.show.contains("2 of 3 probes good") }
            try Interruption.pause(.seconds(2))
            #expect(lab.chosen == ["dsl1", "dsl2"])
            #expect(!lab.log.contains("is down"))
        }
    }

    @Test func `probes leave by their line, whatever the default route says`() throws {
        try LinesLab.run { lab in
            try lab.start()
            try lab.run("isp2", ["nft", "add rule ip count prerouting ip saddr 198.51.100.0/24 counter name wrong"])
            try Interruption.pause(.seconds(2))
            #expect(lab.show.contains("line dsl1 up"))
            #expect(try lab.count("isp2", "wrong") == 0)
        }
    }

    @Test func `a line that is dialled anew moves nothing within hold, and has its tables at once`() throws {
        try LinesLab.run { lab in
            let text = Files.read(lab.file).replacingOccurrences(of: "hold=500ms", with: "hold=15s")
            try Files.write(text, to: lab.file)
            try lab.start()
            try lab.unplug("dsl1")
            try Interruption.pause(.seconds(3))
            #expect(lab.chosen == ["dsl1", "dsl2"])
            #expect(lab.routes(101).contains("unreachable default"))
            try lab.plug("dsl1", host: 77)
            try lab.wait(for: "the tables of the new interface") {
                lab.routes(101).contains("via 198.51.100.1 dev dsl1")
                    && lab.rules.contains("from 198.51.100.77 lookup 101")
            }
            try lab.wait(for: "the one line about it") { lab.log.contains("nothing has moved") }
            #expect(lab.chosen == ["dsl1", "dsl2"])
            #expect(!lab.rules.contains("from 198.51.100.2 "))
            #expect(lab.log.components(separatedBy: "Line dsl1 was bad").count == 2)
            #expect(!lab.log.contains("is down"))
        }
    }

    @Test func `what is asked by one line is answered by it`() throws {
        try LinesLab.run { lab in
            try lab.start()
            for (line, network) in LinesLab.lines {
                let asker = try Flow(
                    from: Flow.End(lab.namespace("core"), "192.0.2.100"),
                    to: Flow.End(lab.namespace("gw"), "\(network).2", port: 7003))
                try lab.wait(for: "a stream over \(line)") { asker.received > 20 }
                asker.end()
            }
        }
    }

    @Test func `what somebody removes is put back, and nobody else's entry is touched`() throws {
        try LinesLab.run { lab in
            try lab.configure(
                "gw",
                ["rule add priority 500 from 10.0.0.77 lookup 200", "route add 172.16.0.0/16 via 10.0.0.77 table 200"])
            try lab.start()
            let rules = lab.rules
            for table in ["101", "102"] { try lab.configure("gw", ["route flush table \(table)"]) }
            try lab.wait(for: "the tables") {
                lab.routes(101).contains("via 198.51.100.1") && lab.routes(102).contains("via 203.0.113.1")
            }
            for line in rules.split(separator: "\n") where line.contains("lookup 10") {
                let words = line.split(separator: ":", maxSplits: 1)
                try lab.configure("gw", ["rule del priority \(words[0])"])
            }
            try lab.wait(for: "the rules") { lab.rules == rules }
            #expect(lab.log.contains("are put back"))
            #expect(lab.end() == 0)
            #expect(!lab.rules.contains("lookup 101"))
            #expect(lab.rules.contains("from 10.0.0.77 lookup 200"))
            #expect(lab.routes(200).contains("172.16.0.0/16"))
        }
    }

    @Test func `a killed one's rules stay in force, and its successor goes on where it was`() throws {
        try LinesLab.run { lab in
            try lab.start()
            try lab.forward("isp1", false)
            try lab.waitForLines(["dsl2", "dsl2"], "both on dsl2")
            let rules = lab.rules
            lab.end(SIGKILL)
            #expect(lab.rules == rules)
            try lab.start()
            #expect(lab.log.contains("Classes stay on the lines that a predecessor has left them on"))
            // The first line would be taken if nobody knew that it is dead.
            try Interruption.pause(.seconds(3))
            #expect(lab.chosen == ["dsl2", "dsl2"])
            #expect(lab.rules == rules)
            try lab.forward("isp1", true)
            try lab.waitForLines(["dsl1", "dsl2"], "the first line to be taken again")
        }
    }

    @Test func `programs of the owner hear of everything once`() throws {
        try LinesLab.run { lab in
            try Files.makeDirectory(lab.directory + "/line.d")
            let script =
                "#!/bin/sh\necho $1 $HA_LINE $HA_CLASS $HA_FROM $HA_TO $HA_LINE_OLD $HA_LINE_NEW >>\(lab.directory)/heard\n"
            try Files.write(script, to: lab.directory + "/line.d/tell", mode: 0o755)
            try lab.start()
            try lab.unplug("dsl1")
            try lab.waitForLines(["dsl2", "dsl2"], "both on dsl2")
            try lab.plug("dsl1")
            try lab.waitForLines(["dsl1", "dsl2"], "each on its own")
            let expected = [
                "up dsl1 198.51.100.2", "up dsl2 203.0.113.2", "moved servers dsl1 198.51.100.2",
                "moved workstations dsl2 203.0.113.2", "moved servers dsl1 dsl2 198.51.100.2 203.0.113.2", "down dsl1",
                "up dsl1 198.51.100.2", "moved servers dsl2 dsl1 203.0.113.2 198.51.100.2",
            ]
            try lab.wait(for: "the last word") { heard(lab).count >= expected.count }
            #expect(heard(lab).sorted() == expected.sorted())
        }
    }

    private func heard(_ lab: LinesLab) -> [String] {
        Files.read(lab.directory + "/heard").split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
    }
}
