// Who else answers for an address on its LAN? Asked once before a daemon is there, with ARP probes (RFC 5227), and waited
// for: a command may take its time, a node that serves may not.

import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem

/// Asks the neighbours of this machine for IPv4 addresses.
package enum OtherOwners {
    /// An address, and the interface on which it is looked for.
    package struct Question: Hashable, Sendable {
        package var address: IPAddress
        package var interface: String

        package init(_ address: IPAddress, on interface: String) {
            self.address = address
            self.interface = interface
        }
    }

    /// How long answers are waited for; on a LAN they take less than a millisecond, and a question may be lost.
    private static let patience = Duration.milliseconds(300)
    private static let questionsForEach = 2

    /// The stations that have answered, as `02:00:00:00:00:01`; questions that cannot be asked have no answer.
    package static func ask(_ questions: [Question]) -> [Question: String] {
        var answers: [Question: String] = [:]
        let byInterface = Dictionary(grouping: Set(questions.filter { !$0.address.isIPv6 }), by: \.interface)
        let listeners = byInterface.compactMap { try? Listener($0, $1) }
        for _ in 0..<questionsForEach {
            for listener in listeners { listener.ask(except: Set(answers.keys)) }
            let deadline = Instant.now + patience / questionsForEach
            while answers.count < questions.count, Instant.now < deadline {
                for listener in listeners { answers.merge(listener.heard()) { first, _ in first } }
                usleep(2000)
            }
        }
        return answers
    }

    /// One interface.
    private struct Listener {
        let port: EthernetPort
        let socket: OwnedDescriptor
        let questions: [Question]

        init(_ interface: String, _ questions: [Question]) throws(SystemError) {
            self.questions = questions
            port = try EthernetPort(interface)
            socket = try port.openSocket()
            socket.attachIfPossible(
                PacketFilter([.halfWord(at: 6, is: UInt16(ArpPacket.Operation.reply.rawValue))]))
            try port.listen(with: socket, to: ArpPacket.ethertype)
        }

        /// From no address, so that nobody takes this machine for its owner.
        func ask(except answered: Set<Question>) {
            for question in questions where !answered.contains(question) {
                let packet = ArpPacket(
                    .request, senderStation: port.station, sender: .any(isIPv6: false), targetStation: ArpPacket.nobody,
                    target: question.address
                ).bytes
                _ = port.send(packet, of: ArpPacket.ethertype, to: ArpPacket.everybody, over: socket)
            }
        }

        func heard() -> [Question: String] {
            var answers: [Question: String] = [:]
            var bytes = [UInt8](repeating: 0, count: 256)
            while case let count = recv(socket.number, &bytes, bytes.count, 0), count > 0 {
                guard let reply = ArpPacket(Array(bytes[..<count])), reply.operation == .reply,
                    let question = questions.first(where: { $0.address == reply.sender })
                else { continue }
                answers[question] = reply.senderStation.map(\.hexadecimal).joined(separator: ":")
            }
            return answers
        }
    }
}
