// What goes wrong around a core without being its fault: clocks that jump, counts that were lost, names that are given
// twice. Rows of docs/failure-modes.md.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct FailureCoreTests {
    // MARK: - The clock

    @Test(arguments: [86_400, -86_400, -1_789_999_999] as [Int64])
    func `a clock that jumps is in the messages and nowhere else`(seconds: Int64) {
        var desk = CoreOnDesk.besideOurs()
        var steady = desk
        let time = UInt64(1_790_000_000 + seconds)
        #expect(desk.feed(.hostSampled(HostSample(unixTime: time, load: "0.00 0.00 0.00 1/1 1"))).isEmpty)
        _ = steady.pass(.seconds(60))
        let effects = desk.pass(.seconds(60))
        #expect(effects.facts.isEmpty && effects.calls.isEmpty, "\(effects.facts)")
        #expect(effects.messages.count > 50 && effects.messages.allSatisfy { $0.timestamp == time })
        steady.core.node.channel.host = desk.core.node.channel.host
        #expect(desk.core.node.peer == steady.core.node.peer)
        #expect(desk.core.node.channel.links == steady.core.node.channel.links)
        #expect(desk.core.nextDeadline == steady.core.nextDeadline)
    }

    @Test(arguments: [0, 1, 1_790_086_400, .max] as [UInt64])
    func `a peer whose clock jumps stays the peer it was`(timestamp: UInt64) {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        for number in 1...30 {
            desk.now = desk.now + .seconds(1)
            let message = Message(
                source: CoreOnDesk.beta, sequence: SequenceNumber(desk.peerSequence + UInt64(number)),
                generation: Generation(desk.peerGeneration), timestamp: timestamp, timeToLive: 4,
                content: .status(StatusReport(status: .active, deadtime: .seconds(10))))
            let effects = desk.feed(.received(message, over: CoreOnDesk.eth0))
            #expect(effects.facts.isEmpty, "\(effects.facts)")
            #expect(desk.core.expireTimers(at: desk.now).facts.isEmpty)
        }
    }

    // MARK: - A count that was lost

    /// Whether alpha says to a beta of an old generation which one it knows.
    private func tells(_ effects: [Effect]) -> Bool {
        effects.contents.contains { content in
            guard case .other("NS_hbgeneration", let fields) = content else { return false }
            return fields.contains(Message.Field(name: "hbknown", value: .string("7")))
        }
    }

    private func hearOld(_ sequence: UInt64, _ desk: inout CoreOnDesk) -> [Effect] {
        let status = Message.Content.status(StatusReport(status: .initializing, deadtime: .seconds(10)))
        return desk.hear(status, sequence: sequence, generation: 3)
    }

    @Test func `a peer that has lost its count is told it, once a second`() {
        var desk = CoreOnDesk.besideOurs()
        let first = hearOld(1, &desk)
        #expect(tells(first) && first.contents.count == 1 && first.messages.first?.destination == CoreOnDesk.beta)
        #expect(hearOld(2, &desk).contents.isEmpty)
        desk.now = desk.now + .seconds(1)
        #expect(tells(hearOld(3, &desk)))
        let text = first.facts.map(\.text).joined()
        #expect(text.contains("replay attack") && text.contains("write 7 into its hb_generation"), "\(text)")
    }

    private func hearLater(_ known: String, _ desk: inout CoreOnDesk) -> [Effect] {
        let field = Message.Field(name: "hbknown", value: .string(known))
        return desk.hear(.other(type: "NS_hbgeneration", fields: [field]), to: CoreOnDesk.alpha)
    }

    @Test func `a node that is told a later count of its own begins anew above it`() {
        var desk = CoreOnDesk()
        _ = desk.pass(.zero)
        #expect(hearLater("41", &desk).contains(.beginAnew(above: Generation(41))))
    }

    /// One that runs something, or has begun anew already, only says that it lives, when it is asked.
    @Test func `a node that cannot begin anew proves that it lives`() {
        var desk = CoreOnDesk.besideOurs()
        let fields = [("hbknown", "50"), ("hbask", "1f")].map { Message.Field(name: $0, value: .string($1)) }
        let effects = desk.hear(.other(type: "NS_hbgeneration", fields: fields), to: CoreOnDesk.alpha)
        let echo = Message.Field(name: "hbheard", value: .string("7:1f"))
        #expect(effects.contents == [.other(type: "NS_hbgeneration", fields: [echo])])
        #expect(effects.facts.isEmpty)
        #expect(
            desk.hear(.other(type: "NS_hbgeneration", fields: fields), to: CoreOnDesk.alpha).isEmpty, "once a second")
    }

    @Test(arguments: ["40", "39", "", "x", "-1", "99999999999999999999", "281474976710656"])
    func `a count that is not later, or is none, changes nothing`(known: String) {
        var desk = CoreOnDesk.besideOurs()
        let before = desk.core
        #expect(hearLater(known, &desk).isEmpty)
        #expect(desk.core.node.channel.doubts == before.node.channel.doubts)
        #expect(desk.core.ownership.state == before.ownership.state)
    }

    @Test func `a node that runs something tells its operator instead of forgetting it`() {
        var desk = CoreOnDesk.besideOurs()
        let effects = hearLater("50", &desk)
        #expect(!effects.contains(.beginAnew(above: Generation(50))))
        #expect(effects.facts.map(\.level) == [.critical])
        #expect(effects.facts.first?.text.contains("write 50 into hb_generation") == true)
        #expect(hearLater("50", &desk).facts.isEmpty, "once")
    }

    // MARK: - A name that is given twice

    private func namesake(generation: UInt64, uuid: UInt8, _ desk: inout CoreOnDesk) -> [Effect] {
        let message = Message(
            source: CoreOnDesk.alpha, sourceUUID: NodeUUID(bytes: [UInt8](repeating: uuid, count: 16)),
            sequence: SequenceNumber(1), generation: Generation(generation), timestamp: 1, timeToLive: 4,
            content: .status(StatusReport(status: .active, deadtime: .seconds(10))))
        return desk.feed(.received(message, over: CoreOnDesk.eth0))
    }

    @Test(arguments: [39, 40, 41] as [UInt64])
    func `another machine of the same name is told, once, and not obeyed`(generation: UInt64) {
        var desk = CoreOnDesk.besideOurs()
        let before = desk.core
        let effects = namesake(generation: generation, uuid: 9, &desk)
        #expect(effects.facts == [.namesake(CoreOnDesk.alpha, medium: CoreOnDesk.eth0)])
        #expect(effects.count == 1)
        #expect(effects.facts.first?.text.contains("give one of them its own name") == true)
        #expect(namesake(generation: generation, uuid: 9, &desk).isEmpty)
        desk.core.node.channel.doubts = before.node.channel.doubts
        #expect(desk.core.acceptedMessage == nil)
        desk.core.node.channel.acceptedMessage = before.acceptedMessage
        desk.core.lull = before.lull
        #expect(desk.core == before)
    }

    @Test func `two machines of one name do not outbid each other`() {
        var desk = CoreOnDesk()
        _ = desk.pass(.zero)
        _ = namesake(generation: 50, uuid: 9, &desk)
        #expect(!hearLater("50", &desk).contains(.beginAnew(above: Generation(50))))
    }

    // MARK: - Groups that fail on the peer

    /// The second group waits for the first, which names the same resource.
    @Test func `a group that failed on the peer is adopted once, and waits for the one before it`() {
        var configuration = CoreOnDesk.configuration
        for (line, word) in ["files", "mail"].enumerated() {
            let resources = [word, "disk"].map { Resource(word: $0, scriptName: $0, arguments: []) }
            configuration.groups.removeAll { $0.key == word }
            configuration.groups.append(
                ResourceGroup(preferredNode: CoreOnDesk.beta, resources: resources, line: line + 2))
        }
        var desk = CoreOnDesk.besideOurs(configuration)
        let claim = ResourceClaim(
            local: .agreed, foreign: .none, heard: desk.everythingSent, failed: ["files", "mail"])
        let facts = configuration.groups.dropFirst().map { Fact.adoptingGroup($0, isMoved: false) }
        var effects = desk.hear(claim: claim, stable: true)
        #expect(facts.allSatisfy(effects.tells))
        #expect(effects.calls == ["status files"])
        effects = desk.hear(status: .active)
        #expect(effects.facts.isEmpty)
        effects = desk.settle()
        #expect(!facts.contains(where: effects.tells))
        #expect(desk.running.isSuperset(of: ["files", "mail", "disk"]))
    }
}
