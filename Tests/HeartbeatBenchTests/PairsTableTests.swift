import HeartbeatLab
import Testing

@testable import HeartbeatBench

@Suite("Two pairs on the page of benchmarks")
struct PairsTableTests {
    private func row(_ fault: String, run: Int, _ skew: Double) -> BenchRow {
        BenchRow(
            peer: "ours", fault: fault, setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000,
            addresses: 1,
            run: run, figures: [Figure.skew: skew, Figure.outage: 900, Figure.followerOutage: 2])
    }

    @Test("Each thing that happens has a line, and the way home one of its own")
    func lines() {
        let rows = [
            row(PairsTrial.power.name, run: 1, 68), row(PairsTrial.power.homeName, run: 1, 2),
            row(PairsTrial.power.name, run: 2, 70),
        ]
        let lines = PairsTable(RowTable(rows: rows)).text.split(separator: "\n").dropFirst(2)
            .map { $0.filter { $0 != " " } }
        #expect(lines == ["|power|2|69(68–70)|900|2|", "|homeafterpower|1|2|900|2|"])
    }

    @Test("A pair that follows more than a second later is wrong, and fails the run")
    func apart() {
        func row(apart: Int) -> BenchRow {
            let (left, right) = (
                Moment(nanoseconds: 7_000_000_000), Moment(nanoseconds: 7_000_000_000) + .milliseconds(apart)
            )
            return PairsProgram.row(
                PairsTrial.lan.name, 1, [.init(served: left, outage: .zero), .init(served: right, outage: .zero)])
        }
        for apart in [-1000, 0, 1000] { #expect(BenchResults.isComplete([row(apart: apart)])) }
        for apart in [-1001, 1001] {
            #expect(row(apart: apart).figures[Figure.skew] == 1001 && !BenchResults.isComplete([row(apart: apart)]))
        }
    }

    @Test("Each is played, and has a name that the page's other tables pass over")
    func names() {
        #expect(PairsTrial.allCases.count == 5)
        for trial in PairsTrial.allCases {
            #expect(trial.name.hasPrefix(PairsTrial.prefix) && trial.homeName.hasPrefix(PairsTrial.prefix))
        }
    }
}
