// The laboratory of a gateway service, part by part: what its kernel tells, who had what, what switches lose, and which file hosts get.

import HeartbeatModel
import Testing

@testable import HeartbeatLab

private func moment(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

/// What was seen of hosts, each with its time in milliseconds.
private func history(_ sightings: [(Int64, host: Int, HostNews)]) -> HostHistory {
    HostHistory(sightings.map { HostSighting(host: $0.host, at: moment($0.0), news: $0.2) })
}

private let first = GatewayNetwork.first

@Suite struct HostNewsTests {
    /// A netlink message: header, what follows it, and one attribute.
    private func message(_ type: UInt16, _ body: [UInt8], attribute: UInt16, _ value: [UInt8]) -> [UInt8] {
        func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        let rest = body + bytes(UInt16(4 + value.count)) + bytes(attribute) + value + padding
        return bytes(UInt32(16 + rest.count)) + bytes(type) + [UInt8](repeating: 0, count: 10) + rest
    }

    private func link(_ name: String, flags: UInt32, family: UInt8 = 0) -> [UInt8] {
        let body = [family, 0, 0, 0, 2, 0, 0, 0] + withUnsafeBytes(of: flags) { Array($0) } + [0, 0, 0, 0]
        return message(16, body, attribute: 3, Array(name.utf8) + [0])
    }

    private func address(_ type: UInt16, _ bytes: [UInt8], family: UInt8 = 2) -> [UInt8] {
        message(type, [family, 24, 0, 0, 2, 0, 0, 0], attribute: 2, bytes)
    }

    @Test func `messages are read one after another`() {
        let all =
            link("up0", flags: 0x1043) + link("up0", flags: 0x1002) + address(20, [10, 0, 0, 1])
            + address(21, [10, 0, 0, 1])
        #expect(
            HostNews.all(in: all) == [
                .link("up0", isUp: true, hasCarrier: true), .link("up0", isUp: false, hasCarrier: false),
                .address("10.0.0.1", isThere: true), .address("10.0.0.1", isThere: false),
            ])
    }

    @Test func `what is about something else, or cut short, is left out`() {
        let six = address(20, [UInt8](repeating: 1, count: 16), family: 10)
        #expect(HostNews.all(in: link("up0", flags: 1, family: 7) + six + message(24, [], attribute: 1, [1])).isEmpty)
        let whole = link("down0", flags: 0x43)
        for count in 0..<whole.count { #expect(HostNews.all(in: Array(whole[..<count])).isEmpty) }
        #expect(HostNews.all(in: [0, 0, 0, 0] + whole.dropFirst(4)).isEmpty)
    }
}

@Suite struct HostHistoryTests {
    private let roving = first.roving(on: .down)

    @Test func `an address is held from its coming to its going, and by nobody without power`() {
        let seen = history([
            (10, host: 0, .address(roving, isThere: true)), (20, host: 1, .address(roving, isThere: true)),
            (25, host: 1, .address("10.0.0.3", isThere: true)), (30, host: 0, .power(false)),
            // What a dying program still does reaches nobody.
            (31, host: 0, .address(roving, isThere: true)), (40, host: 1, .address(roving, isThere: false)),
        ])
        #expect(
            seen.holders(of: roving) == [
                .init(at: moment(10), hosts: [0]), .init(at: moment(20), hosts: [0, 1]),
                .init(at: moment(30), hosts: [1]), .init(at: moment(40), hosts: []),
            ])
        #expect(seen.longestShared(roving, from: moment(0), to: moment(100)) == .milliseconds(10))
        #expect(seen.longestShared(roving, from: moment(24), to: moment(27)) == .milliseconds(3))
        #expect(seen.longestShared(roving, from: moment(30), to: moment(100)) == .zero)
        #expect(seen.holdersNow(of: roving).isEmpty)
    }

    @Test func `two that have it until the end have it until then`() {
        let seen = history([0, 1].map { (Int64($0), host: $0, .address(roving, isThere: true)) })
        #expect(seen.longestShared(roving, from: moment(0), to: moment(501)) == .milliseconds(500))
    }

    @Test func `a deed of the laboratory counts at its time, though it is noted later`() {
        let seen = history([(20, host: 1, .address(roving, isThere: true)), (10, host: 1, .power(false))])
        #expect(seen.holders(of: roving).isEmpty)
    }

    @Test func `a pair that is torn apart is a problem like one that is there twice`() {
        let up = first.roving(on: .up)
        let seen = history([
            (5, host: 0, .address(roving, isThere: true)), (6, host: 0, .address(up, isThere: true)),
            (10, host: 0, .address(roving, isThere: false)), (12, host: 1, .address(roving, isThere: true)),
            (15, host: 0, .address(up, isThere: false)),
        ])
        let names = { GatewayPlace.host($0).name }
        #expect(seen.problems(with: first, names: names, since: moment(0)) == ["12 ms: down: gwb, up: gwa"])
        #expect(seen.problems(with: first, names: names, since: moment(13)).isEmpty)
        #expect(seen.problems(with: .second, names: names, since: moment(0)).isEmpty)
    }

    @Test func `an interface rises each time it is switched on`() {
        let seen = history([
            (1, host: 0, .link("up0", isUp: false, hasCarrier: false)),
            (2, host: 0, .link("up0", isUp: true, hasCarrier: false)),
            (3, host: 0, .link("up0", isUp: true, hasCarrier: true)),
            (4, host: 1, .link("up0", isUp: false, hasCarrier: false)),
            (5, host: 0, .link("up0", isUp: false, hasCarrier: false)),
            (6, host: 0, .link("down0", isUp: true, hasCarrier: true)),
        ])
        #expect(seen.rises(of: "up0", on: 0, since: moment(0)) == [moment(2)])
        #expect(seen.rises(of: "up0", on: 0, since: moment(3)).isEmpty)
        #expect(seen.rises(of: "up0", on: 1, since: moment(0)).isEmpty)
        #expect(!seen.isUp("up0", on: 0) && seen.isUp("down0", on: 0) && !seen.isUp("up1", on: 0))
        #expect(seen.first(0, since: moment(3)) { $0 == .link("up0", isUp: false, hasCarrier: false) } == moment(5))
    }
}

@Suite struct GatewayTextTests {
    @Test func `what is lost between hosts is told to nftables by their ports`() {
        let losses = HostLoss.losses([
            .cable(.host(1), .up), .between([.host(0)], [.host(1), .client], .down), .words(from: .host(2), .down),
        ])
        #expect(
            losses
                == FrameLosses(
                    arriving: [
                        #"iifname { "up0-gwb", "up1-gwb" }"#, #"iifname { "down0-gwc" } udp dport 6942"#,
                    ],
                    passing: [
                        #"iifname { "down0-gwa" } oifname { "down0-gwb", "down0-client" }"#,
                        #"iifname { "down0-gwb", "down0-client" } oifname { "down0-gwa" }"#,
                    ], leaving: [#"oifname { "up0-gwb", "up1-gwb" }"#]))
    }

    @Test func `a service is a block of the file, and the second one has other networks`() {
        let service = GatewayService(hosts: [0, 1], pace: .unsaid, further: ["uplink addresses"])
        #expect(
            service.text == """
                gateway fw down=down0 up=up0 roving=10.0.0.1/24,203.0.113.1/28
                host gwa 10.0.0.2 203.0.113.2 priority=100
                host gwb 10.0.0.3 203.0.113.3 priority=90
                next_hop 203.0.113.6
                witness 10.0.0.20
                service fw-worker
                uplink addresses

                """)
        let other = GatewayService(name: "vpn", network: .second, hosts: [4, 0]).text
        #expect(other.hasPrefix("gateway vpn down=down0 up=up1 roving=10.0.1.1/24,198.51.100.1/28\n"))
        #expect(
            other.contains("host gwe 10.0.1.7 198.51.100.7 priority=100\nhost gwa 10.0.1.2 198.51.100.2 priority=90\n"))
        #expect(other.contains("next_hop 198.51.100.6\nwitness 10.0.1.20\ndefault_route no\nself_check 500ms\n"))
    }

    @Test func `a call of a script has the time of our clock`() {
        let call = ScriptCall(line: "12345.67 gwa fw-worker stop", asleep: .milliseconds(70))
        #expect(
            call == ScriptCall(at: moment(12_345_600), ScriptRecord(node: "gwa", script: "fw-worker", verb: "stop")))
        #expect(ScriptCall(line: "12345.67 gwa fw-worker") == nil && ScriptCall(line: "now gwa fw-worker stop") == nil)
    }

    @Test func `a datagram of a gateway service is known by its first bytes`() {
        let ethernet = [UInt8](repeating: 2, count: 12) + [0x08, 0x00]
        let ip: [UInt8] = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 3, 10, 0, 0, 1]
        let udp: [UInt8] = [0x1B, 0x1E, 0x1B, 0x1E, 0, 13, 0xAB, 0xCD]
        let frame = ethernet + ip + udp + Array("GWY".utf8) + [1, 5]
        let datagram = GatewayDatagram(frame, at: moment(7))
        #expect(datagram?.kind == .downstreamTakeoverDeny)
        #expect(datagram?.sender == "10.0.0.3" && datagram?.receiver == "10.0.0.1")
        #expect(datagram?.frame[40..<42].elementsEqual([0, 0]) == true)
        #expect(GatewayDatagram(ethernet + ip + udp + Array("GWY".utf8) + [1, 9], at: moment(7)) == nil)
        for count in 0..<frame.count { #expect(GatewayDatagram(Array(frame[..<count]), at: moment(7)) == nil) }
    }
}
