// Instructions in a keepalive interval: what callgrind writes, what the numbers become, and a program of which it is known
// that it does the same again and again.

import Glibc
import HeartbeatLab
import Testing

@testable import HeartbeatBench

private let dump = """
    # callgrind format
    version: 1
    creator: callgrind-3.19.0
    pid: 24460
    cmd:  summary: /usr/bin/hbfloor eth0
    part: 2

    desc: Trigger: dump

    positions: line
    events: Ir
    summary: 3108


    fn=(0) 0x000000000001ab70
    calls=0 0
    0 3108

    totals: 3164

    """

@Test func `the sum of a dump is its summary`() {
    #expect(CallgrindDump(dump)?.instructions == 3108)
    #expect(CallgrindDump(dump + "part: 2\nthread: 2\nevents: Ir Dr\nsummary: 92 17\n")?.instructions == 3200)
}

@Test(arguments: [
    "", "events: Ir\n", "summary: 3108\n", "events: Dr Ir\nsummary: 17 3108\n", "events: Ir\nsummary:\n",
    "events: Ir\nsummary: many\n", "events: Ir\nsummary: -1\n", "events:\nsummary: 1\n",
    "events: Ir\nsummary: 1\nevents: Dr\nsummary: 2\n",
])
func `what is no dump of instructions counts nothing`(text: String) {
    #expect(CallgrindDump(text) == nil)
}

@Test(arguments: [
    ("Name:\tx\nNSpid:\t4711\t17\nUid:\t0\n", 17), ("NSpid:\t4711\n", 4711), ("NSpid:\t1\t2\t3\n", 3),
    ("NSpid:\t\n", nil), ("NSpid:\t12\tx\n", nil), ("Pid:\t12\n", nil), ("", nil),
])
func `a process is asked for by the number it has inside`(status: String, number: Int32?) {
    #expect(ProcessNumber.innermost(status: status) == number)
}

@Test func `instructions are those of one interval, each process over its own time`() {
    let one = InstructionCount(instructions: 12_000, span: .seconds(30))
    let other = InstructionCount(instructions: 6_000, span: .seconds(15))
    #expect(one.perInterval(of: .milliseconds(250)) == 100)
    #expect(InstructionCount.perInterval([one, other], of: .milliseconds(250)) == 200)
    #expect(InstructionCount.perInterval([one, other], of: .milliseconds(10)) == 8)
}

@Test func `nothing that was counted is no figure`() {
    let one = InstructionCount(instructions: 12_000, span: .seconds(30))
    let none = InstructionCount(instructions: 12_000, span: .zero)
    #expect(InstructionCount.perInterval([], of: .milliseconds(250)) == nil)
    #expect(InstructionCount.perInterval([one, none], of: .milliseconds(250)) == nil)
    #expect(one.perInterval(of: .zero) == nil)
}

@Test func `a row says how its instructions were counted`() {
    let row = BenchRow(
        peer: "ours", fault: "cost", setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000,
        addresses: 1, run: 1, figures: [Figure.node: 2], notes: ["first"])
    let counted = InstructionMethod.allCases.map { row.counting(4711, by: $0) }
    for row in counted { #expect(row.figures == [Figure.node: 2, Figure.instructions: 4711]) }
    #expect(counted.allSatisfy { $0.notes.count == 2 && $0.notes[0] == "first" })
    #expect(Set(counted.map { $0.notes[1] }).count == InstructionMethod.allCases.count)
}

@Test func `instructions are compared with the floor's`() throws {
    let goal = try #require(Goal.all.first { $0.figure == Figure.instructions })
    func rows(_ peer: String, _ values: [Double]) -> [BenchRow] {
        values.map {
            BenchRow(
                peer: peer, fault: goal.fault, setting: goal.setting, keepaliveMilliseconds: 250,
                deadtimeMilliseconds: 1000, addresses: goal.addresses, run: 1, figures: [goal.figure: $0])
        }
    }
    #expect(goal.limitText == "≤ 4 × floor")
    let floor = rows("floor", [100, 110, 90])
    #expect(goal.verdict(in: RowTable(rows: rows("ours", [400]) + floor)) == "met")
    #expect(goal.verdict(in: RowTable(rows: rows("ours", [402]) + floor)) == "**missed by 2.0**")
    #expect(goal.verdict(in: RowTable(rows: rows("ours", [400]))) == "not measured")
}

@Test func `a counted daemon is the same daemon behind valgrind's words`() {
    let words = CountedPeer.words(directory: "/tmp/a b")
    #expect(words.first == "/usr/bin/valgrind")
    #expect(words.contains("--callgrind-out-file=/tmp/a b/counts.%p") && words.contains("--vgdb-prefix=/tmp/a b/vgdb"))
    let original = FloorPeer(.oneSecond, programs: "/nowhere")
    let counted = CountedPeer(original: original)
    #expect(counted.name == original.name && counted.keepalive == original.keepalive)
    #expect(counted.requirements.contains { $0.program == "/nowhere/hbfloor" })
    #expect(counted.requirements.contains { $0.package == "valgrind" })
}

@Suite struct ThreadCounterTests {
    @Test func oneThreadThatCannotBeCountedSpoilsTheSum() throws {
        let ends = try makePipe()
        defer { for end in [ends.readable, ends.writable] { _ = close(end) } }
        #expect(ThreadCounters([], open: { _ in -1 }) == nil)
        #expect(ThreadCounters([1, 2], open: { $0 == 1 ? dup(ends.readable) : -1 }) == nil)
    }

    @Test func countsAreSummedUpUntilOneEnds() throws {
        let pipes = [try makePipe(), try makePipe()]
        defer { for pipe in pipes { _ = close(pipe.readable) } }
        let counters = try #require(ThreadCounters([0, 1], open: { dup(pipes[Int($0)].readable) }))
        defer { counters.close() }
        func tell(_ value: UInt64, _ number: Int) {
            var value = value
            #expect(write(pipes[number].writable, &value, 8) == 8)
        }
        tell(40, 0)
        tell(2, 1)
        #expect(counters.count() == 42)
        tell(1, 0)
        // A counter that the kernel needed elsewhere reads as an end of file.
        for pipe in pipes { _ = close(pipe.writable) }
        #expect(counters.count() == nil)
    }
}
