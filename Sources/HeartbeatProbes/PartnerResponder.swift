// Answers the questions of nodes of another pair where this pair serves, and hears from them when something has changed there.
// What is not signed with a key that both have is not answered. News are not believed, only asked about.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatWire

/// The service of `partner_port`.
package final class PartnerResponder {
    /// It cannot listen; told once until it can.
    package var onProblem: (_ text: String) -> Void {
        get { responder.onProblem }
        set { responder.onProblem = newValue }
    }

    package let service: PartnerService
    private let responder: DatagramResponder

    /// - Parameters:
    ///   - word: what this node says now.
    ///   - news: somebody else says that something has changed there.
    package init(
        _ service: PartnerService, reactor: Reactor, word: @escaping () -> PartnerWord, news: @escaping () -> Void
    ) {
        self.service = service
        let codec = PartnerCodec(service.keys)
        responder = DatagramResponder(port: service.port, reactor: reactor, lack: "a partner's answer") { bytes in
            Self.reply(bytes, codec, word, news)
        }
    }

    package func open() {
        responder.open()
    }

    package func close() {
        responder.close()
    }

    private static func reply(
        _ bytes: [UInt8], _ codec: PartnerCodec, _ word: () -> PartnerWord, _ news: () -> Void
    ) -> [UInt8]? {
        do throws(WireError) {
            switch try codec.decode(bytes) {
            case .question(let nonce): return codec.encode(.answer(nonce: nonce, word()))
            case .news:
                news()
                return nil
            case .answer: return nil
            }
        } catch {
            return nil
        }
    }
}
