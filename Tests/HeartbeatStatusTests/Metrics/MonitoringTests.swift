// The alerts and the dashboard that are shipped: they name only metrics that docs/metrics.md has, every alert is tried, and Prometheus' own
// tool has nothing against any of it, nor against what is told of any situation.

import Foundation
import HeartbeatLab
import Testing

@Suite struct MonitoringTests {
    /// Installed, or only unpacked, for the package would start a service.
    private static let promtool: String? = {
        let places = ["/usr/bin/promtool", MetricTests.root.path + "/.build/prometheus/usr/bin/promtool"]
        let there = places.first { FileManager.default.isExecutableFile(atPath: $0) }
        if there == nil {
            print(
                "SKIPPED: there is no promtool (apt-get install prometheus); metrics, alerts and dashboard are not checked with it"
            )
        }
        return there
    }()

    private static let directory = MetricTests.root.appendingPathComponent("monitoring")

    /// Its exit code and what it says; `nil` where it is not there.
    private static func promtool(_ words: [String], input: String = "") throws -> Command? {
        try promtool.map { try Command.run([$0] + words, input: input, limit: .seconds(60)) }
    }

    /// What a file names of metrics, the parts of histograms among them.
    private static func metrics(in text: String) -> Set<String> {
        Set(text.matches(of: /heartbeat_[a-z0-9_]+/).map { String($0.output) })
    }

    private static func listed() throws -> Set<String> {
        let rows = try MetricTests.text("docs/metrics.md").split(separator: "\n").compactMap {
            $0.prefixMatch(of: /\| `(heartbeat_[a-z0-9_]+)` \| (gauge|counter|histogram) \|/)
        }
        return Set(
            rows.flatMap { row -> [String] in
                let name = String(row.output.1)
                return row.output.2 == "histogram" ? ["_bucket", "_sum", "_count"].map { name + $0 } : [name]
            })
    }

    // MARK: - The dashboard

    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable {
                var expr: String
            }

            var id: Int
            var title: String
            var targets: [Target]?
        }

        var panels: [Panel]
    }

    private static func dashboard() throws -> Dashboard {
        let data = try Data(contentsOf: directory.appendingPathComponent("heartbeat-dashboard.json"))
        return try JSONDecoder().decode(Dashboard.self, from: data)
    }

    private static func expressions() throws -> [String] {
        try dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr)
    }

    @Test func `the dashboard asks for metrics that there are, of one pair`() throws {
        let expressions = try Self.expressions()
        let listed = try Self.listed()
        #expect(expressions.count >= 25 && listed.count > 40)
        for expression in expressions {
            let named = Self.metrics(in: expression)
            #expect(!named.isEmpty && named.isSubset(of: listed), "\(expression)")
            #expect(expression.contains("{job=\"$job\""), "\(expression)")
        }
        let panels = try Self.dashboard().panels
        #expect(Set(panels.map(\.id)).count == panels.count && panels.allSatisfy { !$0.title.isEmpty })
    }

    @Test func `every expression of the dashboard can be read by Prometheus`() throws {
        let rules = try Self.expressions().enumerated().map { number, expression in
            let text = expression.replacing("$job", with: "pair").replacing("'", with: "''")
            return "  - record: panel_\(number)\n    expr: '\(text)'\n"
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("panels-\(UUID().uuidString).yml")
        try "groups:\n- name: panels\n  rules:\n\(rules.joined())".write(to: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        guard let result = try Self.promtool(["check", "rules", file.path]) else { return }
        #expect(result.code == 0 && result.output.contains("\(rules.count) rules found"), "\(result.output)")
    }

    // MARK: - Alerts

    @Test func `alerts go by metrics that there are, and each is tried`() throws {
        let rules = try MetricTests.text("monitoring/heartbeat.rules.yml")
        let tests = try MetricTests.text("monitoring/heartbeat.rules.test.yml")
        let listed = try Self.listed()
        #expect(Self.metrics(in: rules).isSubset(of: listed))
        #expect(Self.metrics(in: tests) == Self.metrics(in: rules), "each is given to them")
        let alerts = rules.matches(of: /- alert: (\w+)/).map { String($0.output.1) }
        #expect(alerts.count == 7 && Set(alerts).count == 7)
        for alert in alerts {
            let parts = tests.components(separatedBy: "alertname: \(alert)")
            #expect(parts.dropFirst().contains { $0.hasPrefix("\n        exp_alerts:") }, "\(alert) never fires")
            #expect(parts.dropFirst().contains { !$0.hasPrefix("\n        exp_alerts:") }, "\(alert) always fires")
        }
    }

    @Test func `the alerts fire when they should, says Prometheus' own tool`() throws {
        for words in [["check", "rules", "heartbeat.rules.yml"], ["test", "rules", "heartbeat.rules.test.yml"]] {
            let path = Self.directory.appendingPathComponent(words[2]).path
            guard let result = try Self.promtool([words[0], words[1], path]) else { return }
            #expect(result.code == 0 && result.output.contains("SUCCESS"), "\(result.output)")
        }
    }

    // MARK: - Metrics

    @Test(arguments: Situation.all) func `what is told of a situation has nothing that Prometheus warns of`(
        situation: Situation
    ) throws {
        guard let result = try Self.promtool(["check", "metrics"], input: try situation.metrics) else { return }
        #expect(result.code == 0 && result.output.isEmpty, "\(result.output)")
    }

    @Test func `the page names every alert and every file`() throws {
        let page = try MetricTests.text("docs/metrics.md")
        let rules = try MetricTests.text("monitoring/heartbeat.rules.yml")
        for alert in rules.matches(of: /- alert: (\w+)/) {
            #expect(page.contains("`\(alert.output.1)`"), "\(alert.output.1)")
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: Self.directory.path) {
            #expect(page.contains(file), "\(file)")
        }
    }
}
