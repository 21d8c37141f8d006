// What /proc and strace print, captured once, and what must be understood of it.

import Testing

@testable import HeartbeatBench

private let rollup = """
    562610ba8000-7ffe3df39000 ---p 00000000 00:00 0                          [rollup]
    Rss:               19484 kB
    Pss:                9998 kB
    Pss_Dirty:          1816 kB
    Pss_Anon:           1816 kB
    Shared_Clean:      16548 kB
    SwapPss:               0 kB
    Locked:             9997 kB

    """

@Test func `memory is read from smaps_rollup`() throws {
    let facts = try #require(MemoryFacts(smapsRollup: rollup))
    #expect(facts.proportional == 9998)
    #expect(facts.resident == 19484)
    #expect(facts.locked == 9997)
}

@Test(arguments: [
    "", "Rss: 1 kB\nPss: 2 kB\n", "Rss: 1 kB\nPss: 2 MB\nLocked: 3 kB\n", "Rss: 1 kB\nPss: x kB\nLocked: 3 kB\n",
])
func `half a smaps_rollup is no memory`(text: String) {
    #expect(MemoryFacts(smapsRollup: text) == nil)
}

private let status = """
    Name:\theartbeat
    Threads:\t1
    voluntary_ctxt_switches:\t1164
    nonvoluntary_ctxt_switches:\t7

    """

@Test func `running, waiting and switches are read from a thread's files`() throws {
    let facts = try #require(ScheduleFacts(schedstat: "93030057 2017761 293\n", status: status))
    #expect(facts.running == 93_030_057)
    #expect(facts.waiting == 2_017_761)
    #expect(facts.switches == 1171)
}

@Test(arguments: [("", status), ("1 2", status), ("1 2 3", ""), ("1 x 3", status)])
func `a thread that is gone has no figures`(schedstat: String, status: String) {
    #expect(ScheduleFacts(schedstat: schedstat, status: status) == nil)
}

@Test func `sent packets and bytes are read for each interface`() {
    let text = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:     120       2    0    0    0     0          0         0      240       4    0    0    0     0       0          0
          eth0:12345678    1000    0    3    0     0          0         0  3041234    8800    0    0    0     0       0          0

        """
    let links = InterfaceTraffic.read(netDev: text)
    #expect(links.keys.sorted() == ["eth0", "lo"])
    #expect(links["eth0"]?.packets == 8800)
    #expect(links["eth0"]?.bytes == 3_041_234)
}

private let strace = """
    strace: Process 7318 attached
    strace: Process 7318 detached
    % time     seconds  usecs/call     calls    errors syscall
    ------ ----------- ----------- --------- --------- ----------------
     41.30    0.004211          23       176           sendto
     30.10    0.003068           8       352        12 recvmsg
     28.60    0.002915           8       331           epoll_wait
    ------ ----------- ----------- --------- --------- ----------------
    100.00    0.010194          11       859        12 total

    """

@Test func `calls are counted from strace's table, its total not once more`() throws {
    let summary = try #require(StraceSummary(strace))
    #expect(summary.calls == ["sendto": 176, "recvmsg": 352, "epoll_wait": 331])
    #expect(summary.total == 859)
}

@Test(arguments: [
    "", "strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted\n",
    "% time seconds\n------ ------\n 41.30 0.004211 23 many sendto\n------ ----\n",
])
func `what is no table of strace counts nothing`(text: String) {
    #expect(StraceSummary(text) == nil)
}

@Test func `stolen time is its share of all time between two looks`() {
    let before = ProcessorTimes(stat: "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
    let after = ProcessorTimes(stat: "cpu  130 0 120 890 0 0 0 60 40 0\n")
    #expect(after.stealPercent(since: before) == 30)
    #expect(before.stealPercent(since: before) == 0)
    #expect(after.stealPercent(since: ProcessorTimes(stat: "")) == 0)
}
