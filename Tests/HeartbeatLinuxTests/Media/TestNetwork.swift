// Network namespaces without names: the kernel removes them, and every interface in them, when the last descriptor and
// thread are gone, whatever happens to the test.

import CLinux
import Glibc

/// An empty network namespace with the loopback interface up.
final class TestNetwork: @unchecked Sendable {
    private let descriptor: Int32

    /// Whether this process may make namespaces; says so once when not.
    static let isAvailable: Bool = {
        let allowed = onNewThread { clinux_new_network() == 0 }
        if !allowed { print("SKIPPED: tests in network namespaces need root") }
        return allowed
    }()

    init() {
        descriptor = onNewThread {
            guard clinux_new_network() == 0 else { return -1 }
            return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        }
        run("echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; ip link set lo up")
    }

    deinit {
        close(descriptor)
    }

    /// Moves the calling thread here for the rest of its life.
    func enter() {
        clinux_enter_network(descriptor)
    }

    /// Runs `body` on a thread in this namespace.
    func inside<Value>(_ body: @escaping () -> Value) -> Value {
        onNewThread {
            self.enter()
            return body()
        }
    }

    /// Runs a script in this namespace; returns its exit status.
    @discardableResult
    func run(_ script: String) -> Int32 {
        inside { Shell.run(script) }
    }

    /// A cable from interface `mine` here to `theirs` in `other`, with addresses 10.77.0.`host` and fd77::`host`, both up.
    func connect(_ mine: String, host: Int, to other: TestNetwork, _ theirs: String, host otherHost: Int) {
        let target = "/proc/\(getpid())/fd/\(other.descriptor)"
        run("ip link add \(mine) type veth peer name \(theirs) netns \(target)")
        configure(mine, host: host)
        other.configure(theirs, host: otherHost)
        awaitReady(mine)
        other.awaitReady(theirs)
    }

    /// Waits until the interface has carrier and its IPv6 addresses: the kernel needs a moment, longer on a busy machine.
    func awaitReady(_ interface: String) {
        let carrier = "ip link show \(interface) | grep -q LOWER_UP"
        let ready = "\(carrier) && ip -6 route get ff02::1 oif \(interface) | grep -q fe80"
        _ = eventually { run(ready) == 0 }
    }

    func configure(_ interface: String, host: Int) {
        run(
            """
            ip address add 10.77.0.\(host)/24 dev \(interface)
            ip address add fd77::\(host)/64 dev \(interface) nodad
            ip link set \(interface) up
            """)
    }
}
