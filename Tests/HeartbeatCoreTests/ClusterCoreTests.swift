// What every message goes through before its content counts, and the promises of the core's calling contract – things a
// scenario of two well-behaved nodes never shows.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct ClusterCoreTests {
    private static func replay(_ generation: UInt64) -> Fact {
        .replay(node: CoreOnDesk.beta, generation: Generation(generation), known: Generation(7))
    }

    // MARK: - Generations

    @Test func messagesOfAnEarlierGenerationAreReplaysAndToldOnce() {
        var desk = CoreOnDesk.besideOurs()
        let known = desk.core
        let first = desk.hear(.shutdownDone, sequence: 500, generation: 6)
        #expect(first.facts == [Self.replay(6)])
        #expect(desk.hear(.shutdownDone, sequence: 501, generation: 0).isEmpty)
        // Not even the link or the sequence is touched by it.
        desk.core.node.channel.doubts = known.node.channel.doubts
        #expect(desk.core.acceptedMessage == nil)
        desk.core.node.channel.acceptedMessage = known.acceptedMessage
        desk.core.lull = known.lull
        #expect(desk.core == known)
    }

    @Test func aHigherGenerationIsARestartWithSequencesOfItsOwn() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(status: .active)
        let status = Message.Content.status(StatusReport(status: .up, deadtime: .seconds(10)))
        #expect(desk.hear(status, sequence: 1, generation: 8).facts.isEmpty)
        #expect(desk.prove(generation: 8).tells(.peerRestarted(node: CoreOnDesk.beta)))
        let effects = desk.hear(status, sequence: 2, generation: 8)
        #expect(effects.tells(.statusUpdate(node: CoreOnDesk.beta, status: .up)))
        #expect(desk.hear(status, sequence: 2, generation: 8).isEmpty)
        #expect(desk.hear(.shutdownDone, sequence: 900, generation: 7).facts.count == 1)
        #expect(desk.core.node.channel.lives?.believed == Generation(8))
    }

    @Test func aReplayIsToldAgainAfterARestart() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(.starting, generation: 1)
        _ = desk.hear(status: .active)
        #expect(desk.hear(.starting, generation: 2).isEmpty)
        _ = desk.prove(generation: 9)
        #expect(desk.hear(.starting, generation: 8).facts.count == 1)
    }

    @Test(arguments: [1, 1 << 48 - 1, 1 << 48, .max] as [UInt64])
    func whateverGenerationComesFirstIsBelievedIfThereCanBeSuchAOne(generation: UInt64) {
        var desk = CoreOnDesk()
        desk.peerGeneration = generation
        _ = desk.hear(status: .up)
        #expect(desk.core.node.channel.lives?.believed == (generation < 1 << 48 ? Generation(generation) : nil))
    }

    // MARK: - Whose message it is

    @Test func aStrangerIsReportedOnceAndIgnored() {
        var desk = CoreOnDesk.besideOurs()
        let gamma = NodeName("gamma")
        #expect(desk.hear(.shutdownDone, from: gamma).facts == [.unknownNode(gamma)])
        #expect(desk.hear(.requestNodes, from: gamma).isEmpty)
        #expect(desk.hear(status: .active).facts.isEmpty)
    }

    @Test func inventedNamesDoNotFillTheLogOrTheMemory() {
        var desk = CoreOnDesk.besideOurs()
        var count = 0
        for number in 0..<200 { count += desk.hear(.starting, from: NodeName("node\(number)")).facts.count }
        #expect(count == 16)
    }

    @Test func ourOwnBroadcastsProveTheMediumAndNothingElse() {
        var desk = CoreOnDesk.besideOurs()
        let own = CoreOnDesk.generation.number
        let link = Fact.linkUp(node: CoreOnDesk.alpha, medium: CoreOnDesk.eth0)
        #expect(desk.hear(.shutdownDone, sequence: 1, generation: own - 1, from: CoreOnDesk.alpha).isEmpty)
        let effects = desk.hear(.shutdownDone, sequence: 1, generation: own, from: CoreOnDesk.alpha)
        #expect(
            effects == [
                .notify(link),
                .changed(.linkChanged(node: CoreOnDesk.alpha, medium: CoreOnDesk.eth0, isUp: true)),
            ])
    }

    /// It counts as heard, but what it says is for somebody else.
    @Test func aMessageToAnotherNodeIsNotObeyed() {
        var desk = CoreOnDesk.besideOurs()
        let number = desk.peerSequence + 1
        #expect(desk.hear(.requestNodes, to: NodeName("gamma")).contents.isEmpty)
        #expect(
            desk.hear(.retransmitRequest(first: SequenceNumber(1), last: SequenceNumber(2)), to: CoreOnDesk.beta)
                .isEmpty)
        #expect(desk.hear(.shutdownDone, to: CoreOnDesk.beta).facts.isEmpty)
        #expect(desk.core.node.channel.tracker.last == SequenceNumber(number + 1))
        #expect(desk.core.node.peer?.isActive == true)
    }

    @Test func aRepeatedMessageIsNotObeyedTwice() {
        var desk = CoreOnDesk.besideOurs()
        let number = desk.peerSequence + 1
        #expect(desk.hear(.requestNodes).contents.contains { $0.isNodeList })
        #expect(desk.hear(.requestNodes, sequence: number).isEmpty)
    }

    private static func starting(
        _ sequence: UInt64, generation: UInt64, from node: NodeName = CoreOnDesk.beta
    ) -> Message {
        Message(
            source: node, sequence: SequenceNumber(sequence), generation: Generation(generation), timestamp: 1,
            content: .starting)
    }

    // MARK: - Retransmission

    @Test func aRequestThatIsPlayedAgainIsNotAnswered() {
        var desk = CoreOnDesk.besideOurs()
        let wanted = SequenceNumber(desk.core.node.channel.lastSequence)
        func isAnswered(at clock: UInt64) -> Bool {
            desk.now = desk.now + .milliseconds(250)
            let request = Message(
                source: CoreOnDesk.beta, destination: CoreOnDesk.alpha, sequence: nil, generation: Generation(7),
                timestamp: clock, content: .retransmitRequest(first: wanted, last: wanted))
            return desk.feed(.received(request, over: CoreOnDesk.eth0)).messages.contains { $0.sequence == wanted }
        }
        func say(at clock: UInt64) {
            let sequence = SequenceNumber(desk.peerSequence + clock)
            let status = StatusReport(status: .active, deadtime: .seconds(10))
            let message = Message(
                source: CoreOnDesk.beta, sequence: sequence, generation: Generation(7), timestamp: clock,
                content: .status(status))
            _ = desk.feed(.received(message, over: CoreOnDesk.eth0))
        }
        say(at: 100)
        #expect([0, 50, 96].allSatisfy { !isAnswered(at: $0) })
        // As often as an honest peer asks, until it has it.
        for clock in [97, 100, 100, 100, 100, 101, 105] as [UInt64] { #expect(isAnswered(at: clock)) }
        say(at: 150)
        #expect(!isAnswered(at: 105))
    }

    @Test func whatWasLostIsSentAgainExactly() {
        var desk = CoreOnDesk.besideOurs()
        let sent = desk.pass(.seconds(3)).messages.filter { $0.sequence != nil }
        #expect(sent.count >= 3)
        _ = desk.feed(.hostSampled(HostSample(unixTime: 9, load: "9.99")))
        for message in sent {
            guard let sequence = message.sequence else { continue }
            let request = Message.Content.retransmitRequest(first: sequence, last: sequence)
            #expect(desk.hear(request, to: CoreOnDesk.alpha) == [.transmitAtLeisure(message)])
            #expect(desk.hear(request, to: CoreOnDesk.alpha).isEmpty)
        }
    }

    @Test func whatIsForgottenIsRefusedOutsideTheSequence() {
        var desk = CoreOnDesk.besideOurs()
        let before = desk.core.node.channel.lastSequence
        let request = Message.Content.retransmitRequest(first: SequenceNumber(0), last: SequenceNumber(0))
        let answers = desk.hear(request, to: CoreOnDesk.alpha).messages
        #expect(answers.map(\.content) == [.cannotRetransmit(SequenceNumber(0), reason: "seqno too low")])
        #expect(answers.first?.destination == CoreOnDesk.beta)
        #expect(answers.first?.sequence == nil)
        #expect(desk.core.node.channel.lastSequence == before)
    }

    @Test func whatThePeerLostIsAskedForUntilItComesOrIsGivenUp() {
        var desk = CoreOnDesk.besideOurs()
        let lost = SequenceNumber(desk.peerSequence + 1)
        let request = Message.Content.retransmitRequest(first: lost, last: lost)
        let status = Message.Content.status(StatusReport(status: .active, deadtime: .seconds(10)))
        let gap = desk.hear(status, sequence: lost.number + 1)
        #expect(gap.facts.count == 1)
        #expect(desk.pass(.milliseconds(700)).contents.filter { $0 == request }.count >= 2)
        let answer = desk.hear(.cannotRetransmit(lost, reason: "seqno too low"), to: CoreOnDesk.alpha)
        #expect(answer.facts == [.packetIrretrievable(lost, node: CoreOnDesk.beta)])
        #expect(!desk.pass(.seconds(2)).contents.contains(request))
    }

    // MARK: - Acknowledgements

    @Test func everyTenthMessageIsAcknowledgedToItsSender() {
        var desk = CoreOnDesk.besideOurs()
        var acknowledgements: [Message] = []
        for _ in 0..<100 {
            let effects = desk.hear(status: .active)
            acknowledgements += effects.messages.filter {
                $0.content == .acknowledge(SequenceNumber(desk.peerSequence))
            }
            #expect(effects.messages.count <= 1)
        }
        #expect(acknowledgements.count == 10)
        #expect(acknowledgements.allSatisfy { $0.destination == CoreOnDesk.beta && $0.sequence == nil })
    }

    /// A status without an identity does not take the known one away.
    @Test func theIdentityOnceHeardStays() {
        var desk = CoreOnDesk.besideOurs()
        let first = desk.peerSequence + 1
        let uuid = NodeUUID(bytes: [UInt8](1...16))
        let status = Message.Content.status(StatusReport(status: .active, deadtime: .seconds(10)))
        for (identity, sequence) in zip([uuid, nil], first...) {
            let message = Message(
                source: CoreOnDesk.beta, sourceUUID: identity, sequence: SequenceNumber(sequence),
                generation: Generation(desk.peerGeneration), timestamp: 1, content: status)
            _ = desk.feed(.received(message, over: CoreOnDesk.eth0))
            #expect(desk.core.snapshot.nodes.last?.uuid == uuid)
        }
    }

    // MARK: - Beginning

    /// However much is told to it before its first status, and although nothing else ever happens to it.
    @Test func aNodeThatIsAloneAndHasNoGroupsBecomesActive() {
        var configuration = CoreOnDesk.configuration
        configuration.nodes = [CoreOnDesk.alpha]
        configuration.groups = []
        var desk = CoreOnDesk(configuration)
        for _ in 0..<5 { _ = desk.feed(.watched([])) + desk.feed(.hostSampled(CoreOnDesk.host)) }
        let effects = desk.pass(.seconds(3))
        #expect(effects.tells(.localStatus(.active)))
        #expect(desk.core.snapshot.hold == .all)
    }

    // MARK: - Requests for the list of nodes

    @Test func theListOfNodesIsGivenInEveryPhase() {
        var desk = CoreOnDesk()
        func expectAnswer(_ phase: String, _ desk: inout CoreOnDesk) {
            let lists = desk.hear(.requestNodes, to: CoreOnDesk.alpha).messages.filter(\.content.isNodeList)
            #expect(lists.map(\.content) == [.nodes([CoreOnDesk.alpha, CoreOnDesk.beta], deleted: [])], "\(phase)")
            #expect(lists.first?.destination == CoreOnDesk.beta)
        }
        #expect(desk.core.node.membership.joining == .waiting)
        expectAnswer("waiting", &desk)
        _ = desk.pass(.zero)
        _ = desk.hear(status: .up)
        #expect(desk.core.node.membership.joining.attempts == 1)
        expectAnswer("requesting", &desk)
        _ = desk.negotiate()
        #expect(desk.core.ownership.state.isNegotiating)
        expectAnswer("negotiating", &desk)
        _ = desk.hear(original: [], stable: true)
        #expect(desk.core.ownership.state == .stable)
        expectAnswer("stable", &desk)
        _ = desk.settle()
        _ = desk.request(.shutdown)
        #expect(desk.core.ownership.state.isLeaving)
        expectAnswer("leaving", &desk)
        _ = desk.settle()
        #expect(desk.core.ownership.state.isLingering)
        expectAnswer("lingering", &desk)
    }

    @Test func anotherListOfNodesIsToldButNoObstacle() {
        var desk = CoreOnDesk()
        _ = desk.pass(.zero)
        _ = desk.hear(status: .up)
        let names = [CoreOnDesk.beta, NodeName("gamma")]
        let effects = desk.hear(.nodes(names, deleted: []), to: CoreOnDesk.alpha)
        #expect(effects.tells(.differentNodes(node: CoreOnDesk.beta, nodes: names)))
        #expect(effects.tells(.communicationUp))
    }

    // MARK: - Hostile deadtimes

    @Test func aDeadtimeOfZeroOnlyHarmsItsSender() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        _ = desk.hear(status: .active, deadtime: .zero)
        let effects = desk.pass(.milliseconds(1))
        #expect(effects.tells(.nodeDead(node: CoreOnDesk.beta)))
        #expect(desk.running == ["web", "files"])
        #expect(desk.core.nextDeadline.map { $0 > desk.now } == true)
    }

    /// As long as the wire can tell: 292 years in milliseconds.
    @Test func aDeadtimeOfCenturiesIsTakenAtItsWord() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        _ = desk.hear(status: .active, deadtime: .milliseconds(Int64.max / 1_000_000))
        #expect(!desk.pass(.seconds(3600)).tells(.nodeDead(node: CoreOnDesk.beta)))
        desk.now = desk.now + .seconds(60)
        // Neither does forgiving a stall of our own overflow.
        #expect(desk.pass(.seconds(60)).facts.contains(.stalled(.seconds(59))))
        #expect(desk.core.node.peer?.isActive == true)
    }

    // MARK: - Answers of scripts

    @Test func anAnswerToAnotherGenerationsQuestionIsNobodys() throws {
        var desk = CoreOnDesk()
        _ = desk.negotiate()
        _ = desk.hear(original: [], stable: true)
        let (_, id) = try #require(desk.pending.first)
        let before = desk.core
        for stranger in [
            ActionID(generation: Generation(39), number: id.number),
            ActionID(generation: Generation(41), number: id.number),
            ActionID(generation: CoreOnDesk.generation, number: id.number + 1),
            ActionID(generation: CoreOnDesk.generation, number: 0),
        ] {
            #expect(desk.feed(.actionFinished(stranger, .succeeded)).isEmpty)
        }
        desk.core.lull = before.lull
        #expect(desk.core == before)
        #expect(desk.feed(.actionFinished(id, .said("stopped"))).calls == ["start web"])
        #expect(desk.feed(.actionFinished(id, .said("stopped"))).isEmpty)
    }

    // MARK: - The calling contract

    @Test func expiringTimersEarlyChangesNothing() {
        var desk = CoreOnDesk()
        var looks = 0
        func look() {
            guard let due = desk.core.nextDeadline, due > desk.now else { return }
            let before = desk.core
            for instant in [desk.now, due - .nanoseconds(1)] {
                #expect(desk.core.expireTimers(at: instant).isEmpty)
                #expect(desk.core == before)
            }
            looks += 1
        }
        _ = desk.pass(.milliseconds(1))
        look()
        _ = desk.negotiate()
        look()
        _ = desk.hear(original: [], stable: true)
        look()
        for step in 0..<200 {
            _ = desk.pass(.milliseconds(170))
            if step == 60 { desk.peerStatus = nil }
            if step == 180 { _ = desk.request(.shutdown) }
            look()
        }
        #expect(looks > 150)
    }

    @Test func aStoppedCoreDoesNothingEverAgain() {
        var desk = CoreOnDesk.besideOurs()
        var effects = desk.request(.shutdown)
        effects += desk.pass(.seconds(5))
        #expect(effects.last == .stop(stillUp: []))
        #expect(effects.filter { $0 == .stop(stillUp: []) }.count == 1)
        #expect(desk.core.nextDeadline == nil)
        let before = desk.core
        desk.peerStatus = nil
        #expect(desk.hear(status: .active).isEmpty)
        #expect(desk.hear(.requestNodes).isEmpty)
        #expect(desk.request(.standby(.all)).isEmpty)
        #expect(desk.feed(.hostSampled(HostSample(unixTime: 1, load: ""))).isEmpty)
        #expect(desk.core.expireTimers(at: desk.now + .seconds(1000)).isEmpty)
        #expect(desk.core == before)
    }

    /// A daemon that has begun anew still has a backlog of its earlier life to read, before it has done anything else.
    @Test func theVeryFirstMessagesAreAnswered() {
        let firsts: [Message.Content] = [
            .requestNodes, .starting, .takeoverRequest(.all), .askResources(.all, .me),
            .status(StatusReport(status: .active, deadtime: .seconds(10))),
        ]
        for content in firsts {
            var core = ClusterCore(
                CoreOnDesk.configuration, local: CoreOnDesk.alpha, uuid: .unknown, generation: CoreOnDesk.generation,
                host: CoreOnDesk.host, randomSeed: 1, now: .zero)
            // Ten in a row, one of which is to be acknowledged.
            let effects = (1...10 as ClosedRange<UInt64>).flatMap { number in
                core.handle(
                    .received(
                        Message(
                            source: CoreOnDesk.beta, sequence: SequenceNumber(number), generation: Generation(7),
                            timestamp: 1, content: content), over: CoreOnDesk.eth0), at: .zero)
            }
            #expect(effects.contents.contains { if case .acknowledge = $0 { true } else { false } })
            #expect(effects.messages.allSatisfy { $0.timestamp == CoreOnDesk.host.unixTime })
        }
    }
}

extension Message.Content {
    var isNodeList: Bool {
        if case .nodes = self { true } else { false }
    }
}
