import HeartbeatLab
import Testing

@testable import HeartbeatBench

@Suite("Virtual machines on the page of benchmarks")
struct MachineTableTests {
    private func row(_ scene: String, _ site: String, _ peer: String, run: Int, _ figures: [String: Double]) -> BenchRow
    {
        BenchRow(
            peer: peer, fault: BenchRow.machines + scene, setting: site, keepaliveMilliseconds: 250,
            deadtimeMilliseconds: 1000, addresses: 2, run: run, figures: figures)
    }

    @Test("Each site and scene has a line for each daemon, and what died has no false deaths")
    func lines() {
        let rows = [
            row("lan-cut", "pair", "ours", run: 1, [Figure.outage: 150, Figure.moves: 1, Figure.falseDeaths: 0]),
            row("lan-cut", "pair", "ours", run: 2, [Figure.outage: 170, Figure.moves: 1, Figure.falseDeaths: 0]),
            row(
                "lan-cut", "pair", "heartbeat", run: 1, [Figure.outage: 12_000, Figure.moves: 0, Figure.falseDeaths: 0]),
            row("power-loss", "paper", "ours", run: 1, [Figure.outage: 9500, Figure.moves: 1, Figure.detection: 1000]),
        ]
        let lines = MachineTable(RowTable(rows: rows)).markdown.split(separator: "\n").filter { $0.hasPrefix("| p") }
            .map { $0.split(separator: "|").map { $0.trimmed } }
        #expect(
            lines == [
                ["pair", "lan-cut", "ours", "2", "160 (150–170)", "-", "1", "0", "-"],
                ["pair", "lan-cut", "heartbeat", "1", "12000", "-", "0", "0", "-"],
                ["paper", "power-loss", "ours", "1", "9500", "-", "1", "-", "1000"],
            ])
    }

    @Test("They are no failovers of the laboratory: no other table has them")
    func elsewhere() {
        let rows = [row("lan-cut", "pair", "ours", run: 1, [Figure.outage: 150])]
        let parts = BenchReport(files: [
            BenchFile(machine: MachineWatch(sources: "/", versions: [:]).description(), rows: rows)
        ])
        .markdown(picture: "none.svg").components(of: "\n## ")
        #expect(parts.filter { $0.contains("lan-cut") }.count == 1)
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension String {
    fileprivate func components(of separator: String) -> [String] {
        var parts = [""]
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(separator.dropFirst()) { parts.append("") }
            parts[parts.count - 1] += line + "\n"
        }
        return parts
    }
}
