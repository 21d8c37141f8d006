// Datagrams to a port: the echo of RFC 862, a question of DNS, a question to a partner. The socket is connected: nobody else can answer.

import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem
import HeartbeatWire

enum UdpExchange {
    /// Whatever comes back must be what was sent.
    static func echo(_ address: IPAddress, port: UInt16, _ route: ProbeRoute) -> DatagramExchange.Preparation {
        let payload = Array("heartbeat ".utf8) + DatagramExchange.nonce()
        return exchange(payload, address, port, route) { datagram in
            datagram == payload ? .answer : .other("something else came back than was sent")
        }
    }

    static func dns(
        _ query: DnsQuery, _ address: IPAddress, port: UInt16, _ route: ProbeRoute
    ) -> DatagramExchange.Preparation {
        exchange(query.bytes, address, port, route) { datagram in
            switch query.verdict(on: datagram) {
            case .answer: .answer
            case .refused(let code): .refusal("the name server answers \(code)")
            case .foreign: .other("something came that is no answer to the question")
            }
        }
    }

    /// Only an answer that is signed, and to this very question, is one.
    static func partner(
        _ codec: PartnerCodec, _ address: IPAddress, port: UInt16, _ route: ProbeRoute
    ) -> DatagramExchange.Preparation {
        let nonce = UInt128.random(in: 0...(.max))
        return exchange(codec.encode(.question(nonce: nonce)), address, port, route) { datagram in
            do throws(WireError) {
                guard case .answer(nonce, let word) = try codec.decode(datagram) else {
                    return .other("something came that is no answer to the question")
                }
                return .told(word)
            } catch {
                return .other("an answer came that is not to be believed: \(error)")
            }
        }
    }

    /// Tells a partner that it has something to ask about.
    static func tell(
        _ codec: PartnerCodec, _ address: IPAddress, port: UInt16, _ route: ProbeRoute
    ) throws(SystemError) {
        let news = codec.encode(.news(nonce: UInt128.random(in: 0...(.max))))
        try exchange(news, address, port, route, { _ in .other("") })().send()
    }

    private static func exchange(
        _ payload: [UInt8], _ address: IPAddress, _ port: UInt16, _ route: ProbeRoute,
        _ judge: @escaping ([UInt8]) -> DatagramVerdict
    ) -> DatagramExchange.Preparation {
        return { () throws(SystemError) -> DatagramExchange in
            let object = "\(address) port \(port)"
            let socket = try OwnedDescriptor.socket(family: address.family, for: object)
            try route.prepare(socket)
            try socket.connect(to: try route.endpoint(address, port: port), for: object)
            return DatagramExchange(
                socket: socket,
                send: { () throws(SystemError) in try socket.send(payload, for: "the way to \(object)") },
                judge: judge)
        }
    }
}
