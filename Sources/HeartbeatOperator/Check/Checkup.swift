// A check of this machine: its files, as `heartbeat -t` reads them, the machine itself, and what the daemon knows of the other node's
// files. Each is looked at on its own, so that what is wrong with one does not hide the others.

import Glibc
import HeartbeatCheck
import HeartbeatConfig
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

package struct Checkup: Sendable {
    private let places: Places
    private let loader: ConfigurationLoader

    /// `share`: what came with the program; `nil`: looked for from the program's own place.
    package init(_ places: Places, share: String? = nil) {
        self.places = places
        loader = ConfigurationLoader(paths: DaemonPaths(places, share: share), node: nil)
    }

    /// Takes as long as the daemon takes to answer, and some tenths of a second for the neighbours; `isLive`: two keepalives and three
    /// seconds at most.
    package func report(isLive: Bool = false) -> CheckReport {
        let watch = isLive ? LiveWatch(places) : nil
        let check = ConfigurationCheck(loader)
        let configuration = check.result.configuration ?? loader.forTest.withoutKeys(check.result.diagnostics)
        let facts = MachineReader(paths: loader.paths, configuration: configuration).facts()
        let live = watch?.finding(by: configuration)
        let source = live?.source ?? Asking(places).source()
        let agreement = Agreement(PairStatus(source, of: places.node, asked: WallClock.unixMilliseconds))
        let files = FileFindings(check, requiresLease: configuration?.lease == .required) {
            access($0, F_OK) != 0 && errno == ENOENT
        }
        return CheckReport(
            node: loader.localNode, asked: WallClock.unixMilliseconds, daemonRuns: facts.daemon == nil ? .no : .yes,
            agreement: agreement,
            findings: files.findings + MachineCheck(facts, for: configuration).findings + agreement.findings,
            live: live?.check)
    }
}
