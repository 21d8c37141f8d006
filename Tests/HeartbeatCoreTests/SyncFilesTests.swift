// Files that must be the same on both nodes: what two lists come to, what is told of it, and what waits.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct SyncFilesTests {
    private static let path = "/etc/swanctl/swanctl.conf"
    private static let other = "/etc/frr/frr.conf"

    private static func told(_ path: String, _ content: SharedFile.Content) -> SharedFileFingerprint {
        SharedFile(path, content).fingerprint
    }

    // MARK: - Comparing

    @Test(arguments: [
        (SharedFile.Content.hash(1), SharedFile.Content.hash(1), ClusterSnapshot.File.State.same, false),
        (.hash(1), .hash(2), .different, true), (.missing, .hash(2), .different, true),
        (.hash(1), .missing, .different, true), (.missing, .missing, .same, false),
        (.unread, .hash(1), .pending, true), (.hash(1), .unread, .pending, true),
        (.unreadable, .hash(1), .unknown, false), (.hash(1), .tooLarge, .unknown, false),
        (.tooLarge, .tooLarge, .unknown, false),
    ])
    func `what cannot be compared holds nothing back, what will be soon does`(
        here: SharedFile.Content, there: SharedFile.Content, state: ClusterSnapshot.File.State, holds: Bool
    ) {
        let comparison = FileComparison([SharedFile(Self.path, here)], [Self.told(Self.path, there)])
        #expect(comparison.files.map(\.state) == [state])
        #expect(comparison.holds == holds)
    }

    @Test func `a file that only one node lists is named as such and holds nothing back`() {
        var theirs = Self.told(Self.other, .hash(2))
        theirs.path = Self.other
        let comparison = FileComparison([SharedFile(Self.path, .hash(1))], [theirs])
        #expect(comparison.files.map(\.path) == [Self.path, Self.other])
        #expect(comparison.files.map(\.state) == [.onlyHere, .onlyThere] && !comparison.holds)
        #expect(FileComparison([SharedFile(Self.path, .hash(1))], nil).files.map(\.state) == [.unknown])
        #expect(FileComparison([], []).files.isEmpty)
    }

    // MARK: - Telling

    private static func desk(_ mismatch: SyncMismatch = .hold, files: [String] = [path]) -> CoreOnDesk {
        var configuration = CoreOnDesk.configuration
        configuration.syncFiles = files
        configuration.syncMismatch = mismatch
        configuration.autoFailback = .on
        return CoreOnDesk.besideOurs(configuration)
    }

    private static func claim(
        _ files: [SharedFileFingerprint]?, by desk: CoreOnDesk, foreign: ClaimRank = .none
    ) -> ResourceClaim {
        ResourceClaim(local: .agreed, foreign: foreign, heard: desk.everythingSent, files: files)
    }

    private static func differs(_ here: UInt32, _ there: UInt32) -> Fact {
        .differentFile(path, here: .hash(here), there: .hash(there), node: CoreOnDesk.beta)
    }

    @Test func `a difference is told once, again when it is another one, and when it is gone`() {
        var desk = Self.desk()
        #expect(
            desk.feed(.filesRead([SharedFile(Self.path, .hash(1))])).reports.last?.claim?.files?.first?.content
                == .hash(1))
        let first = desk.hear(claim: Self.claim([Self.told(Self.path, .hash(2))], by: desk), stable: true)
        #expect(
            first.tells(Self.differs(1, 2)) && first.facts.first { $0.event == "different-files" }?.level == .warning)
        let again = desk.hear(claim: Self.claim([Self.told(Self.path, .hash(2))], by: desk), stable: true)
        #expect(!again.tells(any: .differentFiles))
        let edited = desk.feed(.filesRead([SharedFile(Self.path, .hash(3))]))
        #expect(edited.tells(Self.differs(3, 2)))
        #expect(desk.core.snapshot.files.map(\.state) == [.different])
        let mended = desk.feed(.filesRead([SharedFile(Self.path, .hash(2))]))
        #expect(mended.tells(.sameFile(Self.path, node: CoreOnDesk.beta)))
        #expect(mended.reports.last?.claim?.files?.first?.content == .hash(2))
        #expect(desk.core.snapshot.files.map(\.state) == [.same])
    }

    @Test func `a node that begins anew and has yet to read the file changes nothing of what was told`() {
        var desk = Self.desk()
        _ = desk.feed(.filesRead([SharedFile(Self.path, .hash(1))]))
        var told: [[Fact]] = []
        for content in [SharedFile.Content.hash(2), .unread, .hash(2), .unread, .hash(1)] {
            let effects = desk.hear(claim: Self.claim([Self.told(Self.path, content)], by: desk), stable: true)
            told.append(effects.facts.filter { ["different-files", "same-files"].contains($0.event) })
        }
        #expect(told == [[Self.differs(1, 2)], [], [], [], [.sameFile(Self.path, node: CoreOnDesk.beta)]])
    }

    @Test func `a path is told only to a node that does not list it`() {
        var desk = Self.desk(files: [Self.path, Self.other])
        let files = [SharedFile(Self.path, .hash(1)), SharedFile(Self.other, .hash(2))]
        _ = desk.feed(.filesRead(files))
        let answer = desk.hear(claim: Self.claim([Self.told(Self.path, .hash(1))], by: desk), stable: true)
        #expect(answer.reports.last?.claim?.files?.map(\.path) == [nil, Self.other])
        let both = desk.hear(
            claim: Self.claim([Self.told(Self.path, .hash(1)), Self.told(Self.other, .hash(2))], by: desk), stable: true
        )
        #expect(both.reports.last?.claim?.files?.map(\.path) == [nil, nil])
        #expect(both.tells(.sameFile(Self.other, node: CoreOnDesk.beta)))
        let none = desk.hear(claim: Self.claim(nil, by: desk), stable: true)
        for path in [Self.path, Self.other] {
            #expect(none.tells(.unlistedFile(path, listedBy: CoreOnDesk.alpha, notBy: CoreOnDesk.beta)))
        }
        #expect(desk.core.snapshot.files.map(\.state) == [.onlyHere, .onlyHere])
    }

    @Test func `an original is told nothing about and nothing is said of it`() {
        var configuration = CoreOnDesk.configuration
        configuration.syncFiles = [Self.path]
        var desk = CoreOnDesk.besideAnOriginal(configuration)
        let effects = desk.feed(.filesRead([SharedFile(Self.path, .hash(1))]))
        #expect(!effects.tells(any: .differentFiles))
        #expect(desk.core.snapshot.files.map(\.state) == [.unknown])
    }

    @Test func `a list that is read again is told with what is known of it`() {
        var desk = Self.desk()
        _ = desk.feed(.filesRead([SharedFile(Self.path, .hash(1))]))
        var configuration = desk.core.node.configuration
        configuration.syncFiles = [Self.other, Self.path]
        let report = desk.feed(.reconfigured(configuration)).reports.last?.claim?.files
        #expect(report?.map(\.content) == [.unread, .hash(1)])
        configuration.syncFiles = []
        let none = desk.feed(.reconfigured(configuration)).reports.last
        #expect(none != nil && none?.claim?.files == nil)
    }

    // MARK: - Waiting

    /// Alpha has taken over what is beta's; beta is back and has this in its file, alpha has 1.
    private static func returned(_ mismatch: SyncMismatch, with version: UInt32) -> (CoreOnDesk, [Effect]) {
        var desk = desk(mismatch)
        _ = desk.feed(.filesRead([SharedFile(path, .hash(1))]))
        desk.peerStatus = nil
        _ = desk.pass(.seconds(11))
        desk.peerStatus = .active
        var effects = desk.pass(.seconds(1))
        let claim = ResourceClaim(
            local: .none, foreign: .none, heard: desk.everythingSent, files: [told(path, .hash(version))])
        effects += desk.hear(claim: claim, stable: true)
        return (desk, effects + desk.pass(.seconds(2)))
    }

    @Test func `groups return by themselves when the files are the same`() {
        #expect(Self.returned(.hold, with: 1).1.steps.contains("foreign me"))
        #expect(Self.returned(.warn, with: 2).1.steps.contains("foreign me"), "they only warn")
    }

    @Test func `with hold they wait, which is told once, and go when the file is put right`() {
        var (desk, effects) = Self.returned(.hold, with: 2)
        effects += desk.pass(.seconds(60))
        #expect(!effects.steps.contains("foreign me"))
        let waiting = Fact.failbackWaits(node: CoreOnDesk.beta, paths: [Self.path])
        #expect(effects.facts.count { $0 == waiting } == 1)
        #expect(desk.feed(.filesRead([SharedFile(Self.path, .hash(2))])).steps == ["foreign me"])
    }

    @Test func `an operator is warned and obeyed`() {
        var (desk, _) = Self.returned(.hold, with: 2)
        let taking = desk.request(.takeover(.foreign))
        let giving = desk.request(.standby(.foreign))
        #expect(taking.contents == [.takeoverRequest(.foreign)] && giving.steps == ["foreign me"])
        let replies = (taking + giving).compactMap { effect -> Reply? in
            if case .reply(_, let reply) = effect { reply } else { nil }
        }
        let caution = Reply.acceptedWithCaution("\(Self.path) is not the same on both nodes; see cl_status files")
        #expect(replies == [caution, caution])
    }

    @Test func `whoever dies is taken over from, whatever is in the files`() {
        var desk = Self.desk()
        _ = desk.feed(.filesRead([SharedFile(Self.path, .hash(1))]))
        _ = desk.hear(claim: Self.claim([Self.told(Self.path, .hash(2))], by: desk), stable: true)
        desk.peerStatus = nil
        #expect(desk.pass(.seconds(11)).calls.contains("start files"))
    }
}
