// The comparison of clients: what counts as the same, and that a life that ended early is not taken for one without faults.

import Testing

@testable import HeartbeatInterop

@Suite struct ClientComparisonTests {
    private static let answer = ClientAnswer(output: "active\n", code: 0)
    private static let other = ClientAnswer(output: "dead\n", code: 1)

    private static func verdicts(_ answers: [ClientAnswer?], _ difference: ClientCase.Difference? = nil) -> [ClientRow]
    {
        let asked = ClientCase("cl_status nodestatus cluster2", difference: difference)
        let scene = ClientScene(name: "together", act: .nothing, awaited: [], cases: [asked])
        return ClientComparison(
            [scene], measure: ClientRecord(answers: [[answer]]),
            others: answers.map { ClientRecord(answers: $0.map { [[$0]] } ?? []) }
        ).rows
    }

    @Test func whatIsPrintedAndTheCodeMustBeTheSame() {
        let row = Self.verdicts([Self.answer, Self.other, ClientAnswer(output: "active\n", code: 1)])[0]
        #expect(row.verdicts == [.same, .differs(Self.other), .differs(ClientAnswer(output: "active\n", code: 1))])
        #expect(row.isWrong)
        #expect(!Self.verdicts([Self.answer])[0].isWrong)
    }

    @Test func aPairThatDidNotGetThereIsWrong() {
        #expect(Self.verdicts([nil])[0].verdicts == [.notReached])
        #expect(Self.verdicts([nil])[0].isWrong)
    }

    @Test func aDeclaredDifferenceMustBeThere() {
        let difference = ClientCase.Difference(reason: "it is better so", output: "dead\n", code: 1)
        #expect(Self.verdicts([Self.other], difference)[0].verdicts == [.declared])
        #expect(!Self.verdicts([Self.other], difference)[0].isWrong)
        #expect(Self.verdicts([Self.answer], difference)[0].verdicts == [.differs(Self.answer)])
    }

    @Test func processNumbersAndTimesDoNotCount() {
        let output =
            "Nov  1 13:05:59 cluster1 cl_status: [4711]: ERROR: 2026/11/21_13:05:59 3.0.6 (node: 95) (born: 7)\n"
        #expect(
            ClientAnswer.withoutChance(output) == "now cluster1 cl_status: [#]: ERROR: now 3.0.6 (…) #\n")
    }

    @Test func everyCaseOfASceneIsAskedOnce() {
        for scene in ClientLife.scenes { #expect(Set(scene.cases).count == scene.cases.count, "\(scene.name)") }
        #expect(Set(ClientLife.scenes.map(\.name)).count == ClientLife.scenes.count)
    }
}
