// What a pair costs while nothing happens: both nodes are watched for a while, then the serving one is looked at alone.

import Glibc
import HeartbeatLab

/// Measures one pair.
struct CostMeasurement {
    let cluster: BenchCluster
    /// How long both nodes are watched.
    let duration: Duration

    /// What a daemon does late after its start – announcing once more, a longer deadtime at first – is over then.
    static let settling = Duration.seconds(12)

    /// One row for each node.
    func rows(run: Int) throws -> [BenchRow] {
        try cluster.ready()
        try Interruption.pause(Self.settling)
        var rows = try watch(run: run)
        rows[0].figures[Figure.proportionalMemoryAlone] = try memoryAlone()
        return rows
    }

    private func watch(run: Int) throws -> [BenchRow] {
        let meters = cluster.nodes.map { ProcessMeter(processes: cluster.peer.processes(of: $0)) }
        let counters = meters.map { SystemCallCounter(counting: $0) }
        let instructionCounters = meters.map { InstructionCounter(counting: $0) }
        defer {
            for counter in counters { counter?.close() }
            for counter in instructionCounters { counter?.close() }
        }
        let before = meters.map { Reading($0) }
        let callsBefore = counters.map { $0?.count() }
        let instructionsBefore = instructionCounters.map { $0?.count() }
        try Interruption.pause(duration)
        let after = meters.map { Reading($0) }
        let instructionsAfter = instructionCounters.map { $0?.count() }
        let calls = zip(counters, callsBefore).map { counter, before in counter.map { $0.count() - (before ?? 0) } }
        return cluster.nodes.indices.map { number in
            var row = cluster.row("cost", run: run)
            row.figures = after[number].figures(since: before[number])
            row.figures[Figure.node] = Double(number + 1)
            let span = after[number].at - before[number].at
            count(calls[number], meters[number], over: span, in: &row)
            guard let now = instructionsAfter[number], let then = instructionsBefore[number],
                let instructions = InstructionCount.perInterval(
                    [InstructionCount(instructions: now - then, span: span)], of: cluster.peer.keepalive)
            else { return row }
            return row.counting(instructions, by: .counter)
        }
    }

    /// Where the kernel has not counted the system calls strace does, afterwards, so that it disturbs nothing else.
    private func count(_ calls: Int?, _ meter: ProcessMeter, over span: Duration, in row: inout BenchRow) {
        let intervals = span.inMilliseconds / row.keepaliveMilliseconds
        if let calls {
            row.figures[Figure.systemCalls] = Double(calls) / intervals
        } else if let summary = StraceSummary(counting: meter, seconds: 20) {
            row.figures[Figure.systemCalls] = Double(summary.total) / (20_000 / row.keepaliveMilliseconds)
            row.notes.append("system calls counted by strace, which slows down what it counts")
        } else {
            row.notes.append("system calls are not counted: neither tracefs nor strace")
        }
    }

    /// What the serving node has while nobody shares its pages: the other one is off.
    private func memoryAlone() throws -> Double {
        try cluster.laboratory.powerOff(cluster.nodes[1])
        try Interruption.pause(cluster.peer.deadtime + .seconds(3))
        let meter = ProcessMeter(processes: cluster.peer.processes(of: cluster.nodes[0]))
        return mebibytes(meter.memory().proportional)
    }
}

/// The kernel's kB are 1024 bytes.
private func mebibytes(_ kilobytes: Int) -> Double {
    (Double(kilobytes) / 1024 * 1000).rounded() / 1000
}

/// What can be read of a node's processes at one moment.
struct Reading {
    let at: Moment
    private let meter: ProcessMeter
    private let memory: MemoryFacts
    private let schedule: ScheduleFacts
    private let links: [String: InterfaceTraffic]

    init(_ meter: ProcessMeter) {
        self.meter = meter
        memory = meter.memory()
        schedule = meter.schedule()
        links = meter.links()
        at = Moment.now()
    }

    /// An interface, and what the packets and the bytes that it sends are called.
    typealias Traffic = (interface: String, packets: String, bytes: String)

    /// Of a node of a pair.
    static let pair: [Traffic] = [
        ("eth0", Figure.lanPackets, Figure.lanBytes), ("eth1", Figure.crossPackets, Figure.crossBytes),
    ]

    /// Rates over the time since an earlier reading, and the memory now.
    func figures(since earlier: Reading, sending traffic: [Traffic] = Self.pair) -> [String: Double] {
        let seconds = (at - earlier.at).inMilliseconds / 1000
        var figures = [
            Figure.processes: Double(meter.processes.count),
            Figure.proportionalMemory: mebibytes(memory.proportional),
            Figure.residentMemory: mebibytes(memory.resident), Figure.lockedMemory: mebibytes(memory.locked),
            Figure.processorTime: Double(schedule.running - earlier.schedule.running) / 1e9 / seconds * 3600,
            Figure.switches: Double(schedule.switches - earlier.schedule.switches) / seconds,
        ]
        for (interface, packets, bytes) in traffic {
            guard let now = links[interface], let before = earlier.links[interface] else { continue }
            figures[packets] = Double(now.packets - before.packets) / seconds
            figures[bytes] = Double(now.bytes - before.bytes) / seconds
        }
        return figures.mapValues { ($0 * 1000).rounded() / 1000 }
    }
}
