// What systemd is told and when, with a service manager that only remembers.

import Foundation
import HeartbeatCore
import HeartbeatHost
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatDaemon

@Suite struct ServiceReportTests {
    /// Remembers what it was told.
    private final class Listener {
        private var said: [String] = []
        var isDeaf = false

        func take(_ text: String) -> Bool {
            if !isDeaf { said.append(text) }
            return !isDeaf
        }

        /// What was said since the last time.
        func take() -> [String] {
            defer { said = [] }
            return said
        }
    }

    private static let error = SystemError(.openSocket, "eth1", code: 1)

    private static func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: 5_000_000_000) + .milliseconds(milliseconds)
    }

    private static func report(
        media: Int = 2, watchdog: Duration? = nil, keepalive: Duration = .seconds(1), isPresent: Bool = true
    ) -> (ServiceReport, Listener) {
        let listener = Listener()
        var configuration = Configuration(
            nodes: [NodeName("gw1"), NodeName("gw2")],
            media: (0..<media).map { .broadcast(interface: "eth\($0)", port: 694) })
        configuration.keepalive = keepalive
        let manager = ServiceManager(watchdogInterval: watchdog, isPresent: isPresent) { listener.take($0) }
        return (ServiceReport(configuration, manager: manager), listener)
    }

    private static func snapshot(
        hold: HoldSet = .all, own: NodeStatus = .active, peer: NodeStatus = .active, up: Int = 2,
        group: ClusterSnapshot.Group.State = .running, ping: NodeStatus = .ping
    ) -> ClusterSnapshot {
        let links = (0..<3).map { ClusterSnapshot.Link(medium: MediumName("eth\($0)"), isUp: $0 < up) }
        return ClusterSnapshot(
            localNode: NodeName("gw1"),
            nodes: [
                ClusterSnapshot.Node(name: NodeName("gw1"), status: own, isPingNode: false, links: links),
                ClusterSnapshot.Node(name: NodeName("gw2"), status: peer, isPingNode: false, links: links),
                ClusterSnapshot.Node(name: NodeName("10.0.0.254"), status: ping, isPingNode: true, links: []),
            ], hold: hold, isInTransition: false,
            groups: [ClusterSnapshot.Group(key: "web", preferredNode: NodeName("gw1"), state: group)])
    }

    // MARK: - Ready

    @Test func readyMeansThatOneMediumIsOpenAndAllHaveAnswered() {
        let (report, listener) = Self.report()
        report.happened(.opened, toMedium: 0)
        #expect(listener.take().isEmpty, "the other has not answered")
        report.happened(.warned(Self.error), toMedium: 1)
        #expect(listener.take().isEmpty, "a warning is no answer")
        report.happened(.failed(Self.error), toMedium: 1)
        #expect(listener.take() == ["READY=1"])
        report.happened(.recovered, toMedium: 1)
        report.happened(.failed(Self.error), toMedium: 0)
        #expect(listener.take().isEmpty, "once is enough")
    }

    @Test func withoutAnyMediumItIsNotReadyButNotKilledEither() {
        let (report, listener) = Self.report()
        for index in 0..<2 { report.happened(.failed(Self.error), toMedium: index) }
        report.update(Self.snapshot(hold: [], own: .up, peer: .initializing, up: 0))
        #expect(
            listener.take() == [
                "STATUS=joining the cluster; node gw2 is not heard yet; 0 of 3 links up; medium eth0 does not work; "
                    + "medium eth1 does not work"
            ])
        for second in 0..<31 { report.statusSent(at: Self.at(second * 1000)) }
        #expect(listener.take() == Array(repeating: "EXTEND_TIMEOUT_USEC=60000000", count: 3))
        report.happened(.recovered, toMedium: 1)
        #expect(listener.take() == ["READY=1"])
        report.statusSent(at: Self.at(60_000))
        #expect(listener.take().isEmpty)
    }

    @Test func whatWasNotTakenIsSaidAgainWithTheNextStatusMessage() {
        let (report, listener) = Self.report(media: 1, watchdog: .seconds(4))
        listener.isDeaf = true
        report.happened(.opened, toMedium: 0)
        report.update(Self.snapshot(up: 1))
        for second in 0..<5 { report.statusSent(at: Self.at(second * 1000)) }
        report.update(Self.snapshot(up: 2))
        listener.isDeaf = false
        report.statusSent(at: Self.at(5100))
        let latest = "STATUS=holds all resources; node gw2 is active; 2 of 3 links up"
        #expect(listener.take() == ["READY=1", "WATCHDOG=1", latest, "WATCHDOG=1"])
    }

    // MARK: - Status

    @Test func theStatusNamesRolePeerAndLinks() {
        let text = serviceStatus(Self.snapshot(), failedMedia: [], isStopping: false)
        #expect(text == "holds all resources; node gw2 is active; 2 of 3 links up")
    }

    @Test(arguments: [
        (snapshot(hold: [], own: .up), "joining the cluster"), (snapshot(hold: []), "holds no resources"),
        (snapshot(hold: .local), "holds local resources"), (snapshot(group: .acquiring), "acquiring web"),
        (snapshot(group: .releasing), "releasing web"), (snapshot(group: .failed), "web failed here"),
        (snapshot(group: .withheld), "web is withheld until the other node has stopped it or agrees"),
        (snapshot(group: .stopFailed), "web cannot be stopped"), (snapshot(peer: .dead), "node gw2 is dead"),
        (snapshot(peer: .up), "node gw2 is joining"), (snapshot(ping: .dead), "ping node 10.0.0.254 is dead"),
        (snapshot(up: 0), "0 of 3 links up"),
    ])
    func theStatusSaysWhatIsNotAtRest(snapshot: ClusterSnapshot, part: String) {
        let parts = serviceStatus(snapshot, failedMedia: [], isStopping: false).components(separatedBy: "; ")
        #expect(parts.contains(part), "\(parts)")
    }

    @Test func theStatusIsToldOnlyWhenItChanges() {
        let (report, listener) = Self.report()
        report.update(Self.snapshot())
        report.update(Self.snapshot())
        #expect(listener.take().count == 1)
        report.update(Self.snapshot(up: 3))
        #expect(listener.take() == ["STATUS=holds all resources; node gw2 is active; 3 of 3 links up"])
    }

    @Test func withoutAServiceManagerNothingIsWorkedOut() {
        let (report, _) = Self.report(isPresent: false)
        report.update(
            {
                Issue.record("asked for a snapshot")
                return Self.snapshot()
            }())
    }

    // MARK: - Watchdog

    @Test func theWatchdogIsFedWithStatusMessagesAndNotTooOften() {
        let (report, listener) = Self.report(media: 1, watchdog: .seconds(4), keepalive: .milliseconds(250))
        report.happened(.opened, toMedium: 0)
        _ = listener.take()
        for step in 0..<40 { report.statusSent(at: Self.at(step * 250)) }
        #expect(listener.take() == Array(repeating: "WATCHDOG=1", count: 10))
        #expect(report.deadline == nil && report.warning == nil, "no timer of its own")
        report.expire(at: Self.at(60_000))
        #expect(listener.take().isEmpty, "a loop that sends nothing feeds nothing")
    }

    @Test func aWatchdogFasterThanTheKeepaliveIsNamedAndFedByTheLoop() throws {
        let (report, listener) = Self.report(media: 1, watchdog: .seconds(4), keepalive: .milliseconds(2001))
        report.happened(.opened, toMedium: 0)
        let warning = try #require(report.warning)
        #expect(warning.contains("4000 ms") && warning.contains("2001 ms") && warning.contains("WatchdogSec"))
        #expect(report.deadline == nil, "not before the first status message")
        report.statusSent(at: Self.at(0))
        _ = listener.take()
        #expect(report.deadline == Self.at(1000))
        report.expire(at: Self.at(999))
        #expect(listener.take().isEmpty)
        report.expire(at: Self.at(1000))
        #expect(listener.take() == ["WATCHDOG=1"])
        #expect(report.deadline == Self.at(2000))
    }

    @Test func withoutWatchdogSecNothingIsFed() {
        let (report, listener) = Self.report(media: 1)
        report.happened(.opened, toMedium: 0)
        _ = listener.take()
        report.statusSent(at: Self.at(0))
        #expect(listener.take().isEmpty && report.deadline == nil)
    }

    // MARK: - Reload and end

    @Test func aReloadIsFramed() {
        let (report, listener) = Self.report(media: 1)
        report.reloading(at: Self.at(0))
        report.reloaded()
        #expect(listener.take().isEmpty, "a reload makes nothing ready that was not")
        report.happened(.opened, toMedium: 0)
        _ = listener.take()
        report.reloading(at: Instant(nanoseconds: 1_234_567_899))
        report.reloaded()
        #expect(listener.take() == ["RELOADING=1\nMONOTONIC_USEC=1234567", "READY=1"])
    }

    @Test func whileItEndsEveryScriptGetsItsTime() {
        let (report, listener) = Self.report(media: 1)
        let action = ResourceAction(
            groupKey: "web", step: ResourceStep([Resource(word: "web", scriptName: "web", arguments: [])]), verb: .stop,
            timeout: .seconds(60), peerIsAbsent: false)
        report.happened(.opened, toMedium: 0)
        _ = listener.take()
        report.performing(action)
        #expect(listener.take().isEmpty)
        report.stopping()
        report.stopping()
        report.performing(action)
        report.update(Self.snapshot(group: .releasing))
        report.reloading(at: Self.at(0))
        report.reloaded()
        #expect(
            listener.take() == [
                "STOPPING=1", "EXTEND_TIMEOUT_USEC=105000000", "EXTEND_TIMEOUT_USEC=105000000",
                "STATUS=stopping; holds all resources; releasing web; node gw2 is active; 2 of 3 links up",
            ])
    }
}
