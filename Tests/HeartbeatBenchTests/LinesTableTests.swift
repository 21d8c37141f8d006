// What was measured of a gateway with two lines, as tables, and what its goals say of it.

import Testing

@testable import HeartbeatBench

@Suite struct LinesTableTests {
    private static func row(_ trial: LinesTrial, _ peer: String, _ figures: [String: Double]) -> BenchRow {
        BenchRow(
            peer: peer, fault: trial.name, setting: "1s", keepaliveMilliseconds: 1000, deadtimeMilliseconds: 3000,
            addresses: 1, run: 1, figures: figures)
    }

    private static let rows = [
        row(
            .dead, "ours",
            [Figure.lineSwitch: 3100, Figure.lineResume: 12, Figure.otherLost: 0, Figure.wrongLine: 0]),
        row(.dead, "script", [Figure.lineSwitch: 4200, Figure.otherLost: 0, Figure.wrongLine: 712]),
        row(.random, "ours", [Figure.wrongLine: 0, Figure.lineSwitches: 20]),
        row(.program, "ours", [Figure.programAll: 1.25, Figure.programMove: 0.5]),
        row(.cost, "ours", [Figure.residentMemory: 12.5, Figure.switches: 8.5]),
    ]

    @Test func `faults are compared, and what is the program's own stands below`() {
        #expect(
            LinesTable(RowTable(rows: Self.rows)).text == """
                | fault | who    |   n | switch ms | old socket after it ms | other class lost | wrong line |
                | ----- | ------ | --: | --------: | ---------------------: | ---------------: | ---------: |
                | dead  | ours   |   1 |      3100 |                     12 |                0 |          0 |
                | dead  | script |   1 |      4200 |                      - |                0 |        712 |

                | figure                    |   n | ours |
                | ------------------------- | --: | ---: |
                | switches                  |   1 |   20 |
                | program all ms            |   1 |  1.3 |
                | program a move ms         |   1 |  0.5 |
                | RSS MiB                   |   1 | 12.5 |
                | wake-ups a second         |   1 |  8.5 |
                | wrong line in all of them |   1 |    0 |

                """)
    }

    @Test func `goals are about ours alone`() {
        let table = RowTable(rows: Self.rows)
        let goals = Goal.all.filter {
            $0.fault.hasPrefix(LinesTrial.prefix) && $0.measured(of: "ours", in: table) != nil
        }
        #expect(goals.count == 7)
        #expect(goals.allSatisfy { $0.verdict(in: table) == "met" })
        let wrong = RowTable(rows: [Self.row(.random, "ours", [Figure.wrongLine: 1])])
        #expect(
            goals.filter { $0.verdict(in: wrong) != "not measured" }.map { $0.verdict(in: wrong) } == [
                "**missed by 1.0**"
            ])
    }
}
