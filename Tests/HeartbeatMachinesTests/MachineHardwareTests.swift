// What QEMU is told of a machine.

import Testing

@testable import HeartbeatLab
@testable import HeartbeatMachines

@Suite struct MachineHardwareTests {
    private let image = try? TestImage()

    /// A directory that looks like an image.
    private final class TestImage {
        let directory = "/tmp/hbmtest-image\(UInt32.random(in: 0 ... .max))"

        init() throws {
            try Files.makeDirectory(directory)
            try Files.write("recipe", to: "\(directory)/recipe")
            try Files.write("heartbeat\t1:3.0.6-13+b2\nlibc6:amd64\t2.36-9\n", to: "\(directory)/packages")
        }

        deinit { Files.remove(directory) }
    }

    @Test("Interfaces are on their taps in order, and their addresses tell machine and interface")
    func interfaces() throws {
        let image = try #require(image)
        var machine = MachineHardware(name: "cluster2", number: 2, wires: [Wire("lan"), Wire("wan")])
        machine.layers = ["cluster2", "pair"]
        let words = machine.words(
            try MachineImage(in: image.directory), payload: "/tmp/payload", directory: "/tmp/machine",
            cable: "/tmp/cable1")
        let text = words.joined(separator: " ")
        #expect(text.contains("-netdev tap,id=net0,ifname=tap2-0,script=no"))
        #expect(text.contains("id=eth1,netdev=net1,mac=52:54:00:00:02:01,addr=4"))
        #expect(text.contains("machine.name=cluster2 machine.layers=cluster2:pair"))
        // The console is the first serial line, so that the cable is ttyS1.
        let lines = words.indices.filter { words[$0] == "-serial" }.map { words[$0 + 1] }
        #expect(lines == ["chardev:console", "chardev:line"])
        #expect(machine.hardwareAddress(1).description == "52:54:00:00:02:01")
    }

    @Test("A directory without an image is named, and with it what makes one")
    func missing() throws {
        let error = #expect(throws: LabError.self) { try MachineImage(in: "/nonexistent") }
        #expect(error?.description.contains("/nonexistent") == true)
        #expect(error?.description.contains("build-image") == true)
    }

    @Test("Versions are those of the image's packages")
    func versions() throws {
        let image = try MachineImage(in: try #require(image).directory)
        #expect(image.version(of: "heartbeat") == "1:3.0.6-13+b2")
        #expect(image.version(of: "libc6") == "2.36-9")
        #expect(image.version(of: "heart") == nil)
    }
}
