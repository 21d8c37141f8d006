// People who ask for a fresh picture wait for the other node a moment and no longer; the other node is asked once for all of them.

import Foundation
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatCore
@testable import HeartbeatDaemon

@Suite struct ViewServiceTests {
    /// What was said, what was answered and when. One thread writes, and the test reads when that has ended.
    private final class Story: @unchecked Sendable {
        var said: [PeerView] = []
        var answers: [Duration] = []
        /// How many were answered after each thing that happened.
        var counts: [Int] = []
        var heard: HeardView?
        var hasPeer = true
        var isSlow = false
    }

    /// Lets the loop run for `time` after `act`.
    private static func run(
        _ story: Story, for time: Duration, _ act: @escaping @Sendable (ViewService, Reactor) -> Void
    ) throws {
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            Reactor.run { reactor in
                let service = ViewService(
                    Configuration(nodes: [NodeName("a"), NodeName("b")]), reactor: reactor,
                    node: ViewService.Node(
                        peer: { story.hasPeer ? NodeName("b") : nil }, own: { _ in PeerView(at: 1) },
                        heard: { story.heard }, isSlow: { story.isSlow },
                        feed: { event in
                            guard case .injected(.other(PeerView.messageType, let fields), _, _) = event else { return }
                            story.said.append(PeerView(fields: fields))
                        }))
                act(service, reactor)
                reactor.after(time) {
                    service.close()
                    reactor.stop()
                }
            }
            finished.signal()
        }
        try #require(finished.wait(timeout: .now() + 150) == .success)
    }

    private static func ask(_ service: ViewService, _ reactor: Reactor, _ story: Story) {
        let begin = reactor.now
        service.refresh { story.answers.append(reactor.now - begin) }
    }

    private static func answer(at: UInt64, isQuestion: Bool = false) -> HeardView {
        var view = PeerView(at: at)
        var medium = PeerView.Medium(name: MediumName("eth0"))
        medium.lane = "|"
        view.media = [medium]
        view.isQuestion = isQuestion
        return HeardView(told: view, at: .now)
    }

    @Test(arguments: [false, true]) func `who asks is answered although the other node is silent`(isSlow: Bool) throws {
        let story = Story()
        story.isSlow = isSlow
        try Self.run(story, for: .milliseconds(1500)) { service, reactor in Self.ask(service, reactor, story) }
        #expect(story.said.map(\.isQuestion) == [true])
        #expect(story.answers.count == 1)
        #expect(story.answers.allSatisfy { $0 >= .milliseconds(isSlow ? 500 : 300) && $0 < .milliseconds(1400) })
    }

    @Test func `without another node there is nothing to wait for`() throws {
        let story = Story()
        story.hasPeer = false
        try Self.run(story, for: .milliseconds(50)) { service, reactor in Self.ask(service, reactor, story) }
        #expect(story.said.isEmpty && story.answers.count == 1 && story.answers.allSatisfy { $0 < .milliseconds(300) })
    }

    @Test func `one question is asked for all, and its answer is everybody's`() throws {
        let story = Story()
        try Self.run(story, for: .milliseconds(2000)) { service, reactor in
            for _ in 0..<20 { Self.ask(service, reactor, story) }
            reactor.after(.milliseconds(20)) {
                // A view that was not asked for answers nobody.
                story.heard = HeardView(told: PeerView(at: 1), at: .now)
                service.heard()
                story.counts.append(story.answers.count)
                story.heard = Self.answer(at: 2)
                service.heard()
                story.counts.append(story.answers.count)
            }
        }
        #expect(story.said.map(\.isQuestion) == [true] && story.counts == [0, 20])
    }

    @Test func `a view that is heard again asks for nothing`() throws {
        let story = Story()
        try Self.run(story, for: .milliseconds(900)) { service, reactor in
            story.heard = Self.answer(at: 2, isQuestion: true)
            for _ in 0..<100 { service.heard() }
            reactor.after(.milliseconds(600)) { for _ in 0..<100 { service.heard() } }
        }
        #expect(story.said.count == 1)
    }

    @Test func `whoever waits when the daemon ends is answered`() throws {
        let story = Story()
        try Self.run(story, for: .milliseconds(1)) { service, reactor in Self.ask(service, reactor, story) }
        #expect(story.answers.count == 1)
    }
}
