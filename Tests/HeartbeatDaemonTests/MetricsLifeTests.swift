// A real Prometheus beside a real pair: it gets the metrics of both ways, warns of none of them, and can answer what the dashboard asks.

import Foundation
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct MetricsLife {
        private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()

        /// Of the package prometheus: installed, or only unpacked, for it would start a service.
        private static func program(_ name: String) -> String? {
            let places = ["/usr/bin/\(name)", root.path + "/.build/prometheus/usr/bin/\(name)"]
            return places.first { FileManager.default.isExecutableFile(atPath: $0) }
        }

        private static func dashboard() throws -> [String] {
            let file = root.appendingPathComponent("monitoring/heartbeat-dashboard.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            return try text.matches(of: /"expr": ("(?:[^"\\]|\\.)*")/).map { match in
                try JSONDecoder().decode(String.self, from: Data(match.output.1.utf8))
            }
        }

        @Test func `a real pair tells its metrics, and Prometheus' own tool has nothing against them`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                var told = ""
                try cluster.wait(for: "the pair to be ready") {
                    told = try cluster.laboratory.tool("hbctl", ["metrics"], on: cluster.first).output
                    return told.contains("\nheartbeat_standby_ready 1\n")
                }
                for line in [
                    "heartbeat_up 1", "heartbeat_node_status{node=\"cluster2\",status=\"active\"} 1",
                    "heartbeat_group_owner{group=\"web\",node=\"cluster1\"} 1",
                    "heartbeat_group_owner{group=\"mail\",node=\"cluster1\"} 0",
                    "heartbeat_two_owners{group=\"web\"} 0",
                    "heartbeat_link_up{node=\"cluster2\",medium=\"eth0\"} 1",
                    "heartbeat_maintenance{node=\"cluster1\"} 0",
                    "heartbeat_lease_expired_total 0",
                ] {
                    #expect(told.contains("\n\(line)\n"), "\(line): \(told)")
                }
                #expect(told.contains("\nheartbeat_takeovers_total{group=\"web\",cause="), "\(told)")
                guard let promtool = Self.program("promtool") else {
                    return print("SKIPPED: there is no promtool; the metrics of a real pair are not checked with it")
                }
                let result = try Command.run([promtool, "check", "metrics"], input: told, limit: .seconds(60))
                #expect(result.code == 0 && result.output.isEmpty, "\(result.output)")
            }
        }

        @Test func `a real Prometheus gets the metrics of a real pair, and can answer what the dashboard asks`() throws
        {
            guard let prometheus = Self.program("prometheus"), let promtool = Self.program("promtool") else {
                return print("SKIPPED: there is no Prometheus (apt-get install prometheus); no pair is scraped")
            }
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let node = cluster.first
                try node.start([
                    "\(cluster.laboratory.programs)/heartbeat-exporter", "--run-dir", node.runDirectory, "--state-dir",
                    node.stateDirectory, "--config-dir", node.configDirectory,
                ])
                try node.configure(
                    "prometheus.yml",
                    """
                    global: {scrape_interval: 1s}
                    scrape_configs: [{job_name: pair, static_configs: [{targets: ['127.0.0.1:9694']}]}]
                    """)
                try node.start([
                    prometheus, "--config.file=\(node.configDirectory)/prometheus.yml",
                    "--storage.tsdb.path=\(node.stateDirectory)/prometheus", "--web.listen-address=127.0.0.1:9090",
                ])
                func ask(_ expression: String) throws -> Command {
                    let words = [promtool, "query", "instant", "http://127.0.0.1:9090", expression]
                    return try node.run(words, limit: .seconds(60))
                }
                try cluster.wait(for: "two scrapes of a pair that is ready", atMost: .seconds(90)) {
                    let answers = "count_over_time(heartbeat_up{job=\"pair\"}[1m]) >= 2"
                    return try ask(answers).output.contains("=>")
                        && ask("heartbeat_standby_ready == 1").output.contains("=> 1 ")
                }
                var answered = 0
                for expression in try Self.dashboard() {
                    let result = try ask(expression.replacing("$job", with: "pair"))
                    #expect(result.code == 0, "\(expression): \(result.output)")
                    if result.output.contains("=>") { answered += 1 }
                }
                #expect(answered >= 12, "what every pair has is there: \(answered)")
            }
        }
    }
}
