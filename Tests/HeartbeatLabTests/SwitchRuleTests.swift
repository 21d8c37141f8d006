// What switches lose, as nftables is told, and the garbage somebody sends, byte by byte.

import Testing

@testable import HeartbeatLab

@Test func `rules become a file that replaces all earlier rules`() {
    #expect(
        SwitchRule.losses([.to(node: 0, .lan), .from(node: 1, .cross), .some(percent: 30, .lan)]).script == """
            add table bridge torture
            delete table bridge torture
            table bridge torture {
              chain arriving { type filter hook prerouting priority 0; policy accept;
                iifname "cross-cluster2" drop
              }
              chain passing { type filter hook forward priority 0; policy accept;
                iifname "lan-cluster1" oifname "lan-cluster2" numgen random mod 100 < 30 drop
                iifname "lan-cluster2" oifname "lan-cluster1" numgen random mod 100 < 30 drop
              }
              chain leaving { type filter hook postrouting priority 0; policy accept;
                oifname "lan-cluster1" drop
              }
            }

            """)
    #expect(!SwitchRule.losses([]).script.contains(" drop"))
    #expect(
        SwitchRule.losses([.heartbeatsBetween(.lan)]).passing == [
            "iifname \"lan-cluster1\" oifname \"lan-cluster2\" ether type ip udp dport 694",
            "iifname \"lan-cluster2\" oifname \"lan-cluster1\" ether type ip udp dport 694",
        ])
}

@Test func `garbage has headers that let it in`() {
    let udp = GarbageDestination.udp(port: 694).frame(holding: [1, 2, 3])
    #expect(udp.count == 14 + 20 + 8 + 3)
    #expect(udp[12..<14].elementsEqual([0x08, 0x00]) && udp[23] == 17)
    #expect(udp[36..<38].elementsEqual([0x02, 0xB6]) && udp.suffix(3).elementsEqual([1, 2, 3]))
    // The sum over a header with its own checksum is all ones.
    #expect(internetChecksum(Array(udp[14..<34])) == 0)
    let vrrp = GarbageDestination.vrrp.frame(holding: [9])
    #expect(vrrp[23] == 112 && vrrp[22] == 255 && vrrp.last == 9)
    #expect(internetChecksum(Array(vrrp[14..<34])) == 0)
}
