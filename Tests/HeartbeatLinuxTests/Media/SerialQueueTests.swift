import HeartbeatModel
import Testing

@testable import HeartbeatMedia

@Suite("What waits for a serial line")
struct SerialQueueTests {
    private var queue = SerialQueue()

    private mutating func add(_ numbers: ClosedRange<UInt8>) {
        for number in numbers {
            let isFull = queue.add([number], .message(SequenceNumber(UInt64(number))))
            #expect(!isFull)
        }
    }

    private mutating func all(repairsMay: Bool = true) -> [UInt8] {
        var order: [UInt8] = []
        while let next = queue.next(repairsMay: repairsMay) { order += next.message }
        return order
    }

    @Test("The order is kept, and repairs come last")
    mutating func order() {
        _ = queue.add([9], .repair)
        add(1...2)
        _ = queue.add([100], .keepalive)
        add(3...3)
        let order = all()
        #expect(order == [1, 2, 100, 3, 9])
        #expect(queue.isEmpty)
    }

    @Test("A keepalive that has waited for the next one goes first, and none is lost")
    mutating func overdue() {
        add(1...3)
        _ = queue.add([100], .keepalive)
        #expect(queue.holdsKeepalive)
        _ = queue.add([101], .keepalive)
        let order = all()
        #expect(order == [100, 1, 2, 3, 101])
        #expect(!queue.holdsKeepalive)
    }

    @Test("What the peer has from elsewhere does not go, but for keepalives")
    mutating func withdrawn() {
        add(1...3)
        _ = queue.add([100], .keepalive)
        _ = queue.add([50], .message(nil))
        add(4...4)
        queue.withdraw(upTo: SequenceNumber(2))
        let order = all()
        #expect(order == [3, 100, 50, 4])
    }

    @Test("Of too many messages the oldest goes, and so it is with keepalives, each with its own; of repairs the last")
    mutating func limits() {
        add(1...UInt8(SerialQueue.mostMessages))
        let keepalives = (0..<SerialQueue.mostKeepalives).map { queue.add([UInt8(100 + $0)], .keepalive) }
        let oneMore = (queue.add([60], .message(nil)), queue.add([120], .keepalive))
        #expect(!keepalives.contains(true) && oneMore == (true, true))
        let repairs = (0...SerialQueue.mostRepairs).map { queue.add([UInt8(200 + $0)], .repair) }
        #expect(repairs.last == true && repairs.count { $0 } == 1)
        let order = all()
        #expect(order.prefix(3) == [101, 2, 3])
        #expect(!order.contains(1) && !order.contains(100))
        #expect(order.count == SerialQueue.mostMessages + SerialQueue.mostKeepalives + SerialQueue.mostRepairs)
    }

    @Test("Repairs wait while they may not go, and nothing waits for them")
    mutating func pause() {
        _ = queue.add([9], .repair)
        add(1...1)
        let order = all(repairsMay: false)
        #expect(order == [1])
        #expect(!queue.isEmpty)
        let last = queue.next(repairsMay: true)
        #expect(last?.isRepair == true)
    }
}
