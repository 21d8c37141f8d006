// An echo request (RFC 792, RFC 4443) and the reply to just that one.

import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem

enum IcmpExchange {
    static func prepare(
        _ address: IPAddress, _ route: ProbeRoute, identifier: UInt16
    ) -> DatagramExchange.Preparation {
        return { () throws(SystemError) -> DatagramExchange in
            let ping = try PingSocket(isIPv6: address.isIPv6, for: "\(address)")
            try route.prepare(ping.descriptor)
            ping.hearOnly(identifier)
            try ping.descriptor.connect(to: try route.endpoint(address, port: 0), for: "\(address)")
            let echo = IcmpEcho(identifier: identifier, sequence: 1, payload: DatagramExchange.nonce())
            return DatagramExchange(
                socket: ping.descriptor,
                send: { () throws(SystemError) in
                    try ping.descriptor.send(echo.request(isIPv6: address.isIPv6), for: "the way to \(address)")
                },
                judge: { datagram in
                    let isOurs = ping.reply(in: datagram)?.isReply(to: echo, overRawSocket: ping.isRaw) == true
                    return isOurs ? .answer : .other("a reply came with the wrong identifier, sequence or payload")
                })
        }
    }
}
