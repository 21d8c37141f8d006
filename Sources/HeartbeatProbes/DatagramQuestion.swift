// A question that is one datagram, and an answer that is one, too: sent on a socket of its own, so that nothing that belongs to
// an earlier question, an earlier interface of the same name or an earlier address can reach this one. It refuses to know what
// the datagrams mean.

import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// What a received datagram is.
enum DatagramVerdict {
    case answer
    /// A partner's answer.
    case told(PartnerWord)
    /// Not ours, or not to be believed: for the log, unless the answer still comes.
    case other(String)
    /// An answer that says that it does not work.
    case refusal(String)
}

/// A socket with its way set up, the datagram for it, and what is expected back.
struct DatagramExchange {
    let socket: OwnedDescriptor
    let send: () throws(SystemError) -> Void
    let judge: ([UInt8]) -> DatagramVerdict

    typealias Preparation = () throws(SystemError) -> DatagramExchange

    /// Sixteen bytes that nobody can guess; one system call for eight of them.
    static func nonce() -> [UInt8] {
        hostBytes(UInt64.random(in: 0...(.max))) + hostBytes(UInt64.random(in: 0...(.max)))
    }
}

final class DatagramQuestion: ProbeQuestion {
    private(set) var remark: String?

    private let reactor: Reactor
    private let prepare: DatagramExchange.Preparation
    private var reader: SocketReader?

    init(_ reactor: Reactor, _ prepare: @escaping DatagramExchange.Preparation) {
        self.reactor = reactor
        self.prepare = prepare
    }

    func ask(_ answer: @escaping (PathAnswer) -> Void) {
        do throws(SystemError) {
            let exchange = try prepare()
            let reader = SocketReader(exchange.socket, reactor: reactor)
            self.reader = reader
            reader.onDatagram = { [weak self] datagram in
                switch exchange.judge(datagram) {
                case .answer: answer(.answered)
                case .told(let word): answer(.told(word))
                case .refusal(let reason): answer(.failed(reason))
                case .other(let reason): self?.remark = reason
                }
            }
            reader.onEnd = { code in
                let empty = PathAnswer.failed("an empty datagram came")
                answer(code == 0 ? empty : PathAnswer(SystemError(.receive, "the way back", code: code)))
            }
            reader.begin()
            try exchange.send()
        } catch {
            answer(PathAnswer(error))
        }
    }

    func end() {
        reader?.close()
        reader = nil
    }
}
