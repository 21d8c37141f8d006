// From rows to the page and the picture: the parts by themselves, then a small result file made by hand against the text and
// the picture it gives. When that text changes on purpose:
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter HeartbeatBenchTests    and read the difference.

import Foundation
import Testing

@testable import HeartbeatBench

@Test(arguments: [
    (0.0, 0, "0"), (-0.04, 1, "0.0"), (2.5, 0, "3"), (-2.5, 0, "-3"), (0.05, 2, "0.05"), (1234.56, 1, "1234.6"),
    (0.999, 2, "1.00"), (-12.345, 2, "-12.35"),
])
func `numbers are written with the digits asked for`(value: Double, digits: Int, text: String) {
    #expect(decimal(value, digits: digits) == text)
}

@Test(arguments: [
    ([3.0, 1, 2], "2 (1–3)"), ([4.0, 1, 2, 3], "3 (1–4)"), ([4.5, 1, 2, 3], "2.5 (1.0–4.5)"), ([7.0], "7"),
    ([978.2, 951, 1003.4], "978 (951–1003)"),
    ([5.0, 5.01], "5.0"), ([-3.5, 2, .nan], "-0.8 (-3.5–2.0)"),
])
func `several runs are a median and two extremes`(values: [Double], text: String) {
    #expect(Spread(values)?.text == text)
}

@Test func `no value is no spread`() {
    #expect(Spread([]) == nil && Spread([.nan, .infinity]) == nil)
}

/// Rows of one trial, a row for each value.
private func rows(of goal: Goal, peer: String = "ours", addresses: Int? = nil, _ values: [Double]) -> [BenchRow] {
    values.enumerated().map { index, value in
        BenchRow(
            peer: peer, fault: goal.fault, setting: goal.setting, keepaliveMilliseconds: 250,
            deadtimeMilliseconds: 1000, addresses: addresses ?? goal.addresses, run: index + 1,
            figures: [goal.figure: value])
    }
}

@Test func `a verdict tells by how much`() throws {
    let cost = try #require(Goal.all.first { $0.figure == Figure.proportionalMemory })
    #expect(cost.verdict(in: RowTable(rows: [])) == "not measured")
    #expect(cost.verdict(in: RowTable(rows: rows(of: cost, [7, 6, 99]))) == "met")
    #expect(cost.verdict(in: RowTable(rows: rows(of: cost, [7.3]))) == "**missed by 0.3**")
    let load = try #require(Goal.all.first { $0.figure == Figure.takeovers })
    #expect(load.verdict(in: RowTable(rows: rows(of: load, [0, 0, 12]))) == "**missed by 12**")
}

@Test func `a goal can be another's figure, or our own with one address`() throws {
    let announced = try #require(Goal.all.first { $0.figure == Figure.announcedAfterDeadtime && $0.addresses == 500 })
    let own = rows(of: announced, [30])
    #expect(announced.verdict(in: RowTable(rows: own)) == "not measured")
    #expect(announced.verdict(in: RowTable(rows: own + rows(of: announced, peer: "floor", [15, 14, 16]))) == "met")
    #expect(
        announced.verdict(in: RowTable(rows: own + rows(of: announced, peer: "floor", [13]))) == "**missed by 4.0**")
    let ten = try #require(Goal.all.first { $0.fault == "power-loss" && $0.addresses == 10 })
    let growing = rows(of: ten, [13]) + rows(of: ten, addresses: 1, [2])
    #expect(ten.verdict(in: RowTable(rows: growing)) == "**missed by 1.0**")
}

@Test func `a goal for a variant is judged by its figures`() throws {
    let cable = try #require(Goal.all.first { $0.fault == "power-cable" && $0.setting == "30s" })
    #expect(cable.peer == PeerName.cable.rawValue)
    #expect(cable.verdict(in: RowTable(rows: rows(of: cable, [29_000]))) == "not measured")
    #expect(cable.verdict(in: RowTable(rows: rows(of: cable, peer: "cable", [120, 151, 149]))) == "met")
    let machine = MachineWatch(sources: "/nowhere", versions: [:]).description()
    let file = BenchFile(machine: machine, rows: rows(of: cable, peer: "cable", [149]))
    let page = BenchReport(files: [file]).markdown(picture: "p.svg")
    let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("| power-cable, 30s: cable ") })
    #expect(
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.suffix(4) == [
            "≤ 150", "-", "met", "149",
        ])
    #expect(page.contains("\n- power-cable, 10s: cable: outage, ms ≤ 150\n"))
}

@Test func `a forwarded packet costs its share of one without a lease`() {
    let empty = ["ours", "unleased"].map { peer in
        BenchRow(
            peer: peer, fault: "forward", setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000,
            addresses: 1, run: 1)
    }
    let measured = ForwardProgram.rows(of: empty, [3654.04, 3400])
    #expect(measured[0].figures == [Figure.forwardTime: 3654, Figure.forwardShare: 7.47])
    #expect(measured[1].figures == [Figure.forwardTime: 3400])
    #expect(
        ForwardProgram.table(measured) == """
            ours: 3654 ns a packet, 7.5 % more, n = 1
            unleased: 3400 ns a packet, n = 1

            """)
}

@Test func `goals are about different things`() {
    let named = Goal.all.map { [$0.fault, $0.peer, $0.setting, "\($0.addresses)", $0.figure, $0.limitText] }
    #expect(Set(named).count == named.count)
    for goal in Goal.all {
        let isKnown =
            if goal.fault.hasPrefix(HostsTrial.prefix) {
                goal.setting == HostsTrial.setting
            } else if goal.fault.hasPrefix(ForecastTrial.prefix) {
                ForecastSetting(rawValue: goal.setting) != nil
            } else {
                DetectionSetting(goal.setting) != nil
            }
        #expect(isKnown, "\(goal)")
    }
}

@Test func `what is remarked on several rows is told once`() throws {
    let goal = try #require(Goal.all.first { $0.figure == Figure.instructions })
    var measured = rows(of: goal, [1, 2, 3]) + rows(of: goal, [1, 2]) + rows(of: goal, peer: "floor", [1])
    for index in measured.indices where index != 1 { measured[index].notes = ["counted"] }
    measured[0].notes.append("late")
    let machine = MachineWatch(sources: "/nowhere", versions: [:]).description()
    let page = BenchReport(files: [BenchFile(machine: machine, rows: measured)]).markdown(picture: "p.svg")
    let remarks = try #require(page.components(separatedBy: "## Remarks\n\n").last)
    #expect(
        remarks == """
            - ours, cost, 1s, run 1 3 2: counted
            - ours, cost, 1s, run 1: late
            - floor, cost, 1s, run 1: counted

            """)
}

@Test func `a table is aligned and survives a bar in a cell`() {
    let table = MarkdownTable(columns: [.left("a"), .right("number")], rows: [["x|y", "1"], ["", "22"]])
    #expect(
        table.text == """
            | a    | number |
            | ---- | -----: |
            | x\\|y |      1 |
            |      |     22 |

            """)
}

private let page = "# Head\n\(GeneratedSection.begin)\nold\n\(GeneratedSection.end)\nfoot\n"

@Test func `only what stands between the markers is replaced`() throws {
    let once = try GeneratedSection.replace(in: page, with: "new\nlines\n", of: "p.md")
    #expect(once == "# Head\n\(GeneratedSection.begin)\nnew\nlines\n\n\(GeneratedSection.end)\nfoot\n")
    #expect(try GeneratedSection.replace(in: once, with: "new\nlines\n", of: "p.md") == once)
}

@Test(arguments: [
    "", "# Head\n", "\(GeneratedSection.begin)\n", "\(GeneratedSection.end)\n\(GeneratedSection.begin)\n",
    "say \(GeneratedSection.begin)\n\(GeneratedSection.end)\n", page + page,
])
func `a page without both markers is left alone`(page: String) {
    #expect(throws: BenchFileError.self) { try GeneratedSection.replace(in: page, with: "new", of: "p.md") }
}

@Test(arguments: [
    ("docs/benchmarks.md", "docs/o.svg", "o.svg"), ("benchmarks.md", "o.svg", "o.svg"),
    ("docs/benchmarks.md", "pictures/o.svg", "pictures/o.svg"),
])
func `the page names its picture as a reader finds it`(page: String, picture: String, link: String) {
    #expect(ReportProgram.link(from: page, to: picture) == link)
}

@Test func `the picture keeps what is outside its axes inside`() throws {
    let far = try #require(Spread([-50, 1e9]))
    let chart = OutageChart(series: [.init(name: "a<b", style: 0, points: [.init(addresses: 100_000, outage: far)])])
    #expect(chart.svg.contains("a&lt;b"))
    #expect(chart.svg.contains("x1=\"620\" y1=\"376\" x2=\"620\" y2=\"56\""))
    #expect(OutageChart(series: []).svg.contains("Not measured."))
}

@Suite struct GoldenReportTests {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "golden")

    private func expect(_ text: String, toBe file: String) throws {
        let url = Self.directory.appending(path: file)
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: url)
        }
        #expect(String(decoding: try Data(contentsOf: url), as: UTF8.self) == text, "golden/\(file)")
    }

    @Test func rowsBecomeAPageAndAPicture() throws {
        let file = try BenchFile(readingFrom: Self.directory.appending(path: "small.json").path)
        let report = BenchReport(files: [file])
        try expect(report.markdown(picture: "outage-by-addresses.svg"), toBe: "small.md")
        try expect(report.chart.svg, toBe: "small.svg")
    }

    @Test func nothingMeasuredIsAReportToo() throws {
        try expect(BenchReport(files: []).markdown(picture: "none.svg"), toBe: "nothing.md")
    }
}
