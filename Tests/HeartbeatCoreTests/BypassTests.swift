// The way where no medium is, as a value: when it is taken, when it is left, and what people are told of it.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct BypassTests {
    private static let begin = Instant.zero + .seconds(100)
    private static let end = KernelQuestion(IPAddress(0x0A00_0002), on: "eth0")

    private final class Bench {
        var bypass = Bypass(now: BypassTests.begin)
        let configuration: Configuration
        var sequence: UInt64 = 0

        init() {
            var configuration = Configuration(nodes: [])
            configuration.keepalive = .milliseconds(250)
            configuration.deadtime = .seconds(1)
            self.configuration = configuration
            _ = bypass.stand(on: [BypassTests.end], asked: [BypassTests.end])
        }

        /// The next message of the peer's comes over these.
        func hear(over media: MediumName..., at time: Duration) {
            sequence += 1
            for medium in media { bypass.heard(SequenceNumber(sequence), over: medium, at: BypassTests.begin + time) }
        }

        func serves(_ question: KernelQuestion, _ station: [UInt8], at now: Instant) -> Bool {
            bypass.answered(question, by: station, at: now)
        }

        func isOpened(at time: Duration) -> Bool {
            bypass.revise(configuration, at: BypassTests.begin + time)
        }

        func notice(at time: Duration, isAlive: Bool = true) -> Bypass.Notice? {
            bypass.notice(configuration, isAlive: isAlive, at: BypassTests.begin + time)
        }
    }

    private static let medium = MediumName("/dev/ttyS0")
    private static let aside = MediumName.bypass("eth0")

    @Test func `it is taken when a keepalive is late on every medium, and left when one is heard`() {
        let bench = Bench()
        bench.hear(over: Self.medium, at: .milliseconds(100))
        #expect(bench.bypass.deadline(bench.configuration) == Self.begin + .milliseconds(400))
        #expect(!bench.isOpened(at: .milliseconds(399)) && !bench.bypass.isOpen)
        #expect(bench.isOpened(at: .milliseconds(400)) && bench.bypass.isOpen && bench.bypass.isDeaf)
        #expect(!bench.isOpened(at: .milliseconds(500)), "it is opened once")
        bench.hear(over: Self.medium, at: .milliseconds(600))
        #expect(!bench.isOpened(at: .milliseconds(600)) && !bench.bypass.isOpen)
    }

    @Test func `what comes over it does not make a medium of it`() {
        let bench = Bench()
        for time in stride(from: 250, through: 3000, by: 250) {
            bench.hear(over: Self.aside, at: .milliseconds(time))
            _ = bench.isOpened(at: .milliseconds(time))
        }
        #expect(bench.bypass.isOpen && bench.bypass.isDeaf)
    }

    @Test func `a copy that comes over a medium after the one over the bypass counts, a record does not`() {
        let bench = Bench()
        bench.hear(over: Self.aside, Self.medium, at: .milliseconds(900))
        _ = bench.isOpened(at: .milliseconds(900))
        #expect(!bench.bypass.isDeaf)
        for time in [1100, 1400] {
            bench.hear(over: Self.aside, at: .milliseconds(time))
            bench.bypass.heard(SequenceNumber(1), over: Self.medium, at: Self.begin + .milliseconds(time))
            _ = bench.isOpened(at: .milliseconds(time))
        }
        #expect(bench.bypass.isDeaf, "an old message proves nothing")
        bench.hear(over: Self.medium, at: .milliseconds(1500))
        for time in [1700, 1900] {
            bench.bypass.heard(
                SequenceNumber(bench.sequence), over: Self.medium, at: Self.begin + .milliseconds(time))
            _ = bench.isOpened(at: .milliseconds(time))
        }
        #expect(bench.bypass.isDeaf, "nor does the newest one, again and again")
    }

    @Test func `who hears its peer well sends by it for one that is deaf, and for no longer than deadtime`() {
        let bench = Bench()
        bench.bypass.said(isDeaf: true, at: Self.begin)
        #expect(bench.isOpened(at: .zero) && !bench.bypass.isDeaf)
        for time in [250, 500, 750] { bench.hear(over: Self.medium, at: .milliseconds(time)) }
        _ = bench.isOpened(at: .milliseconds(999))
        #expect(bench.bypass.isOpen)
        _ = bench.isOpened(at: .milliseconds(1000))
        #expect(!bench.bypass.isOpen)
        bench.bypass.said(isDeaf: true, at: Self.begin + .milliseconds(1000))
        #expect(bench.isOpened(at: .milliseconds(1000)))
        bench.bypass.said(isDeaf: false, at: Self.begin + .milliseconds(1001))
        _ = bench.isOpened(at: .milliseconds(1001))
        #expect(!bench.bypass.isOpen)
    }

    @Test func `without addresses of the peer there is none`() {
        let bench = Bench()
        let (first, second) = (bench.bypass.stand(on: [], asked: []), bench.bypass.stand(on: [], asked: []))
        #expect(first && !second)
        #expect(!bench.isOpened(at: .seconds(10)) && !bench.bypass.isDeaf)
        #expect(bench.bypass.deadline(bench.configuration) == nil)
    }

    @Test func `people are told once that it is the only way, again after ten minutes, and when it is over`() {
        let bench = Bench()
        for time in stride(from: 0, through: 750, by: 250) {
            bench.hear(over: Self.aside, at: .milliseconds(time))
            _ = bench.isOpened(at: .milliseconds(time))
            #expect(bench.notice(at: .milliseconds(time)) == nil)
        }
        _ = bench.isOpened(at: .seconds(1))
        #expect(bench.notice(at: .seconds(1)) == .onlyWay)
        #expect(bench.notice(at: .seconds(2)) == nil)
        bench.hear(over: Self.aside, at: .seconds(601))
        #expect(bench.notice(at: .seconds(601)) == .onlyWay)
        bench.hear(over: Self.medium, at: .seconds(602))
        _ = bench.isOpened(at: .seconds(602))
        #expect(bench.notice(at: .seconds(602)) == .over)
        #expect(bench.notice(at: .seconds(603)) == nil)
    }

    @Test func `of a dead peer nobody hears that only the bypass leads to it`() {
        let bench = Bench()
        _ = bench.isOpened(at: .seconds(5))
        #expect(bench.notice(at: .seconds(5), isAlive: false) == nil)
        #expect(bench.notice(at: .seconds(700), isAlive: true) == nil, "nothing has come over it")
    }

    @Test func `nor of one that was last heard long ago and is about to be found dead`() {
        let bench = Bench()
        bench.hear(over: Self.aside, at: .milliseconds(300))
        _ = bench.isOpened(at: .seconds(1))
        #expect(bench.notice(at: .seconds(1)) == nil)
        bench.hear(over: Self.aside, at: .milliseconds(1900))
        #expect(bench.notice(at: .seconds(2)) == .onlyWay, "it is looked at again soon")
    }

    @Test func `a node that stood still waits until it has heard what there is`() {
        let bench = Bench()
        bench.bypass.forgiveStall(at: Self.begin + .seconds(5))
        #expect(!bench.isOpened(at: .milliseconds(5299)))
        #expect(bench.isOpened(at: .milliseconds(5300)))
    }

    @Test func `a service address shows the peer only when its station is that of the peer's own address`() {
        let service = KernelQuestion(IPAddress(0x0A00_0064), on: "eth0")
        let (peers, other): ([UInt8], [UInt8]) = ([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 9])
        let bench = Bench()
        _ = bench.isOpened(at: .milliseconds(300))
        let now = Self.begin + .milliseconds(300)
        #expect(!bench.serves(service, peers, at: now), "whose station is that?")
        #expect(!bench.serves(Self.end, peers, at: now))
        #expect(!bench.serves(service, other, at: now), "a third host has the address")
        #expect(bench.serves(service, peers, at: now))
        #expect(bench.serves(service, peers, at: Self.begin + .milliseconds(900)))
        _ = bench.isOpened(at: .seconds(1))
        #expect(bench.notice(at: .seconds(1)) == .onlyKernel(service))
    }
}
