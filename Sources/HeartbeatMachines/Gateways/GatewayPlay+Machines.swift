// What is done inside the machines of a pair for scenes that are more than a cable or a plug: a watchdog that is armed, a daemon
// that hangs, programs that want the whole processor.

import HeartbeatLab

extension GatewayPlay {
    /// Has the service run on a node whose daemon feeds the machine's watchdog. It is armed on the other node first, because a
    /// daemon takes up a watchdog only when it starts.
    func serveWithWatchdog() throws {
        let idle = partner(of: try owner())
        try idle.succeed("modprobe i6300esb && test -c /dev/watchdog")
        try idle.succeed("grep -q ^watchdog /etc/ha.d/ha.cf || echo 'watchdog /dev/watchdog' >>/etc/ha.d/ha.cf")
        try idle.succeed("/etc/init.d/heartbeat restart </dev/null >/var/log/start 2>&1")
        try settle()
        // The original passes over a wish that comes while anything is under way.
        for _ in 0..<6 where try owner() !== idle {
            try idle.succeed("/usr/share/heartbeat/hb_takeover all")
            _ = try Interruption.wait(atMost: .seconds(20)) { isServed(by: idle) }
        }
        guard try owner() === idle else {
            throw LabError.notReached("the node with the watchdog does not take over\n\(diagnosis)")
        }
        try settle()
    }

    /// Stops the daemon as a fault in it would, and waits until the hardware has started the machine anew.
    func hangDaemon(on machine: Machine) throws {
        let before = try boot(of: machine)
        try machine.succeed("kill -STOP $(cat /run/heartbeat.pid)")
        let isReset = try Interruption.wait(atMost: Self.patience) {
            do { return try boot(of: machine) != before } catch LabError.interrupted {
                throw LabError.interrupted
            } catch {
                return false
            }
        }
        guard isReset else { throw LabError.notReached("the watchdog does not reset \(machine.name)\n\(diagnosis)") }
    }

    private func boot(of machine: Machine) throws -> String {
        try machine.succeed("cat /proc/sys/kernel/random/boot_id", limit: .seconds(5))
    }

    /// Three programs that only want the processor and one that writes, on both nodes.
    func runHogs() throws {
        // Shells of their own, because one that is only forked keeps what the agent waits for.
        let writer = "while :; do dd if=/dev/zero of=/tmp/hog bs=64k count=128 conv=fsync; done"
        let hogs = ["while :; do :; done", "while :; do :; done", "while :; do :; done", writer]
            .map { "sh -c '\($0)' </dev/null >/dev/null 2>&1 & echo $! >>/run/hogs" }
            .joined(separator: "\n")
        for machine in pair { try machine.succeed(hogs) }
        try Interruption.pause(loadTime)
        for machine in pair { try machine.succeed("kill $(cat /run/hogs); rm /run/hogs") }
    }

    /// How many bytes the daemon has logged.
    func lengthOfLog(of machine: Machine) throws -> Int {
        Int(try machine.run("wc -c 2>/dev/null </var/log/ha-log").output.filter(\.isNumber)) ?? 0
    }

    /// What it has logged since then about groups that moved.
    func log(of machine: Machine, after length: Int) throws -> String {
        try machine.run("tail -c +\(length + 1) /var/log/ha-log | grep 'Timeline of '").output
    }

    /// How often a node of the pair has found the other one dead since it started.
    func deathsFound() throws -> Int {
        try pair.reduce(0) { sum, machine in
            let count = try machine.run("grep -c 'node .*: is dead' /var/log/ha-log").output
            return sum + (Int(count.filter(\.isNumber)) ?? 0)
        }
    }
}
