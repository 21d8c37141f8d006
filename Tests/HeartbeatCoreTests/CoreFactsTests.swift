// What the core tells for programs: where each group is on the other node by its last word, when it was heard, what keeps groups
// from going back, and what stands between the nodes.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct CoreFactsTests {
    private static func facts(_ desk: CoreOnDesk) -> NodeFacts { desk.core.facts(at: desk.now) }

    private static func place(of key: String, _ desk: CoreOnDesk) -> NodeFacts.PeerState? {
        facts(desk).groups.first { $0.key == key }?.onPeer
    }

    // MARK: - Groups on the other node

    struct Word: CustomTestStringConvertible, Sendable {
        var what: String
        var local = ClaimRank.agreed
        var foreign = ClaimRank.none
        var failed: [String] = []
        var adopted: [String] = []
        var kept: [String]?
        var isStable = true
        /// Of beta's `files`, and of alpha's `web`.
        var files: NodeFacts.PeerState
        var web = NodeFacts.PeerState.stopped

        var testDescription: String { what }
    }

    static let words = [
        Word(what: "it runs its own", files: .running),
        Word(what: "it starts its own", isStable: false, files: .moving),
        Word(what: "it has given its own away", local: .none, kept: [], files: .stopped),
        Word(what: "it could not start its own", failed: ["files"], files: .failed),
        Word(what: "it is stopping", local: .none, kept: ["files"], isStable: false, files: .moving),
        Word(what: "it could not stop", local: .none, kept: ["files"], files: .stopFailed),
        Word(what: "it runs what failed here", adopted: ["web"], files: .running, web: .running),
        Word(what: "it starts what failed here", adopted: ["web"], isStable: false, files: .moving, web: .moving),
        Word(what: "it holds everything", foreign: .takeover, files: .running, web: .running),
    ]

    @Test(arguments: words)
    func aGroupIsWhereTheLastWordPutsIt(word: Word) {
        var desk = CoreOnDesk.besideOurs()
        let claim = ResourceClaim(
            local: word.local, foreign: word.foreign, heard: desk.everythingSent, failed: word.failed,
            adopted: word.adopted, kept: word.kept)
        _ = desk.hear(claim: claim, stable: word.isStable)
        #expect(Self.place(of: "files", desk) == word.files)
        #expect(Self.place(of: "web", desk) == word.web)
    }

    @Test func anOriginalTellsItsSetsAlone() {
        var desk = CoreOnDesk.besideAnOriginal()
        #expect(Self.place(of: "files", desk) == .running && Self.place(of: "web", desk) == .stopped)
        #expect(Self.facts(desk).nodes.map(\.speaks) == [.ours, .original])
        #expect(Self.facts(desk).peer?.isAnswer == nil && Self.facts(desk).peer?.health == nil)
        _ = desk.hear(original: .local, stable: false)
        #expect(Self.place(of: "files", desk) == .moving)
        _ = desk.hear(original: [], stable: true)
        #expect(Self.place(of: "files", desk) == .stopped)
    }

    @Test func ofOneThatIsSilentNothingIsKnownAndOneThatHasLeftRunsNothing() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(15))
        var facts = Self.facts(desk)
        #expect(facts.groups.map(\.onPeer) == [.unknown, .unknown] && facts.peer == nil)
        #expect(facts.nodes.last?.standing == .dead && facts.nodes.last?.status == .dead)
        #expect(facts.groups.map(\.state) == [.running, .running] && facts.hold == .all)
        desk = CoreOnDesk.besideOurs()
        _ = desk.hear(.shutdownDone)
        facts = Self.facts(desk)
        #expect(facts.nodes.last?.standing == .left)
        #expect(facts.groups.map(\.onPeer) == [.stopped, .stopped])
    }

    @Test func beforeAnythingWasHeardNothingIsKnown() {
        let desk = CoreOnDesk()
        let facts = Self.facts(desk)
        #expect(facts.groups.map(\.onPeer) == [.unknown, .unknown] && facts.peer == nil)
        #expect(facts.nodes.map(\.speaks) == [.ours, .unknown] && facts.nodes.last?.standing == .awaited)
        #expect(facts.phase == .joining(left: .seconds(30)))
        #expect(facts.links.map(\.state) == [.awaited] && facts.links.first?.lastHeard == nil)
    }

    /// `web` will not stop, and the peer has been told.
    @Test func whatWillNotStopHereRunsThereOnlyIfThePeerHasNotWaited() {
        var desk = CoreOnDesk.besideOurs()
        desk.stuck = ["web"]
        _ = desk.hear(claim: claim(desk, foreign: .none, kept: []), stable: true)
        _ = desk.request(.standby(.local))
        _ = desk.hear(.askResources(.local, .other))
        let before = desk.everythingSent
        _ = desk.hear(claim: claim(desk, foreign: .agreed, kept: [], awaited: ["web"]), stable: true)
        #expect(Self.place(of: "web", desk) == .stopped)
        _ = desk.pass(.seconds(15))
        #expect(Self.facts(desk).groups.first?.failing == "web")
        var late = claim(desk, foreign: .agreed, kept: [])
        late.heard = MessageIdentity(
            generation: before.generation, sequence: SequenceNumber(before.sequence.number - 1))
        _ = desk.hear(claim: late, stable: true)
        #expect(Self.place(of: "web", desk) == .moving, "it had not heard that web runs on")
        _ = desk.hear(claim: claim(desk, foreign: .agreed, kept: []), stable: true)
        #expect(Self.place(of: "web", desk) == .running, "it did not wait")
    }

    private func claim(
        _ desk: CoreOnDesk, foreign: ClaimRank, kept: [String], awaited: [String] = []
    ) -> ResourceClaim {
        ResourceClaim(local: .agreed, foreign: foreign, heard: desk.everythingSent, kept: kept, awaited: awaited)
    }

    // MARK: - Who was heard when

    @Test func aLinkTellsItsAgeUntilItIsDead() throws {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(status: .active)
        desk.peerStatus = nil
        _ = desk.pass(.seconds(4))
        let link = try #require(Self.facts(desk).links.first)
        #expect(link.node == CoreOnDesk.beta && link.medium == CoreOnDesk.eth0 && link.state == .up)
        #expect(link.lastHeard == .seconds(4))
        #expect(Self.facts(desk).nodes.last?.lastHeard == .seconds(4))
        _ = desk.pass(.seconds(10))
        #expect(Self.facts(desk).links.first?.state == .dead && Self.facts(desk).links.first?.lastHeard == .seconds(14))
    }

    @Test func theOtherNodesTimesAreItsOwn() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerLease = .seconds(2)
        _ = desk.hear(status: .active, deadtime: .seconds(7))
        let nodes = Self.facts(desk).nodes
        #expect(nodes.map(\.deadtime) == [.seconds(10), .seconds(7)])
        #expect(nodes.last?.lease == .seconds(2) && nodes.last?.speaks == .ours)
    }

    // MARK: - What the other node has said

    @Test func anAnswerIsOneThatHasHeardOurLastReport() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(claim: claim(desk, foreign: .none, kept: []), stable: true)
        #expect(Self.facts(desk).peer?.hold == .foreign && Self.facts(desk).peer?.isAnswer == true)
        var question = claim(desk, foreign: .none, kept: [])
        question.wantsAnswer = true
        // It is answered with a report that the peer has not heard yet.
        _ = desk.hear(claim: question, stable: true)
        #expect(Self.facts(desk).peer?.isAnswer == false)
    }

    @Test func bothHoldIsToldUntilItIsSettled() {
        var desk = CoreOnDesk.besideOurs()
        #expect(Self.facts(desk).flags.isEmpty && Self.facts(desk).phase == .stable)
        _ = desk.hear(
            claim: ResourceClaim(
                local: .agreed, foreign: .takeover,
                heard: MessageIdentity(
                    generation: CoreOnDesk.generation, sequence: SequenceNumber(1)), kept: []), stable: true)
        #expect(Self.facts(desk).flags == [.bothHold])
        #expect(Self.facts(desk).groups.map(\.isDisputed) == [true, false])
        _ = desk.hear(claim: claim(desk, foreign: .none, kept: []), stable: true)
        #expect(Self.facts(desk).flags.isEmpty && !Self.facts(desk).groups.contains(where: \.isDisputed))
    }

    // MARK: - Going back

    @Test func whatWaitsForFilesSaysSo() {
        var configuration = CoreOnDesk.configuration
        configuration.syncFiles = ["/etc/a"]
        (configuration.syncMismatch, configuration.autoFailback) = (.hold, .on)
        var desk = CoreOnDesk.besideOurs(configuration)
        #expect(Self.facts(desk).failback == nil)
        _ = desk.feed(.filesRead([SharedFile("/etc/a", .hash(1))]))
        desk.peerStatus = nil
        _ = desk.pass(.seconds(11))
        desk.peerStatus = .active
        _ = desk.pass(.seconds(1))
        let files = [SharedFile("/etc/a", .hash(2)).fingerprint]
        let claim = ResourceClaim(local: .none, foreign: .none, heard: desk.everythingSent, files: files)
        _ = desk.hear(claim: claim, stable: true)
        _ = desk.pass(.seconds(2))
        #expect(Self.facts(desk).failback == NodeFacts.FailbackFact(isWanted: true, blockedBy: .files))
        #expect(Self.facts(desk).files.map(\.state) == [.different])
        _ = desk.feed(.filesRead([SharedFile("/etc/a", .hash(2))]))
        #expect(Self.facts(desk).failback == nil && Self.facts(desk).handover == "offered foreign")
        #expect(Self.facts(desk).phase == .transition)
    }

    // MARK: - What is watched

    @Test func whatCountsIsWhatMovesGroups() {
        var configuration = CoreOnDesk.configuration
        configuration.probes = ["isp", "dns"].map { PathProbe(name: $0, kind: .icmp(host: "192.0.2.1")) }
        configuration.probeGroups = [PathProbeGroup(name: "paths", needed: 1, members: ["dns"])]
        var desk = CoreOnDesk.besideOurs(configuration)
        _ = desk.feed(
            .watched([InterfaceRule(interface: "eth1"), InterfaceRule(interface: "eth2", role: .heartbeat)]))
        let watched = Self.facts(desk).watched
        #expect(watched.map(\.name) == ["eth1", "eth2", "isp", "dns", "paths"])
        #expect(watched.map(\.counts) == [true, false, true, false, true])
    }
}
