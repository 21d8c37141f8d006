import CLinux
import Glibc
import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatProbes
@testable import HeartbeatSystem

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct PartnerResponderTests {
    private let node = ProbingNode()

    private static func keys(_ secret: String = "far") -> AuthenticationKeys {
        AuthenticationKeys(
            current: 1, keys: [AuthenticationKey(id: 1, method: .sha1, secret: Array(secret.utf8))])
    }

    /// A partner at the other end that says `word`, for as long as `body` runs; it is given how often it heard news.
    private func withPartner(_ word: PartnerWord, _ body: (_ news: () -> Int) -> Void) {
        let loop = LoopThread(in: node.other)
        let responder = Handover<PartnerResponder>()
        let news = Handover<Int>()
        loop.on { reactor in
            news.value = 0
            responder.value = PartnerResponder(
                PartnerService(port: 6694, keys: Self.keys()), reactor: reactor, word: { word },
                news: { news.value = (news.value ?? 0) + 1 })
            responder.value?.open()
        }
        body { loop.on { _ in news.value ?? 0 } }
        loop.on { _ in responder.value?.close() }
        loop.stop()
    }

    private static let word = PartnerWord(
        .standsBy, isBound: true, stays: true, age: .milliseconds(4321), pair: "a,b 1")

    @Test("A partner says where it serves, to whoever has its key", arguments: ["10.77.0.2", "fd77::2"])
    func answers(host: String) {
        node.sign(with: Self.keys())
        withPartner(Self.word) { _ in
            let isTold = eventually {
                node.ask(.partner(host: host, port: 6694), timeout: .milliseconds(200)) == .told(Self.word)
            }
            #expect(isTold)
        }
    }

    @Test("Whoever has another key, or none, gets no answer")
    func strangers() {
        withPartner(Self.word) { news in
            node.sign(with: Self.keys())
            // It listens.
            #expect(
                eventually {
                    node.ask(.partner(host: "10.77.0.2", port: 6694), timeout: .milliseconds(200)) == .told(Self.word)
                })
            node.sign(with: Self.keys("other"))
            let answer = node.ask(.partner(host: "10.77.0.2", port: 6694), timeout: .milliseconds(200))
            #expect(answer?.text == "failed: no answer within 200 ms")
            node.sign(with: nil)
            let refusal = node.ask(.partner(host: "10.77.0.2", port: 6694), timeout: .milliseconds(200))
            #expect(refusal?.text == "unknown: there is no partner_port, and so no key")
            #expect(news() == 0)
        }
    }

    @Test("An answer to another question, however well signed, is none")
    func replays() {
        let codec = PartnerCodec(Self.keys())
        let server = FakeServer(udp: node.other) { _ in codec.encode(.answer(nonce: 1, Self.word)) }
        node.sign(with: Self.keys())
        let answer = node.ask(.partner(host: "10.77.0.2", port: server.port), timeout: .milliseconds(200))
        #expect(
            answer?.text == "failed: no answer within 200 ms; something came that is no answer to the question")
        server.stop()
    }

    @Test("News are heard, and asked about at once")
    func news() {
        node.sign(with: Self.keys())
        withPartner(Self.word) { news in
            #expect(
                eventually {
                    node.ask(.partner(host: "10.77.0.2", port: 6694), timeout: .milliseconds(200)) == .told(Self.word)
                })
            let before = node.answers().count
            node.tellPartners()
            #expect(eventually { news() > 0 })
            #expect(eventually { node.answers().count > before })
        }
    }
}
