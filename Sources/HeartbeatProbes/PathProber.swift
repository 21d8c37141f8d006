// Asks the paths of `probe` lines, each by its own clock, and hands on what came of every question. It refuses to judge: how
// many failures make a path lost, and what follows, is decided elsewhere.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatWire

/// Asks all probes of this node. Everything here happens on the loop, and nothing waits.
package final class PathProber {
    /// What came of a question: called exactly once for each, at the latest when its timeout has passed, whatever hangs.
    package var onAnswer: (_ probe: String, PathAnswer) -> Void = { _, _ in }

    private let reactor: Reactor
    private let tools: ProbeTools
    private var runs: [String: ProbeRun] = [:]
    private let asksTogether: Bool
    private var started: UInt64 = 0

    /// What programs of `command` probes are given if nothing else is said.
    package static let defaultEnvironment = [("PATH", standardSearchPath)]

    /// `environment` is that of the programs of `command` probes, which also get `HA_PROBE` with the probe's name, and
    /// `HA_PROBE_DEV`, `HA_PROBE_SOURCE` and `HA_PROBE_MARK` as far as the probe has them.
    ///
    /// - Parameter asksTogether: all questions of one interval are asked at one moment, so that the machine wakes up once for them;
    ///   otherwise they are spread, so that no moment has all.
    package init(
        reactor: Reactor, environment: [(String, String)] = PathProber.defaultEnvironment, asksTogether: Bool = false
    ) {
        self.reactor = reactor
        self.asksTogether = asksTogether
        tools = ProbeTools(reactor: reactor, environment: environment)
    }

    /// Asks these from now on, told apart by their names. One that has not changed goes on as it was; one that is no longer
    /// among them, or has changed, gives no answer any more to what it was asked before.
    ///
    /// The first question of a new one comes within a second.
    package func adopt(_ probes: [PathProbe]) {
        let old = runs
        let now = reactor.now
        runs = [:]
        for probe in probes {
            if let run = old[probe.name], run.probe == probe {
                runs[probe.name] = run
            } else {
                runs[probe.name] = run(probe, at: now)
            }
        }
        for (name, run) in old where runs[name] !== run { run.close() }
        for probe in probes { runs[probe.name]?.open() }
    }

    /// When the last answer to a probe came, and how long it took; `nil` before there was one.
    package func lastAnswer(of probe: String) -> (at: Instant, took: Duration)? { runs[probe]?.answered }

    /// Signs what is said to partners from now on.
    package func signPartnerWords(with keys: AuthenticationKeys?) {
        tools.partnerCodec = keys.map { PartnerCodec($0) }
    }

    /// Something has changed here: tells the partners, so that they ask, and asks them.
    package func tellPartners() {
        for run in runs.values where run.probe.asksPartner { tools.tellPartner(of: run.probe) }
        askPartners()
    }

    /// Asks the partners as soon as possible.
    package func askPartners() {
        for run in runs.values where run.probe.asksPartner { run.askBesides() }
    }

    /// Ends all questions; nothing is told any more. Programs that still run are killed.
    package func close() {
        adopt([])
    }

    /// No command of a probe is running.
    package var isIdle: Bool { tools.scripts.count == 0 }

    /// To be called for every SIGCHLD: a program may have ended. Without it that is noticed up to a quarter of a second later.
    package func childMayHaveExited() {
        tools.scripts.childMayHaveExited()
    }

    private func run(_ probe: PathProbe, at now: Instant) -> ProbeRun {
        started += 1
        let schedule = ProbeSchedule(
            interval: probe.interval, number: asksTogether ? 0 : started - 1, now: now)
        return ProbeRun(probe, schedule, tools) { [weak self] in self?.onAnswer(probe.name, $0) }
    }
}
