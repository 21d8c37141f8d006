// The times of a gateway service, and which of them contradict each other.

import HeartbeatGateway
import HeartbeatModel
import Testing

@Suite struct GatewayConfigurationTests {
    private let standard = GatewayRig.configuration()

    @Test func `the defaults contradict nothing`() {
        #expect(standard.problems.isEmpty)
        #expect(standard.longestCheck == .seconds(7))
        #expect(standard.initPatience == .seconds(12))
        #expect(standard.port == 6942)
    }

    @Test(arguments: [(2999, true), (3000, true), (3001, false)])
    func `SVC_CHECK_REPLY is waited for longer than localSvcCheck may take`(time: Int64, isWrong: Bool) {
        var configuration = standard
        configuration.replyTimeout = .milliseconds(time)
        #expect(configuration.problems.isEmpty != isWrong)
        guard isWrong else { return }
        #expect(configuration.problems == [.replyTooShort(.milliseconds(time), localSvcCheck: .seconds(3))])
    }

    @Test func `a veto is waited for longer than the three checks may take`() throws {
        var configuration = standard
        configuration.timeouts = [.downlinkCheck: .seconds(4), .uplinkCheck: .seconds(1)]
        #expect(configuration.problems == [.denyTooShort(.seconds(8), checks: .seconds(8))])
        #expect(
            configuration.problems.first?.description
                == "deny_timeout (8.0 s) must be longer than downlinkCheck, uplinkCheck and localSvcCheck may take together "
                + "(8.0 s)")
        configuration.timeouts[.uplinkCheck] = .milliseconds(999)
        #expect(configuration.problems.isEmpty)
    }

    @Test func `backups look no more often than the host in service looks after itself`() {
        var configuration = standard
        configuration.selfCheck = .seconds(10)
        #expect(configuration.problems.isEmpty)
        configuration.selfCheck = .seconds(11)
        configuration.serviceChecks = ["gwb": .seconds(12), "gwc": .seconds(2)]
        #expect(
            configuration.problems == [
                .serviceCheckTooShort(host: nil, .seconds(10), selfCheck: .seconds(11)),
                .serviceCheckTooShort(host: "gwc", .seconds(2), selfCheck: .seconds(11)),
            ])
        #expect(
            configuration.problems.last?.description
                == "svc_check of gwc (2.0 s) must not be shorter than self_check (11.0 s)")
    }

    @Test func `each rank looks a quarter less often than the one before`() {
        #expect((0..<3).map { standard.serviceCheck(of: "gwb", rank: $0) } == [10, 12.5, 15].map { .seconds($0) })
        var configuration = standard
        configuration.serviceChecks = ["gwb": .seconds(11)]
        #expect(configuration.serviceCheck(of: "gwb", rank: 2) == .seconds(11))
    }

    @Test func `the procedures are the twelve of the paper`() {
        #expect(
            GatewayProcedure.allCases.map(\.rawValue) == [
                "downlinkCheck", "uplinkCheck", "remoteSvcCheck", "localSvcCheck", "activateUplink", "deactivateUplink",
                "activateService", "deactivateService", "takeoverDownstream", "releaseDownstream", "takeoverUpstream",
                "releaseUpstream",
            ])
    }
}
