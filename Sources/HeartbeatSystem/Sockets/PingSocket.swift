// The socket echo requests leave by and replies come back to: raw where allowed, else the kernel's ping socket (icmp(7),
// net.ipv4.ping_group_range). It refuses to know who is asked and when.

import CLinux
import Glibc
import HeartbeatFormats

package struct PingSocket {
    package let descriptor: OwnedDescriptor
    package let isIPv6: Bool
    /// A raw socket sees the replies to every program; a ping socket only its own, under an identifier the kernel chose.
    package let isRaw: Bool

    package init(isIPv6: Bool, for object: String) throws(SystemError) {
        self.isIPv6 = isIPv6
        let family = isIPv6 ? AF_INET6 : AF_INET
        let number = Int32(isIPv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)
        var socket: OwnedDescriptor
        var raw = true
        do throws(SystemError) {
            socket = try .socket(family: family, type: SOCK_RAW, protocol: number, for: object)
        } catch {
            guard error.code == EPERM || error.code == EACCES else { throw error }
            socket = try .socket(family: family, type: SOCK_DGRAM, protocol: number, for: object)
            raw = false
        }
        descriptor = socket
        isRaw = raw
        if isRaw {
            let filtered = isIPv6 ? clinux_icmp6_replies_only(socket.number) : clinux_icmp_replies_only(socket.number)
            try check(filtered, .setUp, object)
        }
    }

    /// A raw socket is given a copy of every reply to everybody; from now on those with another identifier are dropped.
    package func hearOnly(_ identifier: UInt16) {
        guard isRaw else { return }
        let test: PacketFilter.Test =
            isIPv6 ? .halfWord(at: 4, is: identifier) : .halfWord(behindIPHeaderAt: 4, is: identifier)
        descriptor.attachIfPossible(PacketFilter([test]))
    }

    /// Reads what the socket delivered; `nil` unless it is an echo reply.
    package func reply(in datagram: [UInt8]) -> IcmpEcho? {
        IcmpEcho(reply: datagram, isIPv6: isIPv6, hasIPHeader: isRaw && !isIPv6)
    }
}
