// hb_lines beside what else a gateway has: connections from outside, port forwards, traffic of its own, DHCP, and the owner's programs.

import Glibc
import HeartbeatLab
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "hosts in network namespaces need root")) struct LinesWaysTests {
    @Test func `what is asked by one line is answered by it, also behind a port forward`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            try scene.lab.filter(
                .gateway,
                """
                table ip forwards {
                    chain prerouting {
                        type nat hook prerouting priority dstnat;
                        iifname { "dsl1", "dsl2" } tcp dport 7004 dnat to 10.0.0.10
                    }
                }

                """)
            let core = Flow.End(scene.lab.namespace(.core), TwoLines.speaker)
            for line in TwoLines.Line.allCases {
                let asker = try Flow(
                    from: core, to: Flow.End(scene.lab.namespace(.gateway), line.address, port: 7003))
                try scene.wait(for: "a stream over \(line)") { asker.received > 20 }
                asker.end()
                // The server's own line is dsl1, whoever asks.
                let visitor = try Flow(
                    from: core, to: Flow.End(scene.lab.namespace(.server), "10.0.0.10", port: 7004),
                    target: (line.address, 7004))
                try scene.wait(for: "a stream through the port forward of \(line)") { visitor.received > 20 }
                visitor.end()
            }
            try scene.expectNoneWrong()
        }
    }

    @Test(
        "What the gateway sends itself follows the main table, or its class if there is one", arguments: [false, true])
    func local(hasClass: Bool) throws {
        try LinesScene.play {
            if hasClass { $0 += "class local prefer dsl1 dsl2\n" }
        } _: { scene in
            try scene.program.start()
            func way() -> String { scene.lab.attempt(.gateway, ["ip", "route", "get", TwoLines.speaker]) }
            #expect(way().contains("dev \(hasClass ? "dsl1" : "dsl2")"))
            try scene.lab.carry(hasClass ? .dsl1 : .dsl2, false)
            guard hasClass else { return }
            try scene.wait(for: "its class to take the other line") { way().contains("dev dsl2") }
            try scene.lab.carry(.dsl1, true)
            try scene.wait(for: "its class to return") { way().contains("dev dsl1") }
        }
    }

    @Test func `the router that a DHCP client has found is the line's, and another one is no switch`() throws {
        try LinesScene.play {
            $0 = $0.replacing("via=203.0.113.1", with: "via=dhcp")
        } _: { scene in
            let (lab, program) = (scene.lab, scene.program)
            try program.start()
            #expect(program.routes(102).contains("via 203.0.113.1 dev dsl2"))
            let log = program.log
            try lab.configure(.isp2, ["address add 203.0.113.9/24 dev line"])
            try lab.configure(.gateway, ["route replace default via 203.0.113.9 dev dsl2 metric 100"])
            try scene.wait(for: "the new router") { program.routes(102).contains("via 203.0.113.9 dev dsl2") }
            #expect(program.chosen == [.dsl1, .dsl2])
            #expect(program.log == log)
            try lab.configure(.gateway, ["route del default via 203.0.113.9 dev dsl2 metric 100"])
            try scene.waitForLines([.dsl1, .dsl1], "the line without a router to be left")
            #expect(program.log.contains("dsl2 has no default route, which via=dhcp needs"))
            try lab.configure(.gateway, ["route add default via 203.0.113.1 dev dsl2 metric 100"])
            try scene.waitForLines([.dsl1, .dsl2], "the line to be taken again")
        }
    }

    @Test func `programs of the owner hear of everything once`() throws {
        try LinesScene.play { scene in
            let heard = "\(scene.lab.directory)/heard"
            try scene.tell(
                "tell", "echo $1 $HA_LINE $HA_CLASS $HA_FROM $HA_TO $HA_LINE_OLD $HA_LINE_NEW >>\(heard)")
            try scene.program.start()
            try scene.lab.unplug(.dsl1)
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
            try scene.lab.plug(.dsl1)
            try scene.waitForLines([.dsl1, .dsl2], "each on its own")
            let expected = [
                "up dsl1 198.51.100.2", "up dsl2 203.0.113.2", "moved servers dsl1 198.51.100.2",
                "moved workstations dsl2 203.0.113.2", "moved servers dsl1 dsl2 198.51.100.2 203.0.113.2", "down dsl1",
                "up dsl1 198.51.100.2", "moved servers dsl2 dsl1 203.0.113.2 198.51.100.2",
            ]
            func lines() -> [String] { Files.read(heard).split(separator: "\n").map(String.init) }
            try scene.wait(for: "the last word") { lines().count >= expected.count }
            #expect(lines().sorted() == expected.sorted())
        }
    }

    @Test func `the sample for queues shapes a line each time its interface is a new one`() throws {
        try LinesScene.play { scene in
            // Not every kernel has it.
            let tryOut = ["tc", "qdisc", "replace", "dev", "lan0", "root", "fq_codel"]
            let inner = scene.lab.attempt(.gateway, tryOut).isEmpty ? "fq_codel" : "pfifo"
            try scene.use(sample: "qos") { $0 = $0.replacing("10: fq_codel", with: "10: \(inner)") }
            try scene.program.start()
            func queues() throws -> String { try scene.lab.run(.gateway, ["tc", "qdisc", "show", "dev", "dsl1"]) }
            func isShaped() throws -> Bool {
                let text = try queues()
                return text.contains("tbf 1: root") && text.contains("rate 9Mbit")
                    && text.contains("\(inner) 10: parent 1:")
            }
            try scene.wait(for: "the queues") { try isShaped() }
            try scene.lab.unplug(.dsl1)
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
            try scene.lab.plug(.dsl1)
            try scene.wait(for: "the queues of the new interface") { try isShaped() }
        }
    }

    @Test(
        .enabled(
            if: NameServer.program != nil && NameServer.canUpdate, "needs named and nsupdate; make test brings them"))
    func `the sample for names points a name at the line that servers are on`() throws {
        try LinesScene.play { scene in
            let server = try NameServer(in: scene.lab)
            defer { server.end() }
            try scene.use(sample: "nsupdate") { text in
                text = text.replacing("server=ns.example.com", with: "server=\(NameServer.address)")
                    .replacing("key=/etc/ha.d/nsupdate.key", with: "key=\(server.key)")
            }
            try scene.program.start()
            try scene.wait(for: "the name to be that of dsl1") {
                server.address(of: "gw.example.com") == "198.51.100.2"
            }
            try scene.lab.carry(.dsl1, false)
            try scene.wait(for: "the name to be that of dsl2") { server.address(of: "gw.example.com") == "203.0.113.2" }
            try scene.lab.carry(.dsl1, true)
            try scene.wait(for: "the name to be back") { server.address(of: "gw.example.com") == "198.51.100.2" }
            #expect(!scene.program.log.contains("exited with"))
        }
    }
}

extension LinesScene {
    /// Puts a program into line.d.
    func tell(_ name: String, _ script: String) throws {
        try Files.makeDirectory(lab.directory + "/line.d")
        try Files.write("#!/bin/sh\n\(script)\n", to: "\(lab.directory)/line.d/\(name)", mode: 0o755)
    }

    /// Puts a sample of the repository into line.d, with what its owner would change.
    func use(sample: String, _ change: (inout String) -> Void) throws {
        var text = Files.read(repository + "/examples/line.d/\(sample)")
        change(&text)
        try Files.makeDirectory(lab.directory + "/line.d")
        try Files.write(text, to: "\(lab.directory)/line.d/\(sample)", mode: 0o755)
    }
}
