// hb_guardian: looks after one daemon, by which it is started and of which it has a page of memory. When the daemon has died or
// stands still for longer than its kernel may answer, it takes the service addresses away and ends. It decides nothing else, and
// it is cleanup: that nobody answers for the addresses until then is the lease's.
//
//   hb_guardian PRIORITY FILE [PROGRAM [ARGUMENT …]]      3: a pidfd of the daemon; 4: memory as of GuardPage
//
// Its exit code says how it ended: 0 dismissed, 1 it has acted, 2 some addresses are still there, 3 it could not begin.
// After its start it asks for no memory: a machine that has none left is one on which a daemon dies.

import CLinux
import Glibc
import HeartbeatGuard
import HeartbeatModel

@main
struct HbGuardian {
    private static let (daemon, memory): (Int32, Int32) = (3, 4)

    static func main() {
        let count = Int(CommandLine.argc)
        guard count > 2, let priority = CommandLine.unsafeArgv[1].flatMap({ Int32(String(cString: $0)) }),
            let file = CommandLine.unsafeArgv[2]
        else { explain(count) }
        guard
            let base = mmap(nil, GuardPage.length, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0), base != MAP_FAILED,
            let remover = AddressRemover(GuardPage(base))
        else { exit(3) }
        let words = LastWords(file: file)
        settle(priority)
        remover.rehearse()
        words.rehearse()
        let reason = watch(GuardPage(base))
        let orders = GuardPage(base).orders
        let outcome = remover.run()
        words.say(reason, outcome)
        if case .dead = reason, orders == .armed, count > 3 { become(CommandLine.unsafeArgv + 3) }
        exit(outcome.left == 0 ? 1 : 2)
    }

    /// Somebody has typed its name.
    private static func explain(_ count: Int) -> Never {
        let word = count == 2 ? CommandLine.arguments[1] : ""
        let help =
            "OVERVIEW: Removes the service addresses when heartbeat dies or hangs; heartbeat starts it.\n\n"
            + "USAGE: hb_guardian <priority> <file> [<program> ...]"
        puts(word == "--version" ? Version.text : help)
        exit(word == "--version" || word == "--help" ? 0 : 64 /* EX_USAGE */)
    }

    /// Above the daemon, which may be spinning; in memory; deaf to all that can be said with a signal but the last word.
    private static func settle(_ priority: Int32) {
        var all = sigset_t()
        sigfillset(&all)
        sigprocmask(SIG_SETMASK, &all, nil)
        for descriptor in daemon...memory { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        guard priority > 0 else { return }
        _ = clinux_set_round_robin(min(priority + 1, 99))
        // What is asked for later would count against a limit, so only what is there: there is no more.
        mlockall(MCL_CURRENT | MCL_ONFAULT)
    }

    // MARK: - Watching

    private static func watch(_ page: GuardPage) -> GuardianJudgement.Reason {
        var judgement = GuardianJudgement()
        var isDead = false
        while true {
            let sight = GuardianJudgement.Sight(page, isDead: isDead)
            let now = GuardianJudgement.Clocks(sinceBoot: read(CLOCK_BOOTTIME), awake: read(CLOCK_MONOTONIC))
            switch judgement.judge(sight, at: now) {
            case .leave: exit(0)
            case .act(let reason): return reason
            case .wait(let time):
                var polled = pollfd(fd: daemon, events: Int16(POLLIN), revents: 0)
                isDead = poll(&polled, 1, Int32(clamping: time / 1_000_000 + 1)) > 0
            }
        }
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Goes on as the program that stops what else the daemon ran, without what a guardian needs.
    private static func become(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        _ = clinux_set_normal()
        munlockall()
        guard let program = arguments[0] else { return }
        execv(program, arguments)
    }
}
