// The files the peers are measured with, word by word, and the times that settings become.

import Foundation
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

@Test func `heartbeat and its successor have the same literal files`() {
    let files = HeartbeatConfiguration(
        keepalive: .milliseconds(250), deadtime: .seconds(1), addresses: ServiceAddress.first(3),
        logFile: "/var/log/ha-log",
        addressesPerLine: 2)
    #expect(
        files.haCf == """
            logfile /var/log/ha-log
            logfacility none
            keepalive 250ms
            deadtime 1000ms
            warntime 500ms
            initdead 5000ms
            udpport 694
            bcast eth0
            bcast eth1
            auto_failback on
            node cluster1 cluster2

            """)
    #expect(
        files.haresources == """
            cluster1 IPaddr::10.88.1.1/16/eth0 IPaddr::10.88.1.2/16/eth0
            cluster1 IPaddr::10.88.1.3/16/eth0

            """)
    #expect(files.authkeys == "auth 1\n1 sha1 bench\n")
}

@Test func `keepalived is configured by role and advertises no more than fits a packet`() {
    let peer = KeepalivedPeer(.oneSecond)
    #expect(
        peer.configuration(ofNode: 0, addresses: ServiceAddress.first(1)) == """
            global_defs {
                router_id cluster1
                vrrp_version 3
            }
            vrrp_instance bench {
                state MASTER
                interface eth0
                virtual_router_id 51
                priority 150
                advert_int 0.280
                virtual_ipaddress {
                    10.88.1.1/16 dev eth0
                }
            }

            """)
    let many = peer.configuration(ofNode: 1, addresses: ServiceAddress.first(21))
    #expect(many.contains("state BACKUP\n") && many.contains("priority 100\n"))
    let parts = many.components(separatedBy: "virtual_ipaddress_excluded {\n")
    #expect(parts.count == 2)
    #expect(parts[0].components(separatedBy: "dev eth0").count == 21)
    #expect(parts[1].hasPrefix("        10.88.1.21/16 dev eth0\n    }\n"))
}

@Test func `in a campaign each address is a group of its own and the first has a script`() {
    let files = HeartbeatConfiguration(
        keepalive: .milliseconds(250), deadtime: .seconds(1), addresses: ServiceAddress.first(2), logFile: "/log",
        addressesPerLine: 1, script: ServiceLayout.script)
    #expect(
        files.haresources == """
            cluster1 IPaddr::10.88.1.1/16/eth0 worker
            cluster1 IPaddr::10.88.1.2/16/eth0

            """)
    let peer = KeepalivedPeer(.oneSecond, layout: .each)
    let parts = peer.configuration(ofNode: 1, addresses: ServiceAddress.first(2)).components(
        separatedBy: "vrrp_instance ")
    #expect(parts.count == 3)
    #expect(parts[1].contains("virtual_router_id 51\n") && parts[1].contains("10.88.1.1/16 dev eth0"))
    #expect(parts[2].hasPrefix("bench2 {") && parts[2].contains("virtual_router_id 52\n"))
    #expect(parts[2].contains("10.88.1.2/16 dev eth0") && !parts[2].contains("10.88.1.1/16"))
}

@Test func `where the client's network carries no heartbeats they go over the second link alone`() {
    var files = HeartbeatConfiguration(
        keepalive: .milliseconds(250), deadtime: .seconds(1), addresses: ServiceAddress.first(1), logFile: "/log",
        addressesPerLine: 1)
    #expect(files.haCf.contains("bcast eth0\nbcast eth1\n"))
    files.media = .secondLink
    #expect(files.haCf.contains("udpport 694\nbcast eth1\nauto_failback on\n"))
    let text = KeepalivedPeer(.oneSecond, media: .secondLink).configuration(
        ofNode: 0, addresses: ServiceAddress.first(1))
    #expect(text.contains("    interface eth1\n") && text.contains("10.88.1.1/16 dev eth0\n"))
}

@Test func `ours has no setting of its own, and its variants have these lines`() {
    func lines(_ variant: OurPeer.Variant) -> String { OurPeer(.oneSecond, variant, programs: "").further }
    #expect(lines(.ours) == "")
    #expect(lines(.eager) == "link eth0 debounce=0\n")
    #expect(lines(.asking) == "quick_death on\nreference 10.88.0.9\n")
    #expect(lines(.cable) == "link eth1 heartbeat cable\nreference 10.88.0.9\n")
    #expect(lines(.unleased) == "lease off\n")
    #expect(lines(.unasking) == "veto off\n")
    #expect(
        lines(.probing) == "probe lan dev=eth0 interval=250ms timeout=250ms fall=3 rise=4 arp 10.88.0.9\n")
    #expect(lines(.watching).hasPrefix("link w0 optional\nprobe p0 icmp 10.88.0.9\nlink w1 optional\n"))
    #expect(lines(.watching).components(separatedBy: "\n").count == 201)
}

@Test func `every peer is called as it is asked for`() {
    for name in PeerName.allCases { #expect(name.peer(.oneSecond, programs: "").name == name.rawValue) }
}

@Test func `a pair is left alone for longer where its keepalives are rare`() {
    #expect(OurPeer(.oneSecond, programs: "").rest == .seconds(3))
    #expect(OurPeer(.thirtySeconds, programs: "").rest == .seconds(6))
}

@Test(arguments: [
    (DetectionSetting.oneSecond, 280.0, 1010.625), (.tight, 10, 36.093), (.tenSeconds, 2770, 9997.968),
    (.explicit(keepalive: .milliseconds(100), deadtime: .milliseconds(500)), 140, 505.312),
    (.explicit(keepalive: .milliseconds(1), deadtime: .milliseconds(3)), 10, 36.093),
])
func `keepalived comes as near to a deadtime as its intervals allow`(
    setting: DetectionSetting, keepalive: Double, deadtime: Double
) {
    let peer = KeepalivedPeer(setting)
    #expect(peer.keepalive.inMilliseconds == keepalive)
    #expect(peer.deadtime.inMilliseconds == deadtime)
}

@Test(arguments: [
    ("1s", DetectionSetting.oneSecond), ("tight", .tight), ("10s", .tenSeconds), ("30s", .thirtySeconds),
    ("100/500", .explicit(keepalive: .milliseconds(100), deadtime: .milliseconds(500))),
    ("10/21", .explicit(keepalive: .milliseconds(10), deadtime: .milliseconds(21))),
])
func `a setting is read and prints as it was written`(text: String, expected: DetectionSetting) {
    #expect(DetectionSetting(text) == expected)
    #expect(expected.description == text)
}

@Test(arguments: ["", "2s", "100", "100/", "/500", "100/200", "0/10", "a/b", "1/2/3", "-1/5", "10/3600001"])
func `what is no setting is refused`(text: String) {
    #expect(DetectionSetting(text) == nil)
}

@Test func `all times of a setting reach the peers that can have them`() {
    let wanted = DetectionSetting.explicit(keepalive: .milliseconds(50), deadtime: .milliseconds(200))
    for name in [PeerName.ours, .heartbeat, .floor] {
        let peer = name.peer(wanted, programs: "/nowhere")
        #expect(peer.name == name.rawValue)
        #expect(peer.keepalive == .milliseconds(50))
        #expect(peer.deadtime == .milliseconds(200))
    }
    #expect(OurPeer(.tight, programs: "").deadtime == .milliseconds(30))
    #expect(OurPeer(.tenSeconds, programs: "").keepalive == .seconds(1))
    #expect(OriginalPeer(.thirtySeconds).deadtime == .seconds(30))
    #expect(OriginalPeer(.tight).deadtime == .milliseconds(100))
}

@Test func `what is missing is told with its package`() {
    #expect(
        FloorPeer(.tight, programs: "/nowhere").missing == ["/nowhere/hbfloor is not built"])
    #expect(
        OurPeer(.tight, programs: "/nowhere").missing
            == ["/nowhere/heartbeat is not built", "/nowhere/hb_standby is not built"])
    #expect(
        OriginalPeer(.tight).requirements.map(\.package) == ["heartbeat", "heartbeat", "heartbeat", "resource-agents"])
}

@Test func `service addresses are different and leave the nodes and the client theirs`() {
    let addresses = ServiceAddress.first(ServiceAddress.limit).map(\.text)
    #expect(Set(addresses).count == ServiceAddress.limit)
    #expect(addresses[0] == "10.88.1.1" && addresses[250] == "10.88.2.1")
    #expect(addresses.allSatisfy { ipv4Bytes($0) != nil && !$0.hasPrefix("10.88.0.") })
}

@Test func `the floor's own times are those of its last takeover`() {
    let console = """
        floor: 1 addresses, added 5 us, announced 6 us
        hbfloor: mlockall: Cannot allocate memory
        floor: 100 addresses, added 1250 us, announced 3100 us

        """
    #expect(FloorPeer.ownFigures(console: console) == [Figure.ownAdded: 1.25, Figure.ownAnnounced: 3.1])
    #expect(FloorPeer.ownFigures(console: "floor: nothing\n") == [:])
    #expect(FloorPeer.ownFigures(console: "") == [:])
}
