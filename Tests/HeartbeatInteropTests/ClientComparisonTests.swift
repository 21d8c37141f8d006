// The comparison of clients: what counts as the same, and that a life that ended early is not taken for one without faults.

import HeartbeatModel
import Testing

@testable import HeartbeatInterop

@Suite struct ClientComparisonTests {
    private static let answer = ClientAnswer(output: "active\n", code: 0)
    private static let other = ClientAnswer(output: "dead\n", code: 1)

    private static func rows(
        _ asked: ClientCase, measure: ClientAnswer, _ answers: [ClientAnswer?], by software: Software
    ) -> [ClientRow] {
        let scene = ClientScene(name: "together", act: .nothing, awaited: [], cases: [asked])
        return ClientComparison(
            [scene], measure: ClientRecord(answers: [[measure]]),
            others: answers.map {
                ClientComparison.Column(
                    software: [software, .original], record: ClientRecord(answers: $0.map { [[$0]] } ?? []))
            }
        ).rows
    }

    private static func verdicts(
        _ answers: [ClientAnswer?], _ difference: ClientCase.Difference? = nil, by software: Software = .ours
    ) -> [ClientRow] {
        let asked = ClientCase("cl_status nodestatus cluster2", difference: difference)
        return rows(asked, measure: answer, answers, by: software)
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
        let difference = ClientCase.Difference(reason: "it is better so", missing: "active")
        let without = ClientAnswer(output: "", code: 0)
        #expect(Self.verdicts([without], difference)[0].verdicts == [.declared])
        #expect(!Self.verdicts([without], difference)[0].isWrong)
        #expect(Self.verdicts([Self.answer], difference)[0].verdicts == [.differs(Self.answer)])
        #expect(Self.verdicts([Self.other], difference)[0].verdicts == [.differs(Self.other)])
        #expect(Self.verdicts([Self.answer], difference, by: .original)[0].verdicts == [.same])
    }

    @Test func whereTheOriginalGivesUpNothingIsCompared() {
        let asked = ClientCase("api_test", needed: "Waiting")
        let complete = ClientAnswer(output: "Waiting for messages\n", code: 0)
        func verdict(_ measure: ClientAnswer, _ answer: ClientAnswer, by software: Software) -> ClientRow {
            Self.rows(asked, measure: measure, [answer], by: software)[0]
        }
        #expect(verdict(complete, complete, by: .ours).verdicts == [.same])
        #expect(verdict(Self.other, complete, by: .ours).verdicts == [.notComparable])
        #expect(verdict(Self.other, complete, by: .ours).isNotComparable)
        #expect(!verdict(Self.other, complete, by: .ours).isWrong)
        #expect(verdict(complete, Self.other, by: .original).verdicts == [.notComparable])
        #expect(verdict(complete, Self.other, by: .ours).isWrong)
        #expect(verdict(Self.answer, Self.other, by: .ours).isWrong)
    }

    @Test func aTalkingClientPrintsWhatIsNoChance() {
        let fields = ["src": "cluster1", "t": "hello", "seq": "4f", "number": "1"].map {
            Message.Field(name: $0.key, value: .string($0.value))
        }
        #expect(TalkingClient.line(fields) == "t=hello number=1 seq=# src=cluster1")
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
