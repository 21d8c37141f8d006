// One machine for one program: network, mount, UTS, IPC and PID namespaces without names. Everything in them ends when the
// first process inside does, and that reads a pipe whose other end only we hold: whatever ends us, also a SIGKILL, ends it.
//
//     eth0 10.77.0.1/24 ── wire0        eth1 10.78.0.1/24 ── wire1        nobody is at the other ends but the witness
//
// The files of heartbeat – its configuration, its state, /run, /var/log – are the sandbox's own.

import CLinux
import Glibc
import HeartbeatLab

/// A machine that lives as long as this object is not closed.
final class Sandbox {
    let directory: String
    private let holder: ChildProcess
    private let lifeline: Int32
    private let first: pid_t

    static let interfaces = ["eth0": "wire0", "eth1": "wire1"]

    var logDirectory: String { "\(directory)/log" }
    /// The file all scripts of the machine append to.
    var calls: String { "\(directory)/calls" }

    /// Boots a machine on `directory`, whose `ha.d` is there already. Inside, `terminals` are /run/ttyA, /run/ttyB.
    init(directory: String, host: String, terminals: [String]) throws {
        self.directory = directory
        for name in ["lib", "log", "out"] { try Files.makeDirectory("\(directory)/\(name)") }
        try Files.write(
            Self.bootScript(directory: directory, host: host, terminals: terminals), to: "\(directory)/boot")
        let (source, lifeline) = try makePipe()
        self.lifeline = lifeline
        let console = try check(
            open("\(directory)/console", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644), "open console")
        defer {
            _ = close(source)
            _ = close(console)
        }
        holder = try ChildProcess(
            [
                "unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc",
                "sh", "\(directory)/boot",
            ],
            environment: Self.environment, standardInput: source, standardOutput: console)
        var first: pid_t = 0
        let pid = holder.pid
        let isUp = try Interruption.wait(atMost: .seconds(20)) {
            let children = Files.read("/proc/\(pid)/task/\(pid)/children").split(separator: " ")
            first = children.first.flatMap { pid_t($0) } ?? 0
            return first != 0 && access("\(directory)/booted", F_OK) == 0
        }
        self.first = first
        guard isUp else {
            let reason = Files.read("\(directory)/console")
            powerOff()
            throw LabError.notReached("a sandbox does not boot: \(reason)")
        }
    }

    /// Ends everything inside.
    func powerOff() {
        _ = close(lifeline)
        if first != 0 { kill(first, SIGKILL) }
        if holder.wait(atMost: .seconds(5)) == nil { kill(holder.pid, SIGKILL) }
    }

    /// Runs a shell line inside; its standard output and standard error are kept apart.
    func run(_ line: String, limit: Duration = .seconds(20)) throws -> (code: Int32, output: String, errors: String) {
        let out = "\(directory)/out"
        // Daemons keep their standard output open, so a pipe would never end.
        let result = try Command.run(
            ["nsenter", "-t", String(first), "-a", "--", "sh", "-c", "{ \(line)\n} >\(out)/1 2>\(out)/2 </dev/null"],
            environment: Self.environment, limit: limit)
        return (result.code, Files.read("\(out)/1"), Files.read("\(out)/2"))
    }

    /// Has the calling thread do something in the network of the sandbox.
    func inNetwork<Result>(_ body: () throws -> Result) throws -> Result {
        let own = try Self.openNetwork("/proc/thread-self/ns/net")
        let other = try Self.openNetwork("/proc/\(first)/ns/net")
        defer {
            _ = close(own)
            _ = close(other)
        }
        try check(clinux_lab_enter_network(other), "setns")
        // A thread left in a network that is about to vanish would do everything after this in the wrong place.
        defer { precondition(clinux_lab_enter_network(own) == 0, "cannot return to the own network") }
        return try body()
    }

    private static func openNetwork(_ path: String) throws -> Int32 {
        try check(open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
    }

    private static let environment = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C",
    ]

    private static func bootScript(directory: String, host: String, terminals: [String]) -> String {
        """
        set -e
        hostname '\(host)'
        mount --make-rprivate /
        mount --bind \(directory)/ha.d /etc/ha.d
        mkdir -p -m 755 \(directory)/lib/cores/root
        mount --bind \(directory)/lib /var/lib/heartbeat
        mount --bind \(directory)/log /var/log
        mount -t tmpfs tmpfs /run
        mkdir -p /run/lock /run/resource-agents
        for name in heartbeat heartbeat/ccm heartbeat/crm heartbeat/dopd; do
            mkdir -p -m 750 /run/$name
            chown hacluster:haclient /run/$name
        done
        # A resource that will not stop makes the original reboot the machine.
        for program in /sbin/reboot /bin/systemctl; do
            [ ! -e "$program" ] || mount --bind /bin/true "$(readlink -f "$program")"
        done
        \(zip(terminals, "AB").map { "ln -s \($0) /run/tty\($1)" }.joined(separator: "\n"))
        ip -batch - <<'END'
        link set lo up
        link add eth0 type veth peer name wire0
        link add eth1 type veth peer name wire1
        link set wire0 up
        link set wire1 up
        link set eth0 up
        link set eth1 up
        address add 10.77.0.1/24 brd + dev eth0
        address add 10.78.0.1/24 brd + dev eth1
        neighbour add 10.77.0.2 lladdr 02:00:00:00:00:02 dev eth0
        neighbour add 10.77.0.3 lladdr 02:00:00:00:00:03 dev eth0
        neighbour add 10.78.0.2 lladdr 02:00:00:00:00:04 dev eth1
        neighbour add fe80::2 lladdr 02:00:00:00:00:02 dev eth0
        neighbour add fe80::3 lladdr 02:00:00:00:00:03 dev eth1
        END
        : >\(directory)/booted
        exec cat >/dev/null
        """
    }
}
