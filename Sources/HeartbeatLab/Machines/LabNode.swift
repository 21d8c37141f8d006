// One machine of the laboratory: a network namespace with two interfaces, directories of its own, and – while it has
// power – one process tree in a PID namespace, which the kernel ends as a whole when the power goes.

import Glibc
import HeartbeatModel

/// A cluster node.
package final class LabNode {
    package let name: String
    /// 0 or 1; its end of the null modem.
    package let number: Int
    package let namespace: NetworkNamespace
    let files: NodeFiles
    private let serialPath: String
    /// Those of its hardware.
    private let interfaces: [String]
    /// The process that holds the PID namespace, as our child, and the first process inside.
    private var power: (holder: ChildProcess, first: pid_t)?
    /// Directories of its own disk that hide the machine's: path inside, path outside. From the next boot on.
    package var mounts: [(inside: String, outside: String)] = []
    /// A directory whose files lie over those of /usr. From the next boot on.
    package var layer: String?
    /// Further addresses of its LAN interface, each with its prefix length (`10.88.0.1/16`). From the next boot on.
    package var furtherAddresses: [String] = []
    /// Since when it has power.
    package private(set) var poweredAt: Moment?

    init(number: Int, namespace: NetworkNamespace, files: NodeFiles, serialPath: String, interfaces: [String]) {
        name = NodeFiles.nodes[number]
        self.number = number
        self.namespace = namespace
        self.files = files
        self.serialPath = serialPath
        self.interfaces = interfaces
    }

    /// Hardware address of its LAN interface.
    package var hardwareAddress: HardwareAddress { hardwareAddress(ofInterface: 0) }

    /// Hardware address of eth0, eth1, …
    func hardwareAddress(ofInterface index: Int) -> HardwareAddress {
        HardwareAddress(0x02_00_00_00_00_01 + UInt64(number + index * 0x10))
    }

    /// Directory with everything that is the node's own: its disk.
    package var directory: String { files.directory }
    package var lanAddress: String { "192.168.77.\(number + 1)" }
    package var crossAddress: String { "192.168.78.\(number + 1)" }
    /// Where it is a gateway.
    package var outerAddress: String { "10.66.0.\(number + 1)" }
    package var logFile: String { files.logFile }
    /// Everything its daemon has logged so far.
    package var log: String { Files.read(files.logFile) }
    package var serialDevice: String { files.serialDevice }
    /// `ha.cf` and what belongs to it; kept through a power cut, as is the state.
    package var configDirectory: String { files.configDirectory }
    package var stateDirectory: String { files.stateDirectory }
    package var runDirectory: String { files.runDirectory }
    package var isPowered: Bool { power != nil }
    /// One file for each recorded service that runs; emptied when the node loses power.
    package var servicesDirectory: String { files.servicesDirectory }
    /// What its programs have printed since it was first switched on.
    package var console: String { Files.read("\(files.directory)/console") }

    /// Makes its directories and writes its configuration. Once, before the first start.
    func prepare() throws {
        for directory in [
            files.directory, files.configDirectory, "\(files.configDirectory)/resource.d", files.stateDirectory,
            files.runDirectory, files.servicesDirectory,
        ] {
            try Files.makeDirectory(directory)
        }
        try check(symlink(serialPath, files.serialDevice), "symlink \(files.serialDevice)")
        try Files.write(files.haCf, to: "\(files.configDirectory)/ha.cf")
        try Files.write(files.haresources, to: "\(files.configDirectory)/haresources")
        try Files.write(files.authkeys, to: "\(files.configDirectory)/authkeys", mode: 0o600)
        try Files.write("", to: files.logFile)
        for script in NodeFiles.group {
            let path = "\(files.configDirectory)/resource.d/\(script)"
            try Files.write(files.recordingService(script), to: path, mode: 0o755)
        }
    }

    /// Replaces a file of its configuration directory: `ha.cf`, `haresources`, `authkeys`, …
    package func configure(_ file: String, _ text: String) throws {
        try Files.write(text, to: "\(files.configDirectory)/\(file)", mode: file == "authkeys" ? 0o600 : 0o644)
    }

    /// Writes a file of its disk.
    package func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try Files.write(text, to: path, mode: mode)
    }

    /// Installs a recording resource script that pretends a service. `lines` of shell come first; they find the verb in
    /// `$verb` and may `exit`.
    package func install(_ script: String, lines: String = "") throws {
        let text = files.recordingService(script, lines: lines)
        try Files.write(text, to: "\(files.configDirectory)/resource.d/\(script)", mode: 0o755)
    }

    /// Boots: fresh addresses, then `words` as its only program. The configuration and state directories are its disk.
    func boot(_ words: [String]) throws {
        try resetAddresses()
        let console = try check(
            open("\(files.directory)/console", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644), "open console")
        let nothing = try check(open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null")
        defer {
            _ = close(console)
            _ = close(nothing)
        }
        let booted = "\(files.directory)/booted"
        Files.remove(booted)
        // The shell is the first process: it collects orphans and does not mind how the program ends. /run is each
        // node's own, as pid files and device locks are on real machines.
        let holder = try ChildProcess(
            namespace.inside + [
                "unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                """
                mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir /run/lock && hostname \(name) || exit
                \(layer.map { "mount -t overlay overlay -o lowerdir='\($0)':/usr /usr || exit" } ?? "")
                \(mounts.map { "mount --bind '\($0.outside)' '\($0.inside)' || exit" }.joined(separator: "\n"))
                : >'\(booted)' || exit
                "$@" & while :; do sleep \(Self.doze) & wait $!; done
                """, "init",
            ] + words,
            environment: Self.environment, standardInput: nothing, standardOutput: console)
        power = (holder, 0)
        var first: pid_t = 0
        let isUp = try Interruption.wait(atMost: .seconds(5)) {
            let children = Files.read("/proc/\(holder.pid)/task/\(holder.pid)/children").split(separator: " ")
            first = children.first.flatMap { pid_t($0) } ?? 0
            return first != 0 && access(booted, F_OK) == 0
        }
        guard isUp else { throw LabError.notReached("\(name) does not boot, see \(files.directory)/console") }
        power = (holder, first)
        poweredAt = Moment.now()
    }

    /// What a power cut does to the processes, the memory and the addresses. Its cables are the laboratory's to cut.
    func losePower() throws {
        guard let (holder, first) = power else { return }
        power = nil
        poweredAt = nil
        // The first process takes everything in its PID namespace with it; its parent ends when all of it is gone.
        kill(first == 0 ? holder.pid : first, SIGKILL)
        guard holder.wait(atMost: .seconds(5)) != nil else {
            throw LabError.notReached("\(name) does not lose power")
        }
        // A setting like all others, and with it the flush of hundreds of addresses would hold the kernel's configuration,
        // which is one for all nodes, for a second.
        try namespace.set("net/ipv4/conf/all/promote_secondaries", to: "0")
        try namespace.set("net/ipv4/conf/eth0/promote_secondaries", to: "0")
        try namespace.configure(interfaces.map { "address flush dev \($0)" })
        removeMadeInterfaces()
        for volatile in [files.runDirectory, files.servicesDirectory] {
            Files.remove(volatile)
            try Files.makeDirectory(volatile)
        }
    }

    /// Runs a program inside, with the node's processes, file systems and name.
    package func run(_ words: [String], limit: Duration = .seconds(10)) throws -> Command {
        guard let (_, first) = power else { throw LabError.notReached("\(name) has no power") }
        return try Command.run(
            ["nsenter", "-t", String(first), "-a", "--"] + words, environment: Self.environment, limit: limit)
    }

    /// Starts a program as the one it was booted with: it goes on by itself, and its words go to the console.
    package func start(_ words: [String]) throws {
        let line = "\"$@\" </dev/null >>'\(files.directory)/console' 2>&1 &"
        let result = try run(["sh", "-c", line, "sh"] + words)
        guard result.code == 0 else { throw LabError.command(words: words, output: result.output) }
    }

    /// The processes inside, numbered as outside: those of the program it was booted with and whatever they have started.
    package var processes: [pid_t] {
        guard let (_, first) = power else { return [] }
        func space(_ pid: pid_t) -> ino_t? {
            var status = stat()
            return stat("/proc/\(pid)/ns/pid", &status) == 0 ? status.st_ino : nil
        }
        guard let own = space(first) else { return [] }
        return Files.names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
            pid != first && space(pid) == own && Files.read("/proc/\(pid)/cmdline") != "sleep\0\(Self.doze)\0"
        }
    }

    /// The one of `processes` that none of them has started: the program it was booted with.
    package var mainProcess: pid_t? {
        let all = Set(processes)
        return all.filter { pid in
            // `7 (heartbeat) S 1 …`; the name may contain blanks.
            let fields = Files.read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 1, let parent = pid_t(fields[1]) else { return false }
            return !all.contains(parent)
        }.min()
    }

    /// Stops all `processes` at once, so that none can react to the end of another, and ends them.
    package func killProcesses() {
        let all = processes
        for signal in [SIGSTOP, SIGKILL] { for pid in all { kill(pid, signal) } }
    }

    /// What a person needs to see when something did not come about: the ends of its log and its console.
    package var diagnosis: String {
        [files.logFile, "\(files.directory)/console"].map { path in
            let lines = Files.read(path).split(separator: "\n").suffix(12)
            return "--- \(name): end of \(path)\n" + lines.textOfLines
        }.joined()
    }

    /// Interfaces that programs have made are memory; those of the hardware stay.
    private func removeMadeInterfaces() {
        for line in Command.attempt(["ip", "-n", namespace.name, "-o", "link", "show"]).split(separator: "\n") {
            // `7: gre1@NONE: <…>`; the other end of a pair goes with the first.
            guard let word = line.split(separator: " ").dropFirst().first,
                let name = word.split(whereSeparator: { $0 == "@" || $0 == ":" }).first,
                name != "lo", !interfaces.contains(String(name))
            else { continue }
            Command.attempt(["ip", "-n", namespace.name, "link", "del", String(name)])
        }
    }

    private func resetAddresses() throws {
        // What a daemon hung there is memory, too.
        for interface in interfaces {
            Command.attempt(["tc", "-n", namespace.name, "qdisc", "del", "dev", interface, "clsact"])
        }
        let addresses = zip(interfaces, [lanAddress, crossAddress, outerAddress])
        let own =
            interfaces.flatMap { ["address flush dev \($0)", "neighbour flush dev \($0)"] }
            + addresses.map { "address add \($1)/24 brd + dev \($0)" }
        try namespace.configure(own + furtherAddresses.map { "address add \($0) brd + dev eth0" })
    }

    /// Seconds between two looks of the first process; the number recognises its `sleep` among the node's processes.
    private static let doze = 3607

    private static let environment = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C",
    ]
}
