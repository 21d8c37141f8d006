import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatLoop
@testable import HeartbeatMedia

/// Counts how often it is asked.
private final class CountedSource: ReceivingSource {
    var drained = 0
    var readableDescriptor: Int32

    init(_ descriptor: Int32) {
        readableDescriptor = descriptor
    }

    func drain() { drained += 1 }
}

private let port: UInt16 = 16941
/// Where nobody else uses the port, if this process may make such a place.
private let network = TestNetwork.isAvailable ? TestNetwork() : nil

/// The order in which a loop with a loopback medium called what came in and its deadline, after `act`. What the kernel itself
/// has not brought when the deadline is due proves nothing – on a busy machine another thread of it does that –, so a wrong
/// order counts when it comes each time.
private func order(expecting right: [String], _ act: @escaping (Reactor, MediaSet) -> Void) -> [String] {
    var order: [String] = []
    for _ in 0..<10 where order != right { order = orderOnce(act) }
    return order
}

private func orderOnce(_ act: @escaping (Reactor, MediaSet) -> Void) -> [String] {
    let loop = LoopThread(in: network)
    defer { loop.stop() }
    let order = Handover<[String]>()
    order.value = []
    let set = loop.on { reactor in
        let set = MediaSet([.unicast(interface: "lo", peer: "127.0.0.1", port: port)], reactor: reactor)
        set.deliver(bytes: { _, _ in order.value?.append("datagram") }, events: { _, _ in })
        set.open()
        return set
    }
    loop.on { reactor in
        reactor.onDeadline = { _ in order.value?.append("deadline") }
        act(reactor, set)
    }
    _ = loop.eventually { _ in order.value!.contains("deadline") }
    return loop.on { _ in
        set.close()
        return order.value!
    }
}

@Suite(.serialized)
struct ReactorTests {
    @Test(
        "After a stall the whole backlog is delivered before the deadline", arguments: [0, 1, 300, 700, 1200])
    func drainsThenExpires(count: Int) {
        let right = Array(repeating: "datagram", count: count) + ["deadline"]
        let order = order(expecting: right) { reactor, set in
            reactor.setDeadline(reactor.now + .milliseconds(1))
            for _ in 0..<count { set.send(netstring: Array("x".utf8), classic: []) }
            let due = reactor.now + .milliseconds(5)
            while reactor.now < due { usleep(1000) }
        }
        #expect(order == right)
    }

    @Test("What arrives between the loop's last look and the deadline is delivered first")
    func drainsExplicitly() {
        let right = ["datagram", "deadline"]
        let order = order(expecting: right) { reactor, set in
            // Both timers are due in the same turn of the loop, which has looked at the sockets already: only the explicit
            // drain can find this datagram before the deadline.
            let due = reactor.now + .milliseconds(1)
            reactor.after(.zero) { set.send(netstring: Array("x".utf8), classic: []) }
            reactor.setDeadline(due)
            while reactor.now < due + .milliseconds(1) {}
        }
        #expect(order == right)
    }

    @Test("The instant of a deadline is not before it was due and not after what is delivered later")
    func deadlineInstant() {
        let loop = LoopThread()
        defer { loop.stop() }
        let due = loop.on { $0.now + .milliseconds(20) }
        let fired = Handover<Instant>()
        loop.on { reactor in
            reactor.onDeadline = { fired.value = $0 }
            reactor.setDeadline(due)
        }
        #expect(loop.eventually { _ in fired.value != nil })
        #expect(loop.on { reactor in fired.value! >= due && fired.value! <= reactor.now })
    }

    @Test("Only the last deadline set counts, and it fires once")
    func replacedDeadline() {
        let loop = LoopThread()
        defer { loop.stop() }
        let fired = Handover<[Instant]>()
        fired.value = []
        let later = loop.on { reactor in
            reactor.onDeadline = { fired.value?.append($0) }
            let later = reactor.now + .milliseconds(60)
            reactor.setDeadline(reactor.now + .milliseconds(10))
            reactor.setDeadline(nil)
            reactor.setDeadline(reactor.now + .milliseconds(20))
            reactor.setDeadline(later)
            return later
        }
        #expect(loop.eventually { reactor in reactor.now > later + .milliseconds(40) && !fired.value!.isEmpty })
        #expect(loop.on { _ in fired.value!.count == 1 && fired.value![0] >= later })
    }

    @Test("A deadline set inside the callback is the next one")
    func rearmed() {
        let loop = LoopThread()
        defer { loop.stop() }
        let count = Handover<Int>()
        count.value = 0
        loop.on { reactor in
            reactor.onDeadline = { [unowned reactor] instant in
                count.value! += 1
                reactor.setDeadline(count.value! < 5 ? instant + .milliseconds(1) : nil)
            }
            reactor.setDeadline(.zero)
        }
        #expect(loop.eventually { _ in count.value == 5 })
    }

    @Test("A cancelled timer does not fire")
    func cancelled() {
        let loop = LoopThread()
        defer { loop.stop() }
        let fired = Handover<[String]>()
        fired.value = []
        loop.on { reactor in
            let first = reactor.after(.milliseconds(1)) { fired.value?.append("cancelled") }
            reactor.after(.milliseconds(30)) { fired.value?.append("kept") }
            first.cancel()
        }
        #expect(loop.eventually { _ in !fired.value!.isEmpty })
        #expect(loop.on { _ in fired.value! } == ["kept"])
    }

    @Test("Only sources with something to read are drained, and none after it was unregistered")
    func sources() {
        let loop = LoopThread()
        defer { loop.stop() }
        var pipes: [Int32] = [-1, -1]
        #expect(pipe(&pipes) == 0)
        defer { pipes.forEach { close($0) } }
        let source = CountedSource(pipes[0])
        let writeEnd = pipes[1]
        loop.on { reactor in
            reactor.register(source)
            reactor.drain()
        }
        #expect(source.drained == 0)
        loop.on { reactor in
            write(writeEnd, "x", 1)
            reactor.drain()
        }
        #expect(source.drained == 1)
        loop.on { reactor in
            reactor.unregister(source)
            reactor.drain()
        }
        #expect(source.drained == 1)
    }

    @Test("Stopping ends the loop, with media still open")
    func stops() {
        let station = Station([.unicast(interface: "lo", peer: "127.0.0.1", port: port)], in: network)
        #expect(station.eventually { $0.story("lo") == ["opened"] })
        #expect(station.loop.stop())
        #expect(station.recorder.story("lo") == ["opened"])
    }
}
