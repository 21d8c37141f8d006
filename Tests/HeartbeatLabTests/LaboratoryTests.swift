// The laboratory itself, on the real kernel: that the probe measures what is done to it, that cut means cut, and that
// nothing stays behind. Needs root; skipped aloud without.

import CLinux
import Glibc
import Testing

@testable import HeartbeatLab

private let mayBuild = geteuid() == 0 && Files.isExecutable("/usr/bin/nsenter")
private let address = NodeFiles.address

@Suite(.serialized, .enabled(if: mayBuild, "network namespaces need root and util-linux"))
struct LaboratoryTests {
    /// A laboratory whose nodes run nothing but a sleep, and the probe of its client.
    private func withLaboratory(_ body: (Laboratory, ClientProbe) throws -> Void) throws {
        let laboratory = try Laboratory(prefix: "hbdt", programs: "/nowhere", resourceScripts: "/nowhere")
        defer { laboratory.close() }
        for node in laboratory.nodes { try laboratory.powerOn(node, running: ["sleep", "1000"]) }
        let probe = try ClientProbe(address, from: laboratory.client)
        defer { probe.close() }
        try body(laboratory, probe)
    }

    private func change(_ verb: String, on node: LabNode) throws {
        try node.namespace.configure(["address \(verb) \(address)/24 dev eth0"])
    }

    /// Gratuitous ARP requests of `node`, as a real takeover sends them.
    private func announce(_ node: LabNode) throws {
        let frame =
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] + node.hardwareAddress.bytes
            + [0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1] + node.hardwareAddress.bytes + [192, 168, 77, 100]
            + [0, 0, 0, 0, 0, 0] + [192, 168, 77, 100]
        let namespace = node.namespace
        let thread = try LabThread {
            do {
                try namespace.enter()
                let socket = try check(
                    clinux_lab_packet_socket(Int32(if_nametoindex("eth0")), ProbePackets.ethertypeARP), "packet socket")
                try check(write(socket, frame, frame.count), "send")
                _ = close(socket)
            } catch {
                Issue.record(error)
            }
        }
        thread.join()
    }

    private func expectServed(by node: LabNode, _ probe: ClientProbe) throws {
        let isServed = try Interruption.wait(atMost: .seconds(10)) {
            probe.isServed(by: node.hardwareAddress, for: .milliseconds(100))
        }
        #expect(isServed, "the client is not served by \(node.name)")
    }

    @Test func `an induced outage is measured at its true length`() throws {
        try withLaboratory { laboratory, probe in
            let (first, second) = (laboratory.nodes[0], laboratory.nodes[1])
            try change("add", on: first)
            try expectServed(by: first, probe)
            let start = Moment.now()
            try change("del", on: first)
            let gone = Moment.now()
            try Interruption.pause(.milliseconds(300))
            let returning = Moment.now()
            try change("add", on: second)
            try announce(second)
            try expectServed(by: second, probe)
            let end = Moment.now()
            let figures = try probe.analysis().figures(from: start, to: end)
            // Between these moments nobody had the address; outside start…end everybody was served.
            #expect(figures.outage >= returning - gone)
            #expect(figures.outage <= end - start + figures.longestStall + probe.period * 10)
            #expect(figures.lost > 0)
            #expect(figures.doubleOwnership == .zero)
            #expect(figures.firstAnswers[second.hardwareAddress].map { $0 >= returning } == true)
            #expect(figures.announcements.map(\.from) == [second.hardwareAddress])
        }
    }

    @Test func `two owners are seen for as long as there are two`() throws {
        try withLaboratory { laboratory, probe in
            let (first, second) = (laboratory.nodes[0], laboratory.nodes[1])
            try change("add", on: first)
            try expectServed(by: first, probe)
            let start = Moment.now()
            try change("add", on: second)
            let both = Moment.now()
            let seen = try Interruption.wait(atMost: .seconds(10)) { probe.owners().count == 2 }
            #expect(seen)
            try Interruption.pause(.milliseconds(200))
            let ending = Moment.now()
            try change("del", on: first)
            let end = Moment.now()
            try announce(second)
            try expectServed(by: second, probe)
            let figures = try probe.analysis().figures(from: start, to: Moment.now())
            #expect(figures.doubleOwnership >= ending - both - figures.longestStall - probe.period * 2)
            #expect(figures.doubleOwnership <= end - start + figures.longestStall + probe.period * 2)
        }
    }

    @Test func `a takeover that is not announced leaves the client without service`() throws {
        try withLaboratory { laboratory, probe in
            let (first, second) = (laboratory.nodes[0], laboratory.nodes[1])
            try change("add", on: first)
            try expectServed(by: first, probe)
            let start = Moment.now()
            try change("del", on: first)
            try change("add", on: second)
            let owned = try Interruption.wait(atMost: .seconds(10)) { probe.owners() == [second.hardwareAddress] }
            #expect(owned)
            try Interruption.pause(ProbeAnalysis.patience)
            let unannounced = try probe.analysis().figures(from: start, to: Moment.now())
            #expect(unannounced.lost > 0)
            #expect(unannounced.firstAnswers[second.hardwareAddress] == nil)
            try announce(second)
            try expectServed(by: second, probe)
        }
    }

    @Test func `each of several addresses is seen by itself`() throws {
        try withLaboratory { laboratory, _ in
            let addresses = ["192.168.77.101", "192.168.77.102", "192.168.77.103"]
            for (number, address) in addresses.enumerated() where number < 2 {
                try laboratory.nodes[number].namespace.configure(["address add \(address)/24 dev eth0"])
            }
            var manner = ClientProbe.Manner()
            manner.probesPerTick = 3
            manner.stations = laboratory.nodes.map(\.hardwareAddress)
            let several = try ClientProbe(addresses, from: laboratory.client, every: .milliseconds(2), manner: manner)
            defer { several.close() }
            func parts() throws -> [ProbeAnalysis] { try several.record().byAddress() }
            let seen = try Interruption.wait(atMost: .seconds(10)) {
                try parts().prefix(2).allSatisfy { $0.samples.contains { $0.echo != nil && !$0.owners.isEmpty } }
            }
            #expect(seen)
            for (number, part) in try parts().enumerated() {
                let owners = Set(part.samples.flatMap(\.owners).map(\.from))
                #expect(owners == (number < 2 ? [laboratory.nodes[number].hardwareAddress] : []))
            }
        }
    }

    @Test func `a power cut is at once and takes no carrier from the other node`() throws {
        try withLaboratory { laboratory, probe in
            let (first, second) = (laboratory.nodes[0], laboratory.nodes[1])
            try change("add", on: first)
            try expectServed(by: first, probe)
            let before = Moment.now()
            let cut = try laboratory.powerOff(first)
            #expect(before <= cut && cut <= Moment.now())
            #expect(try second.run(["cat", "/sys/class/net/eth0/carrier"]).output == "1\n")
            try Interruption.pause(.milliseconds(100))
            // An answer that was on its way when the cut came may still be read.
            let late = try probe.analysis().samples.filter { $0.sentAt > cut && ($0.echo != nil || !$0.owners.isEmpty) }
            #expect(late == [])
        }
    }

    @Test func `a cable from node to node loses its carrier with the power of either end, and a switch does not`()
        throws
    {
        try withLaboratory { laboratory, _ in
            let (first, second) = (laboratory.nodes[0], laboratory.nodes[1])
            func carriers() throws -> [String] {
                try ["eth0", "eth1"].map { try second.run(["cat", "/sys/class/net/\($0)/carrier"]).output }
            }
            try laboratory.powerOff(first, isCrossover: true)
            #expect(try carriers() == ["1\n", "0\n"])
            try laboratory.powerOn(first, running: ["sleep", "1000"])
            #expect(try carriers() == ["1\n", "1\n"])
            try laboratory.powerOff(first)
            #expect(try carriers() == ["1\n", "1\n"])
        }
    }

    @Test func `whoever is killed leaves the addresses, and what hangs on the interfaces is gone after a boot`() throws
    {
        try withLaboratory { laboratory, probe in
            let node = laboratory.nodes[0]
            func queues() throws -> String {
                try Command.succeed(["tc", "-n", node.namespace.name, "qdisc", "show", "dev", "eth0"])
            }
            try change("add", on: node)
            try Command.succeed(["tc", "-n", node.namespace.name, "qdisc", "add", "dev", "eth0", "clsact"])
            #expect(node.processes.count == 1)
            node.killProcesses()
            let areGone = try Interruption.wait(atMost: .seconds(5)) { node.processes.isEmpty }
            #expect(areGone && node.isPowered)
            try expectServed(by: node, probe)
            #expect(probe.isOwned(by: node.hardwareAddress, for: .milliseconds(100)))
            #expect(!probe.isOwned(by: laboratory.nodes[1].hardwareAddress, for: .milliseconds(100)))
            #expect(try queues().contains("clsact"))
            try laboratory.powerOff(node)
            try laboratory.powerOn(node, running: ["sleep", "1000"])
            #expect(try !queues().contains("clsact"))
        }
    }

    @Test func `a node without power has neither processes nor addresses and comes back with fresh ones`() throws {
        try withLaboratory { laboratory, probe in
            let node = laboratory.nodes[0]
            try change("add", on: node)
            try expectServed(by: node, probe)
            try laboratory.powerOff(node)
            #expect(try Command.succeed(["ip", "netns", "pids", node.namespace.name]) == "")
            #expect(try Command.succeed(["ip", "-n", node.namespace.name, "-4", "-o", "addr", "show", "eth0"]) == "")
            #expect(throws: LabError.self) { try node.run(["true"]) }
            try laboratory.powerOn(node, running: ["sleep", "1000"])
            #expect(try node.run(["hostname"]).output == "cluster1\n")
            let addresses = try node.run(["ip", "-4", "-o", "addr", "show", "eth0"]).output
            #expect(addresses.contains("192.168.77.1/24") && !addresses.contains(address))
            let own = try ClientProbe(node.lanAddress, from: laboratory.client)
            defer { own.close() }
            try expectServed(by: node, own)
        }
    }

    @Test func `each network cable is cut by itself and takes its carrier along`() throws {
        try withLaboratory { laboratory, _ in
            let node = laboratory.nodes[0]
            func carriers() throws -> [String] {
                try ["eth0", "eth1"].map { try node.run(["cat", "/sys/class/net/\($0)/carrier"]).output }
            }
            #expect(try carriers() == ["1\n", "1\n"])
            try laboratory.plug(.lan(0), false)
            #expect(try carriers() == ["0\n", "1\n"])
            try laboratory.plug(.lan(0), true)
            try laboratory.plug(.cross(0), false)
            #expect(try carriers() == ["1\n", "0\n"])
            try laboratory.plug(.cross(0), true)
            #expect(try carriers() == ["1\n", "1\n"])
        }
    }

    @Test func `nothing stays behind`() throws {
        var names: [String] = []
        var directory = ""
        try withLaboratory { laboratory, _ in
            names = [laboratory.client.name] + laboratory.nodes.map(\.namespace.name)
            directory = laboratory.run.directory
            #expect(Set(names).isSubset(of: Files.names(in: "/run/netns")))
        }
        #expect(Set(names).isDisjoint(with: Files.names(in: "/run/netns")))
        #expect(access(directory, F_OK) != 0)
    }

    @Test func `what a killed run left is swept up and what a living one has is not`() throws {
        let ended = try ChildProcess(["true"], standardInput: 0, standardOutput: 1)
        #expect(ended.wait(atMost: .seconds(10)) == 0)
        let left = "hbdt\(ended.pid)-1-client"
        let living = RunName(prefix: "hbdt")
        _ = try NetworkNamespace.make(left)
        _ = try NetworkNamespace.make(living("client"))
        defer { NetworkNamespace(name: living("client")).remove() }
        try Files.makeDirectory("/tmp/hbdt\(ended.pid)-1")
        try Files.write("", to: "/tmp/hbdt\(ended.pid)-1/file")
        let removed = RunName.sweep(prefix: "hbdt")
        #expect(removed.contains(left) && removed.contains("/tmp/hbdt\(ended.pid)-1"))
        #expect(access("/tmp/hbdt\(ended.pid)-1", F_OK) != 0)
        let namespaces = Files.names(in: "/run/netns")
        #expect(!namespaces.contains(left) && namespaces.contains(living("client")))
    }
}
