// What the owner's scripts in rc.d are run for: the messages that count, and what the node concludes about others. Root's
// scripts must not run for what was recorded and is played again.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct HookTests {
    private static func starting(
        _ sequence: UInt64, generation: UInt64, from node: NodeName = CoreOnDesk.beta
    ) -> Message {
        Message(
            source: node, sequence: SequenceNumber(sequence), generation: Generation(generation), timestamp: 1,
            content: .starting)
    }

    @Test func `a message that counted is an event, and no other one is`() {
        var desk = CoreOnDesk.besideOurs()
        let next = desk.peerSequence + 1
        let counts = Self.starting(next, generation: 7)
        #expect(desk.feed(.received(counts, over: CoreOnDesk.eth0)).hooks.first == .message(counts))
        #expect(desk.core.acceptedMessage == counts.identity)
        let others = [
            counts, Self.starting(next + 1, generation: 6), Self.starting(next + 1, generation: 8),
            Self.starting(next + 9999, generation: 7), Self.starting(1, generation: 1, from: NodeName("gamma")),
            Self.starting(1, generation: 40, from: CoreOnDesk.alpha),
        ]
        for message in others {
            let hooks = desk.feed(.received(message, over: CoreOnDesk.eth0)).hooks
            #expect(!hooks.contains(.message(message)), "\(message)")
            #expect(desk.core.acceptedMessage == nil, "\(message)")
        }
    }

    @Test func `what this node sends is an event once, and what goes to a third one is none`() {
        var desk = CoreOnDesk.besideOurs()
        let sent = desk.request(.standby(.local))
        let offer = sent.messages.first { if case .askResources = $0.content { true } else { false } }
        #expect(offer.map { offer in sent.hooks.count { $0 == .message(offer) } } == 1)
        let first = offer?.sequence ?? SequenceNumber(0)
        let again = desk.hear(.retransmitRequest(first: first, last: first))
        #expect(again.messages.contains { $0.identity == offer?.identity } && again.hooks.isEmpty)
        #expect(desk.hear(.starting, to: NodeName("gamma")).hooks.isEmpty)
    }

    @Test func `a status is an event when it changes, told by the message that says so`() {
        var desk = CoreOnDesk()
        let up = desk.hear(status: .up).hooks
        guard case .status(.up, of: CoreOnDesk.beta, let said?) = up.first else {
            Issue.record("\(up)")
            return
        }
        #expect(said.content.isStatus && up.count == 1)
        #expect(desk.hear(status: .up).hooks.isEmpty)
        #expect(desk.hear(status: .active).hooks.count == 1)
    }

    @Test func `a death is a status that nobody sends, and says how fencing went`() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        let hooks = desk.pass(.seconds(11)).hooks
        #expect(hooks.contains(.status(.dead, of: CoreOnDesk.beta, said: nil)))
        #expect(hooks.contains(.fencing(of: CoreOnDesk.beta, isNeeded: true)))
    }

    @Test func `a farewell is a death that is told once, and needs no fencing`() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        let dead = Hook.status(.dead, of: CoreOnDesk.beta, said: nil)
        #expect(desk.hear(.shutdownDone).hooks.count { $0 == dead } == 1)
        let later = desk.pass(.seconds(11)).hooks
        #expect(!later.contains(dead) && later.contains(.fencing(of: CoreOnDesk.beta, isNeeded: false)))
    }

    @Test func `a ping node comes and goes without fencing`() {
        let router = NodeName("router")
        var configuration = CoreOnDesk.configuration
        configuration.pingNodes = [PingNode(name: router, hosts: [router.text])]
        var desk = CoreOnDesk(configuration)
        let answered = desk.feed(.pingAnswered(router))
        #expect(answered.hooks == [.status(.ping, of: router, said: nil)])
        #expect(answered.contains(.changed(.pingNodeReturned(router))))
        let hooks = desk.pass(.seconds(40)).hooks
        #expect(hooks.contains(.status(.dead, of: router, said: nil)))
        #expect(!hooks.contains { if case .fencing(of: router, _) = $0 { true } else { false } })
    }
}
