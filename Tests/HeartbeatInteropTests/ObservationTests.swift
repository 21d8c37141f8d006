// What both programs print, read into values under the same names.

import Testing

@testable import HeartbeatInterop

@Test func `the original's print-out gives values, nodes, media and error messages`() {
    let output = """
        #	Linux-HA heartbeat configuration (on nodea)
        keepalive	250ms	#	keepalive time
        logfacility	none	#	syslog log facility
        node 10.0.0.9	#	 current status: init
        node nodea	#	 current status: init
        node nodeb	#	 current status: init
        # UDP/IP broadcast heartbeat channel -------------
        bcast eth0
        ping 10.0.0.9
        """
    let errors = """
        Nov 21 09:59:33 nodea heartbeat: [29]: WARN: Core dumps could be lost.
        Nov 21 09:59:33 nodea heartbeat: [29]: ERROR: Illegal realtime priority [500]
        heartbeat: invalid port [0] specified.
        """
    let text = OriginalText(output: output, errors: errors)
    #expect(
        text.values == [
            "keepalive": "250ms", "logfacility": "none", "nodes": "nodea nodeb", "media": "bcast eth0, ping 10.0.0.9",
        ])
    #expect(text.messages == ["Illegal realtime priority [500]", "heartbeat: invalid port [0] specified."])
}

@Test func `our print-out and our defaults give the same values`() {
    let print = """
        # /etc/ha.d/ha.cf, read by node nodea
        keepalive 250ms
        start_timeout 60000ms

        udpport 694
        bcast eth0
        ucast eth1 10.0.0.2
        ping 10.0.0.9
        node nodea nodeb
        env SITE=vienna
        # /etc/ha.d/haresources
        nodea 10.0.0.1 udpport
        # /etc/ha.d/authkeys
        auth 1
        """
    let text = OwnText(print: print, defaults: "hopfudge    1\nlogfile   -\nmemreserve  6500 (no effect)\n")
    #expect(
        text.values == [
            "keepalive": "250ms", "udpport": "694", "hopfudge": "1", "memreserve": "6500", "nodes": "nodea nodeb",
            "media": "bcast eth0, ping 10.0.0.9, ucast eth1",
        ])
}

@Test func `our diagnostics give places`() {
    let text = """
        /etc/ha.d/ha.cf:3: warning: no value
        /etc/ha.d/ha.cf:5: keepalive: "soon" is not a time
        /etc/ha.d/authkeys: cannot be read: Permission denied
        Configuration is valid
        """
    let diagnostics = OwnDiagnostics(text, directory: "/etc/ha.d")
    #expect(diagnostics.errors == ["ha.cf:5", "authkeys"] && diagnostics.warnings == ["ha.cf:3"])
    #expect(diagnostics.messages.first == "ha.cf:5: keepalive: \"soon\" is not a time")
}

@Suite struct FrameTests {
    /// An Ethernet frame with a UDP datagram of IPv4.
    private static func frame(_ text: String, to address: [UInt8], port: UInt16, ttl: UInt8 = 64) -> [UInt8] {
        let payload = Array(text.utf8)
        let length = UInt16(payload.count + 8)
        return [UInt8](repeating: 0, count: 12) + [0x08, 0x00]
            + [0x45, 0, 0, 0, 0, 0, 0, 0, ttl, 17, 0, 0, 10, 77, 0, 1] + address
            + [0xC0, 0, UInt8(port >> 8), UInt8(port & 0xFF), UInt8(length >> 8), UInt8(length & 0xFF), 0, 0] + payload
    }

    private static let message = "###\n13:(0)src=nodea,%%%\n"

    @Test func `a broadcast message shows its path, a group's also its ttl`() {
        let broadcast = Witness.message(in: Self.frame(Self.message, to: [10, 77, 0, 255], port: 694), on: "eth0")
        #expect(broadcast == SentMessage(path: "eth0 10.77.0.255:694", bytes: Array(Self.message.utf8)))
        let group = Witness.message(in: Self.frame(Self.message, to: [225, 0, 0, 1], port: 695, ttl: 2), on: "eth1")
        #expect(group?.path == "eth1 225.0.0.1:695 ttl 2")
    }

    @Test func `an IPv6 message shows its path`() {
        let payload = Array(Self.message.utf8)
        var packet: [UInt8] = [0x60, 0, 0, 0, 0, UInt8(payload.count + 8), 17, 3] + [UInt8](repeating: 0, count: 16)
        packet += [0xFF, 0x12] + [UInt8](repeating: 0, count: 12) + [6, 0x94]
        packet += [0xC0, 0, 0x02, 0xB6, 0, UInt8(payload.count + 8), 0, 0]
        let frame = [UInt8](repeating: 0, count: 12) + [0x86, 0xDD] + packet + payload
        #expect(Witness.message(in: frame, on: "eth0")?.path == "eth0 [ff12:0:0:0:0:0:0:694]:694 ttl 3")
    }

    @Test func `other traffic and frames that are cut short are nobody's message`() {
        let frame = Self.frame(Self.message, to: [10, 77, 0, 255], port: 694)
        for count in 0...frame.count - 1 {
            let message = Witness.message(in: Array(frame.prefix(count)), on: "eth0")
            #expect((message?.bytes.count ?? 0) < Self.message.utf8.count)
        }
        #expect(Witness.message(in: Self.frame("GET / HTTP/1.1", to: [10, 77, 0, 2], port: 694), on: "eth0") == nil)
    }
}
