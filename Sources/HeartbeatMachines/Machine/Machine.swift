// One virtual machine: a process of QEMU, with everything that can happen to a machine.

import Glibc
import HeartbeatLab

/// A machine. Its disk is memory: what it had written is gone with its power. Use it from one thread.
package final class Machine {
    package let hardware: MachineHardware
    private let image: MachineImage
    private let network: NetworkNamespace
    private let directory: String
    private let payload: String
    private let cable: String?
    private var process: ChildProcess?

    /// - Parameters:
    ///   - network: where its taps are.
    ///   - directory: exists, and is the machine's own.
    ///   - cable: the socket of its end of a null modem.
    init(
        _ hardware: MachineHardware, _ image: MachineImage, network: NetworkNamespace, directory: String,
        payload: String,
        cable: String?
    ) {
        self.hardware = hardware
        self.image = image
        self.network = network
        self.directory = directory
        self.payload = payload
        self.cable = cable
    }

    package var name: String { hardware.name }
    package var isPowered: Bool { process != nil }
    /// What it has printed since it was made.
    package var console: String { Files.read("\(directory)/console") }

    private var monitor: MachineMonitor { MachineMonitor(path: "\(directory)/monitor") }
    private var agent: GuestAgent { GuestAgent(path: "\(directory)/agent") }

    /// Switches it on; it boots by itself.
    package func powerOn() throws {
        guard process == nil else { return }
        for socket in ["monitor", "agent"] { Files.remove("\(directory)/\(socket)") }
        let output = try check(
            open("\(directory)/qemu", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644), "open \(directory)/qemu")
        let nothing = try check(open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null")
        defer {
            _ = close(output)
            _ = close(nothing)
        }
        let words = hardware.words(image, payload: payload, directory: directory, cable: cable)
        process = try ChildProcess(
            network.inside + ["qemu-system-x86_64"] + words, standardInput: nothing,
            standardOutput: output)
    }

    /// Waits until it has booted.
    package func awaitBoot(atMost limit: Duration = .seconds(240)) throws {
        let isUp = try Interruption.wait(atMost: limit) {
            guard let process, process.wait(atMost: .zero) == nil else {
                throw LabError.notReached("QEMU ended: \(Files.read("\(directory)/qemu"))")
            }
            do { return try run("test -e /run/machine-ready").code == 0 } catch LabError.interrupted {
                throw LabError.interrupted
            } catch { return false }
        }
        guard isUp else { throw LabError.notReached("\(name) does not boot: \(console.suffix(2000))") }
    }

    /// Pulls its plug.
    package func powerOff() throws {
        guard let process else { return }
        kill(process.pid, SIGKILL)
        kill(process.pid, SIGCONT)
        guard process.wait(atMost: .seconds(5)) != nil else { throw LabError.notReached("\(name) does not lose power") }
        self.process = nil
    }

    /// Stands still, or goes on; its clocks have gone on meanwhile, and it can know: a host that is overloaded, or that was
    /// suspended.
    package func freeze(_ isFrozen: Bool) {
        if let process { kill(process.pid, isFrozen ? SIGSTOP : SIGCONT) }
    }

    /// Pulls the cable of an interface, from 0, or plugs it in.
    package func plug(_ interface: Int, _ isPlugged: Bool) throws {
        try monitor.plug("eth\(interface)", isPlugged)
    }

    /// Runs a line of shell in it, whatever its exit code.
    package func run(_ line: String, input: String = "", limit: Duration = .seconds(60)) throws -> Command {
        guard isPowered else { throw LabError.notReached("\(name) has no power") }
        return try agent.run(line, input: input, limit: limit)
    }

    /// Runs a line of shell in it that must succeed.
    @discardableResult
    package func succeed(_ line: String, input: String = "", limit: Duration = .seconds(60)) throws -> String {
        let result = try run(line, input: input, limit: limit)
        guard result.code == 0 else {
            throw LabError.command(words: [name, line], output: "exit code \(result.code): \(result.output)")
        }
        return result.output
    }
}
