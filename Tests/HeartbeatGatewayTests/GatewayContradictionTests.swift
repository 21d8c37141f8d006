// What is told of a host whose file is another one.

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayContradictionTests {
    /// As if the hosts stood in the lines 2, 3 and 4.
    private static func told(of sender: GatewayHost, spread: UInt16 = 0) -> [String] {
        var configuration = GatewayRig.configuration()
        configuration.spread = spread
        return configuration.contradictions(of: sender) { name in
            "gateway.cf:\((configuration.hosts.firstIndex { $0.name == name } ?? -2) + 2)"
        }
    }

    @Test func `whoever is as the file says contradicts nothing`() {
        for host in GatewayRig.hosts { #expect(Self.told(of: host).isEmpty) }
    }

    @Test func `another priority is told with both numbers, and with whom it is shared`() {
        #expect(
            Self.told(of: GatewayRig.host("gwb", 25, 3)) == [
                "gwb says that its priority is 25, and gateway.cf:3 says 20: use the same file on all hosts"
            ])
        #expect(
            Self.told(of: GatewayRig.host("gwb", 10, 3)) == [
                "gwb says that its priority is 10, and gateway.cf:3 says 20: use the same file on all hosts",
                "gwb says that its priority is 10, which is that of gwc (gateway.cf:4), so that neither is the better one: use the "
                    + "same file on all hosts",
            ])
    }

    @Test func `a host that serves something else, or is not well, counts less than its file says`() {
        #expect(Self.told(of: GatewayRig.host("gwb", 1, 3)).isEmpty)
        for priority: UInt16 in [15, 10, 5, 1] {
            #expect(Self.told(of: GatewayRig.host("gwb", priority, 3), spread: 5).isEmpty)
        }
        for priority: UInt16 in [25, 12] {
            #expect(!Self.told(of: GatewayRig.host("gwb", priority, 3), spread: 5).isEmpty)
        }
    }

    @Test func `other addresses are told with those of the file`() {
        #expect(
            Self.told(of: GatewayRig.host("gwc", 10, 9)) == [
                "gwc says that its addresses are 10.0.0.9 and 203.0.113.9, and gateway.cf:4 says 10.0.0.4 and 203.0.113.4: use the "
                    + "same file on all hosts"
            ])
    }

    @Test func `a host that no line names is told with the line that is missing`() {
        #expect(
            Self.told(of: GatewayRig.host("gwd", 5, 5)) == [
                "gwd is in no host line of this host's file, and takes part all the same; write \"host gwd 10.0.0.5 203.0.113.5 "
                    + "priority=5\", or remove it there"
            ])
        #expect(
            Self.told(of: GatewayRig.host("gwd", 20, 5)).last
                == "gwd says that its priority is 20, which is that of gwb (gateway.cf:3), so that neither is the better one: use "
                + "the same file on all hosts")
    }
}
