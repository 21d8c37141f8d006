// The names of metrics are an interface: docs/metrics.md has them all, as the code has them, and they are what Prometheus expects.

import Foundation
import Testing

@testable import HeartbeatStatus

@Suite struct MetricTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func `every metric has a row, once`() {
        #expect(Metric.entries.count == Metric.allCases.count)
        #expect(Metric.rows.flatMap(\.rows).map(\.0) == Metric.allCases, "in the order of the list")
        for metric in Metric.allCases { #expect(Metric.entries[metric] != nil, "\(metric)") }
    }

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes the tables of the page anew.
    @Test func `docs metrics has the tables that the metrics make`() throws {
        let page = try Self.text("docs/metrics.md")
        let mark = "<!-- the tables are made of the metrics: swift test --filter MetricTests -->\n\n"
        let head = try #require(page.components(separatedBy: mark).first) + mark
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            let url = Self.root.appendingPathComponent("docs/metrics.md")
            try Data((head + Metric.page).utf8).write(to: url)
        } else {
            #expect(page == head + Metric.page)
        }
    }

    @Test(arguments: Metric.allCases)
    func `a name has the form that Prometheus expects, and only a counter ends in total`(metric: Metric) {
        let entry = metric.entry
        #expect(metric.rawValue.wholeMatch(of: /heartbeat(_[a-z0-9]+)+/) != nil)
        #expect(metric.rawValue.hasSuffix("_total") == (entry.kind == .counter))
        #expect(!entry.help.isEmpty && !entry.help.hasSuffix(".") && !entry.help.contains { "\n\\|".contains($0) })
        #expect(Set(entry.labels).count == entry.labels.count)
        // A label with these names means something to Prometheus.
        #expect(Set(entry.labels).isDisjoint(with: ["le", "quantile", "job", "instance"]))
    }
}
