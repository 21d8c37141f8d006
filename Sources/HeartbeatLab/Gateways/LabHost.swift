// One host of a gateway service: a network namespace with an interface downstream and uplinks, a directory that is its disk, and
// whatever runs inside.

import Glibc
import HeartbeatModel

/// A host that can serve.
package final class LabHost {
    package let number: Int
    /// `gwa`, `gwb`, …
    package let name: String
    package let namespace: NetworkNamespace
    /// Its disk.
    package let directory: String
    package internal(set) var isPowered = false
    private let record: String
    private var children: [ChildProcess] = []

    init(_ number: Int, of run: RunName, record: String) throws {
        self.number = number
        self.record = record
        name = GatewayPlace.host(number).name
        directory = "\(run.directory)/\(name)"
        namespace = try NetworkNamespace.make(run(name))
        for path in [directory, configDirectory, "\(configDirectory)/resource.d", stateDirectory, servicesDirectory] {
            try Files.makeDirectory(path)
        }
        // A router like any other; without an uplink it leads nowhere.
        try namespace.set("net/ipv4/ip_forward", to: "1")
    }

    package var configDirectory: String { "\(directory)/ha.d" }
    package var stateDirectory: String { "\(directory)/state" }
    /// One file for each recorded service that runs; emptied when the host loses its power.
    package var servicesDirectory: String { "\(directory)/services" }
    /// What its programs have printed.
    package var console: String { Files.read("\(directory)/console") }

    /// Hardware address of an interface.
    package func station(_ interface: String = GatewayNetwork.downlink) -> HardwareAddress {
        let place = GatewayHosts.bridges.firstIndex(of: interface) ?? 0
        return HardwareAddress(0x02_00_00_00_00_81 + UInt64(number + place * 0x10))
    }

    /// Installs a recording resource script that pretends a service. `lines` of shell come first; they find the verb in `$verb` and
    /// may `exit`.
    package func install(_ script: String, lines: String = "") throws {
        let text = RecordingScript(node: name, services: servicesDirectory, record: record).text(script, lines: lines)
        try Files.write(text, to: "\(configDirectory)/resource.d/\(script)", mode: 0o755)
    }

    /// Breaks a pretended service behind its back.
    package func breakService(_ script: String) { Files.remove("\(servicesDirectory)/\(script)") }

    /// Starts a program inside; what it prints goes to the console.
    package func start(_ words: [String]) throws -> ChildProcess {
        let console = try check(
            open("\(directory)/console", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644), "open console")
        let nothing = try check(open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null")
        defer {
            _ = close(console)
            _ = close(nothing)
        }
        let child = try ChildProcess(
            namespace.inside + words, environment: Self.environment, standardInput: nothing, standardOutput: console)
        children.append(child)
        return child
    }

    /// Sends a signal to a program that was started here, and waits for its end; `nil` when it has lost its power or does not end.
    package func end(_ child: ChildProcess, _ signal: Int32, atMost limit: Duration = .seconds(20)) -> Int32? {
        // Once it was waited for, its number may be somebody else's.
        guard runs(child) else { return nil }
        kill(child.pid, signal)
        guard let code = child.wait(atMost: limit) else { return nil }
        children.removeAll { $0.pid == child.pid }
        return code
    }

    /// Whether a program that was started here has not been waited for.
    package func runs(_ child: ChildProcess) -> Bool { children.contains { $0.pid == child.pid } }

    /// The process that does the work of a program that was started here, where the program itself only looks after it; else the
    /// program. `nil` when it was waited for.
    package func worker(of child: ChildProcess) -> pid_t? {
        guard runs(child) else { return nil }
        let own = Files.absolute("/proc/\(child.pid)/exe")
        let tasks = Files.names(in: "/proc/\(child.pid)/task")
        let children = tasks.flatMap { Files.read("/proc/\(child.pid)/task/\($0)/children").split(separator: " ") }
        return children.compactMap { pid_t($0) }.first { Files.absolute("/proc/\($0)/exe") == own } ?? child.pid
    }

    /// Runs a program inside to its end.
    package func run(_ words: [String], limit: Duration = .seconds(10)) throws -> Command {
        try Command.run(namespace.inside + words, environment: Self.environment, limit: limit)
    }

    private static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]

    /// All that runs inside.
    package var processes: [pid_t] {
        Command.attempt(["ip", "netns", "pids", namespace.name]).split(separator: "\n").compactMap { pid_t($0) }
    }

    /// Stops everything inside at once, so that nothing can react to the end of another, and ends it.
    package func killProcesses() throws {
        let isEmpty = try Interruption.wait(atMost: .seconds(5)) {
            // One of them may have started another meanwhile.
            let all = processes
            for signal in [SIGSTOP, SIGKILL] { for pid in all { kill(pid, signal) } }
            children.removeAll { $0.wait(atMost: .zero) != nil }
            // One that ends leaves the namespace before it is over.
            return all.isEmpty && children.isEmpty
        }
        guard isEmpty else { throw LabError.notReached("the processes of \(name) do not end") }
    }

    /// What a power cut does to processes and memory. Its cables are the laboratory's to cut.
    func losePower() throws {
        isPowered = false
        try killProcesses()
        try namespace.configure(
            GatewayHosts.bridges.flatMap { ["address flush dev \($0)", "link set \($0) down"] })
        Files.remove(servicesDirectory)
        try Files.makeDirectory(servicesDirectory)
    }

    /// Boots with its interface downstream. Its uplinks stay down.
    func boot() throws {
        try namespace.configure(
            ["link set \(GatewayNetwork.downlink) up"]
                + GatewayNetwork.allCases.map { network in
                    let address = "\(network.own(ofHost: number, on: .down))/\(network.length(on: .down))"
                    return "address add \(address) brd + dev \(GatewayNetwork.downlink)"
                })
        isPowered = true
    }

    /// What a person needs to see when something did not come about.
    package var diagnosis: String {
        "--- console of \(name):\n\(console)"
            + Command.attempt(["ip", "-n", namespace.name, "-o", "address", "show"])
            + Command.attempt(["ip", "-n", namespace.name, "route", "show"])
    }
}
