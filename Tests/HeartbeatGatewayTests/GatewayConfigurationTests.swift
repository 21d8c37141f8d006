// The times of a gateway service, and which of them contradict each other.

import HeartbeatGateway
import HeartbeatModel
import Testing

@Suite struct GatewayConfigurationTests {
    private let standard = GatewayRig.configuration()

    @Test func `the defaults contradict nothing`() {
        let defaults = GatewayConfiguration(name: "fw", down: standard.down, up: standard.up, hosts: standard.hosts)
        #expect(defaults.problems.isEmpty && standard.problems.isEmpty)
        #expect(defaults.selfCheck == .seconds(1) && defaults.serviceCheck == .seconds(1))
        #expect(defaults.longestCheck == .seconds(4) && standard.longestCheck == .seconds(7))
        #expect(defaults.initPatience == .seconds(12) && defaults.returnAfter == .seconds(24))
        #expect(defaults.hearTimeout == .milliseconds(500))
        #expect(defaults.port == 6942)
    }

    /// The reader of the configuration does not know the table and the packets.
    @Test func `as many hosts are configured as a table has room for, with names that fit into packets`() {
        #expect(GatewayConfiguration.mostHosts == StatusTable.mostHosts)
        #expect(GatewayConfiguration.longestName == GatewayCodec.longestName)
    }

    @Test(arguments: [(2999, true), (3000, true), (3001, false)])
    func `SVC_CHECK_REPLY is waited for longer than localSvcCheck may take`(time: Int64, isWrong: Bool) {
        var configuration = standard
        configuration.replyTimeout = .milliseconds(time)
        #expect(configuration.problems.isEmpty != isWrong)
        guard isWrong else { return }
        #expect(configuration.problems == [.replyTooShort(.milliseconds(time), localSvcCheck: .seconds(3))])
    }

    @Test func `a veto is waited for longer than the three checks may take, and it is on its way`() throws {
        var configuration = standard
        configuration.timeouts = [.downlinkCheck: .seconds(4), .uplinkCheck: .seconds(1)]
        #expect(configuration.problems == [.denyTooShort(.seconds(8), checks: .seconds(8))])
        #expect(
            configuration.problems.first?.description
                == "deny_timeout (8.0 s) must be 0.1 s longer than downlinkCheck, uplinkCheck and localSvcCheck may take "
                + "together (8.0 s)")
        configuration.timeouts[.uplinkCheck] = .milliseconds(901)
        #expect(configuration.problems.count == 1)
        configuration.timeouts[.uplinkCheck] = .milliseconds(900)
        #expect(configuration.problems.isEmpty)
    }

    @Test(arguments: [(99, 1), (100, 0), (7999, 0), (8000, 1)] as [(Int64, Int)])
    func `a word of the host in service is waited for long enough to come, and not as long as a veto`(
        time: Int64, count: Int
    ) {
        var configuration = standard
        configuration.hearTimeout = .milliseconds(time)
        #expect(configuration.problems.count == count)
        guard let problem = configuration.problems.first else { return }
        #expect(
            problem.description
                == (time < 100
                    ? "hear_timeout (0.099 s) must be at least 0.1 s, because five announcements go into it"
                    : "hear_timeout (8.0 s) must be shorter than deny_timeout (8.0 s)"))
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

    @Test func `a backup looks no more often than one of higher priority`() {
        var configuration = standard
        configuration.hosts = [GatewayRig.host("gwd", 5, 5)] + GatewayRig.hosts
        // The best host is no backup while it serves.
        configuration.serviceChecks = ["gwa": .seconds(60), "gwb": .seconds(12.5), "gwd": .seconds(12.5)]
        #expect(configuration.problems.isEmpty)
        configuration.serviceChecks = ["gwb": .seconds(11), "gwd": .seconds(10)]
        #expect(
            configuration.problems == [
                .serviceCheckOutOfOrder(host: "gwd", .seconds(10), better: "gwc", betterTime: .seconds(12.5))
            ])
        configuration.serviceChecks = ["gwb": .seconds(13)]
        #expect(
            configuration.problems.map(\.description) == [
                "svc_check of gwc (12.5 s) must not be shorter than that of gwb (13.0 s), whose priority is higher"
            ])
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
