// Views between nodes: an original never gets one, a recorded one changes nothing, nobody makes a node send many, and no client and
// no decision hears of any.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct PeerViewCoreTests {
    private static func isView(_ message: Message) -> Bool {
        if case .other(PeerView.messageType, _) = message.content { true } else { false }
    }

    private static func say(_ desk: inout CoreOnDesk) -> [Effect] {
        let view = desk.core.view(isAnswer: true, at: desk.now)
        return desk.feed(.injected(view.content, to: CoreOnDesk.beta, extraFields: []))
    }

    private static func view(_ desk: CoreOnDesk, at: UInt64, generation: Generation = CoreOnDesk.generation) -> PeerView
    {
        var view = PeerView(at: at)
        view.heard = MessageIdentity(generation: generation, sequence: SequenceNumber(1))
        view.version = "at \(at)"
        return view
    }

    // MARK: - Saying

    @Test func anOriginalIsNeverSentOne() {
        var desk = CoreOnDesk.besideAnOriginal()
        #expect(!desk.core.peerTakesViews)
        #expect(!Self.say(&desk).messages.contains(where: Self.isView))
        // Nor one whose kind nobody knows yet.
        var young = CoreOnDesk()
        _ = young.hear(status: .active)
        #expect(!young.core.peerTakesViews && !Self.say(&young).messages.contains(where: Self.isView))
    }

    @Test func oneOfOursGetsItOutsideTheSequenceAndAfterEverythingElse() throws {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.feed(.interestChanged([.news, .unchanged, .aside, .repeated, .requests]))
        _ = desk.hear(status: .active)
        let before = desk.core.node.channel.lastSequence
        let effects = Self.say(&desk)
        let said = effects.messages.filter(Self.isView)
        #expect(said.count == 1 && said[0].sequence == nil && said[0].destination == CoreOnDesk.beta)
        #expect(effects.contains { if case .transmitAtLeisure(said[0]) = $0 { true } else { false } })
        #expect(desk.core.node.channel.lastSequence == before)
        for effect in effects {
            if case .handOn(let message, _) = effect { #expect(!Self.isView(message), "clients are not told") }
            if case .runHook = effect { Issue.record("a hook is run") }
        }
        guard case .other(_, let fields) = said[0].content else { return }
        let view = PeerView(fields: fields)
        #expect(view.heard == desk.core.node.channel.heardOfPeer && view.at > 0 && view.isAnswer)
        #expect(view.media.map(\.name) == [CoreOnDesk.eth0] && view.media[0].age == .zero)
    }

    @Test func aDeadPeerIsToldNothing() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(15))
        #expect(!desk.core.peerTakesViews && !Self.say(&desk).messages.contains(where: Self.isView))
    }

    // MARK: - Hearing

    @Test func onlyWhatIsNewerCounts() {
        var desk = CoreOnDesk.besideOurs()
        for _ in 0..<5 { _ = desk.hear(status: .active) }
        let ownership = desk.core.ownership
        _ = desk.hear(Self.view(desk, at: 5).content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView?.told.version == "at 5" && desk.core.facts(at: desk.now).peer?.view?.age == .zero)
        #expect(desk.core.facts(at: desk.now).nodes.last?.version == "at 5")
        var other = Self.view(desk, at: 5)
        other.version = "changed"
        for stale in [other, Self.view(desk, at: 4), Self.view(desk, at: 0)] {
            let effects = desk.hear(stale.content, to: CoreOnDesk.alpha)
            #expect(desk.core.peerView?.told.version == "at 5")
            #expect(!effects.messages.contains(where: Self.isView))
        }
        _ = desk.hear(Self.view(desk, at: 6).content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView?.told.version == "at 6")
        #expect(desk.core.ownership == ownership, "nothing is decided by it")
    }

    @Test func whatWasSaidToAnEarlierLifeOfThisNodeCountsForNothing() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(Self.view(desk, at: 5, generation: Generation(39)).content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView == nil)
        var nameless = PeerView(at: 7)
        nameless.version = "7"
        _ = desk.hear(nameless.content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView == nil)
        _ = desk.hear(Self.view(desk, at: 5).content, generation: 6, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView == nil, "of an earlier life of the peer")
    }

    @Test func anotherLifeOfThePeerIsAskedAnewAndMayCountFromOne() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(Self.view(desk, at: 500).content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView != nil)
        desk.peerGeneration = 8
        _ = desk.prove(generation: 8)
        #expect(desk.core.peerView == nil)
        // Whether the new life is one of ours, its first report says.
        let claim = ResourceClaim(local: .none, foreign: .none, heard: desk.everythingSent)
        _ = desk.hear(claim: claim, stable: true)
        _ = desk.hear(Self.view(desk, at: 3).content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView?.told.at == 3)
        _ = desk.hear(Self.view(desk, at: 501).content, generation: 7, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView?.told.at == 3)
    }

    @Test func anOriginalsViewCountsForNothing() {
        var desk = CoreOnDesk.besideAnOriginal()
        _ = desk.hear(Self.view(desk, at: 5).content, to: CoreOnDesk.alpha)
        #expect(desk.core.peerView == nil)
    }

    @Test func noViewMakesAClientHearAnything() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.feed(.interestChanged([.news, .unchanged, .aside, .repeated, .requests]))
        let effects = desk.hear(Self.view(desk, at: 5).content, to: CoreOnDesk.alpha)
        #expect(!effects.contains { if case .handOn(let message, _) = $0 { Self.isView(message) } else { false } })
    }

    @Test func lostStatusesAreToldOfTheLink() throws {
        var desk = CoreOnDesk.besideOurs()
        for _ in 0..<5 { _ = desk.hear(status: .active) }
        let beats = try #require(desk.core.facts(at: desk.now).links.first?.beats)
        #expect(beats.lost == 0 && !beats.lane.isEmpty && !beats.lane.contains("."))
    }

    // MARK: - How often

    private static let start = Instant(nanoseconds: 5_000_000_000)

    /// How many go in this time when `happen` is called each millisecond.
    private static func count(_ time: Duration, _ happen: (inout ViewPace) -> Void) -> Int {
        var pace = ViewPace(now: start)
        var count = 0
        var now = start
        while now < start + time {
            happen(&pace)
            if pace.take(at: now) != nil { count += 1 }
            now = now + .milliseconds(1)
        }
        return count
    }

    @Test func aFloodMakesFourASecond() {
        #expect(Self.count(.seconds(10)) { $0.wasAsked() } == 40)
        #expect(Self.count(.seconds(10)) { $0.ask() } == 40)
        #expect(Self.count(.seconds(10)) { $0.hasChanged() } == 9, "a second apart, and from the last one")
        #expect(Self.count(.seconds(300)) { _ in } == 4)
    }

    @Test func oneViewIsAnAnswerAndAQuestionAtOnce() {
        var pace = ViewPace(now: Self.start)
        #expect(pace.deadline == Self.start + .seconds(60) && pace.take(at: Self.start) == nil)
        pace.wasAsked()
        pace.ask()
        pace.hasChanged()
        #expect(pace.take(at: Self.start) == .init(isAnswer: true, isQuestion: true))
        #expect(pace.take(at: Self.start + .seconds(59)) == nil, "there is nothing new")
        pace.ask()
        pace.hasBeenTold()
        #expect(pace.take(at: Self.start + .seconds(59)) == nil)
        #expect(pace.take(at: Self.start + .seconds(60)) == .init(isAnswer: false, isQuestion: false))
        pace.wasAsked()
        pace.drop(at: Self.start + .seconds(61))
        #expect(pace.deadline == Self.start + .seconds(121))
    }

    @Test func aPairThatNobodyLooksAtSendsTwoAMinuteAtMost() {
        var pair = CorePair()
        pair.pass(.seconds(120))
        var paces = [ViewPace(now: pair.now), ViewPace(now: pair.now)]
        // The links have just come up.
        for node in 0...1 { paces[node].hasChanged() }
        let before = pair.sent.map { $0.count(where: Self.isView) }
        for _ in 0..<600 {
            pair.pass(.milliseconds(100))
            for node in 0...1 where pair.cores[node].peerTakesViews {
                guard paces[node].take(at: pair.now) != nil else { continue }
                let view = pair.cores[node].view(isAnswer: false, at: pair.now)
                pair.feed(.injected(view.content, to: CorePair.names[1 - node], extraFields: []), to: node)
            }
        }
        let sent = zip(pair.sent, before).map { $0.count(where: Self.isView) - $1 }
        #expect(sent.allSatisfy { (1...2).contains($0) }, "\(sent)")
        #expect(pair.cores.allSatisfy { $0.peerView != nil })
    }
}
