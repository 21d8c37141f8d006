// The order in which scripts ran, and what is said when it was wrong.

import Testing

@testable import HeartbeatLab

private let group = ["IPaddr", "ipsec", "gre"]

/// Records from `node script verb` texts.
private func history(_ calls: String...) -> ScriptHistory {
    ScriptHistory(calls.compactMap { ScriptRecord(line: "12.34 \($0)") })
}

@Test(arguments: ["", "1.0 cluster1 ipsec", "1.0 cluster1 ipsec start more"])
func `a line that is not whole is no record`(line: String) {
    #expect(ScriptRecord(line: line) == nil)
}

@Test func `a handover in order is right`() {
    let handover = history(
        "b gre stop", "b ipsec stop", "b IPaddr stop", "a IPaddr status", "a IPaddr start", "a ipsec status",
        "a ipsec start", "a gre start")
    #expect(handover.problems(moving: group, from: "b", to: "a") == [])
    #expect(handover.problems(moving: group, [("b", nil), (nil, "a")]) == [])
    #expect(handover.problems(moving: group, [(nil, "a"), ("b", nil)]).count == 1)
    #expect(handover.summary == "b stop gre ipsec IPaddr, a start IPaddr ipsec gre")
    #expect(handover.running(on: "a") == group)
    #expect(handover.running(on: "b") == [])
    #expect(handover.scripts("status", on: "a") == ["IPaddr", "ipsec"])
}

@Test func `a takeover from the dead starts left to right`() {
    let takeover = history("a IPaddr start", "a ipsec start", "a gre start")
    #expect(takeover.problems(moving: group, from: nil, to: "a") == [])
    #expect(takeover.problems(moving: group, from: "b", to: "a").count == 1)
}

@Test(arguments: [
    // Started in another order; one left out; one twice; stopped left to right; started before the other had stopped.
    history("b gre stop", "b ipsec stop", "b IPaddr stop", "a ipsec start", "a IPaddr start", "a gre start"),
    history("b gre stop", "b ipsec stop", "b IPaddr stop", "a IPaddr start", "a ipsec start"),
    history(
        "b gre stop", "b ipsec stop", "b IPaddr stop", "a IPaddr start", "a IPaddr start", "a ipsec start",
        "a gre start"),
    history("b IPaddr stop", "b ipsec stop", "b gre stop", "a IPaddr start", "a ipsec start", "a gre start"),
    history("b gre stop", "b ipsec stop", "a IPaddr start", "b IPaddr stop", "a ipsec start", "a gre start"),
    history(),
])
func `every other order is a problem`(wrong: ScriptHistory) {
    #expect(wrong.problems(moving: group, from: "b", to: "a").count == 1)
}

@Test func `when nothing may move a status is no move and a start is one`() {
    #expect(history("a IPaddr status").problems(moving: group, from: nil, to: nil) == [])
    #expect(
        history("a IPaddr start").problems(moving: group, from: nil, to: nil) == [
            "scripts ran as [a start IPaddr], expected []"
        ])
}
