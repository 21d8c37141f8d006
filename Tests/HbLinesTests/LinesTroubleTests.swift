// hb_lines among hands and programs that know nothing of it: what is in its way is named, what is broken is mended, and what belongs to
// somebody else stays as it is.

import Glibc
import HeartbeatLab
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "hosts in network namespaces need root")) struct LinesTroubleTests {
    @Test func `what somebody removes is put back, and nobody else's entry is touched`() throws {
        try LinesScene.play { scene in
            let (lab, program) = (scene.lab, scene.program)
            try lab.configure(
                .gateway,
                ["rule add priority 500 from 10.0.0.77 lookup 200", "route add 172.16.0.0/16 via 10.0.0.77 table 200"])
            try program.start()
            let rules = program.rules
            for table in ["101", "102"] { try lab.configure(.gateway, ["route flush table \(table)"]) }
            try scene.wait(for: "the tables") {
                program.routes(101).contains("via 198.51.100.1") && program.routes(102).contains("via 203.0.113.1")
            }
            try removeRules(scene)
            try scene.wait(for: "the rules") { program.rules == rules }
            #expect(program.log.contains("are put back"))
            #expect(program.end() == 0)
            #expect(!program.rules.contains("lookup 101"))
            #expect(program.rules.contains("from 10.0.0.77 lookup 200"))
            #expect(program.routes(200).contains("172.16.0.0/16"))
        }
    }

    private func removeRules(_ scene: LinesScene) throws {
        let priorities = scene.program.rules.split(separator: "\n").filter { $0.contains("lookup 10") }
            .map { $0.prefix { $0 != ":" } }
        try scene.lab.configure(.gateway, priorities.map { "rule del priority \($0)" })
    }

    @Test func `somebody who removes the rules again and again finds them again, and the lines go on`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            let rules = scene.program.rules
            for _ in 0..<40 {
                _ = scene.lab.attempt(.gateway, ["ip", "rule", "flush", "protocol", "71"])
                try Interruption.pause(.milliseconds(20))
            }
            try scene.wait(for: "the rules") { scene.program.rules == rules }
            try scene.lab.forward(.isp1, false)
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
        }
    }

    @Test func `a mark, a table and a priority of somebody else are named, and stay as they are`() throws {
        try LinesScene.play { scene in
            try scene.lab.configure(
                .gateway,
                [
                    "rule add priority 700 fwmark 101 lookup 300", "rule add priority 1400 from 10.0.0.5 lookup 300",
                    "route add 10.99.0.0/16 via 10.0.0.77 table 102",
                ])
            let check = try scene.program.ask(["--check"])
            try scene.program.start()
            for told in [check.output, scene.program.log] {
                #expect(told.contains("mark 101 of line dsl1 is used by somebody else (700: fwmark 101 lookup 300)"))
                #expect(told.contains("priority 1400 is used by somebody else (1400: from 10.0.0.5 lookup 300)"))
                #expect(told.contains("table 102 of line dsl2 has routes of somebody else, such as 10.99.0.0/16"))
            }
            #expect(scene.program.end() == 0)
            #expect(scene.program.rules.contains("700:\tfrom all fwmark 0x65 lookup 300"))
            #expect(scene.program.rules.contains("1400:\tfrom 10.0.0.5 lookup 300"))
            #expect(scene.program.routes(102).contains("10.99.0.0/16"))
        }
    }

    @Test func `a route of somebody else in the place of one of ours is named, and ours follows when it is gone`()
        throws
    {
        try LinesScene.play { scene in
            let hole = "unreachable default table 101 metric 4294967295 proto static"
            try scene.lab.configure(.gateway, ["route add \(hole)"])
            try scene.program.start()
            try scene.wait(for: "the trouble") {
                scene.program.log.contains(
                    "the kernel does not take route unreachable default table 101 metric 4294967295: somebody else has the same"
                )
            }
            // Everything else is there.
            let flows = try scene.flows()
            flows.server.end()
            flows.workstation.end()
            try scene.lab.configure(.gateway, ["route del \(hole)"])
            try scene.wait(for: "ours") { scene.program.routes(101).contains("proto 71 metric 4294967295") }
        }
    }

    @Test func `an interface that is renamed is a line that is gone, until it has its name again`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            try scene.lab.configure(
                .gateway, ["link set dsl1 down", "link set dsl1 name was", "link set was up"])
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
            #expect(scene.program.log.contains("Line dsl1 is down: dsl1: does not exist"))
            #expect(scene.program.routes(101).contains("unreachable default"))
            try scene.lab.configure(.gateway, ["link set was down", "link set was name dsl1", "link set dsl1 up"])
            try scene.waitForLines([.dsl1, .dsl2], "each on its own")
        }
    }

    @Test func `an address that moves from one line to the other is answered by the line that has it`() throws {
        try LinesScene.play { scene in
            try scene.program.start()
            try scene.lab.configure(
                .gateway,
                ["address del 198.51.100.2/24 dev dsl1", "address add 198.51.100.2/32 dev dsl2"])
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
            #expect(scene.program.log.contains("dsl1 has no IPv4 address"))
            #expect(scene.program.rules.contains("from 198.51.100.2 lookup 102"))
            #expect(!scene.program.rules.contains("from 198.51.100.2 lookup 101"))
        }
    }

    @Test func `two lines behind one router share their fate`() throws {
        try LinesScene.play {
            $0 = $0.replacing("via=198.51.100.1", with: "via=203.0.113.1")
        } _: { scene in
            try scene.program.start()
            #expect(scene.program.log.components(ofLines: "Lines dsl1 and dsl2 share their fate") == 1)
        }
    }

    @Test func `a check says what is missing for address translation, and that nft is`() throws {
        try LinesScene.play { scene in
            #expect(try !scene.program.ask(["--check"]).output.contains("nft"))
            try scene.lab.run(.gateway, ["nft", "delete", "table", "ip", "lines"])
            let bare = try scene.program.ask(["--check"])
            #expect(bare.output.contains("no nftables rule translates what leaves by line dsl1"))
            #expect(bare.output.contains("no nftables rule translates what leaves by line dsl2"))
            let blind = try Command.run(
                scene.lab.inside(.gateway) + [
                    "/usr/bin/env", "PATH=/nowhere", LinesScene.program, "--check", scene.program.file,
                ])
            #expect(blind.code == 0)
            #expect(blind.output.contains("nft cannot be asked whether lines have address translation"))
        }
    }

    @Test func `a program of the owner that hangs or fails keeps nothing from moving`() throws {
        try LinesScene.play { scene in
            try scene.tell("10fails", "echo no such line >&2; exit 3")
            try scene.tell("20hangs", "exec sleep 300")
            try scene.program.start()
            try scene.lab.carry(.dsl1, false)
            try scene.waitForLines([.dsl2, .dsl2], "both on dsl2")
            try scene.lab.carry(.dsl1, true)
            try scene.waitForLines([.dsl1, .dsl2], "each on its own")
            #expect(scene.program.log.contains("line.d/10fails up exited with 3"))
            #expect(scene.program.log.contains("no such line"))
            #expect(scene.program.end() == 0)
        }
    }

    @Test func `a program that somebody else can change is not run`() throws {
        try LinesScene.play { scene in
            try scene.tell("evil", "touch \(scene.lab.directory)/done")
            try scene.lab.run(.gateway, ["chmod", "o+w", "\(scene.lab.directory)/line.d/evil"])
            try scene.program.start()
            try scene.wait(for: "the refusal") { scene.program.log.contains("line.d/evil up cannot be run") }
            #expect(Files.read("\(scene.lab.directory)/done").isEmpty)
            #expect(!Files.names(in: scene.lab.directory).contains("done"))
        }
    }

    @Test func `a link where the state is written leads nowhere`() throws {
        try LinesScene.play { scene in
            let other = "\(scene.lab.directory)/precious"
            try Files.write("as it was", to: other)
            try scene.lab.run(.gateway, ["ln", "-s", other, "\(scene.lab.directory)/status"])
            try scene.program.start()
            #expect(Files.read(other) == "as it was")
        }
    }
}
