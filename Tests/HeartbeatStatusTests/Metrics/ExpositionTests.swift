// What metrics say of every situation: names and labels that the page has, each series once, nothing that nobody knows, and all states
// of what has several.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct ExpositionTests {
    private static func samples(_ name: String) throws -> [Sample] {
        Sample.read(try Situation(name: name).metrics)
    }

    private static func value(_ name: String, _ labels: [String: String] = [:], in samples: [Sample]) -> String? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    /// Without the part of a histogram.
    private static func metric(_ name: String) -> Metric? {
        Metric(rawValue: name) ?? Metric(rawValue: name.replacing(/_(bucket|sum|count)$/, with: ""))
    }

    // MARK: - Form

    @Test(arguments: Situation.all) func `each series is there once, with the labels of its metric`(
        situation: Situation
    ) throws {
        let samples = Sample.read(try situation.metrics)
        #expect(!samples.isEmpty)
        #expect(Set(samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }).count == samples.count)
        for sample in samples {
            let metric = try #require(Self.metric(sample.name), "\(sample.name) is no metric")
            let bound = sample.name.hasSuffix("_bucket") ? ["le"] : []
            #expect(Set(sample.labels.keys) == Set(metric.entry.labels + bound), "\(sample)")
        }
    }

    @Test(arguments: Situation.all) func `a family has one HELP and one TYPE, and its series follow them`(
        situation: Situation
    ) throws {
        var seen: [String] = []
        for line in try situation.metrics.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                #expect(!seen.contains(String(words[2])), "\(words[2]) is there twice")
                seen.append(String(words[2]))
            } else if line.hasPrefix("# TYPE ") {
                #expect(seen.last == String(words[2]))
            } else {
                let name = String(line.prefix { $0 != "{" && $0 != " " })
                #expect(Self.metric(name)?.rawValue == seen.last, "\(line)")
            }
        }
        #expect(seen == Metric.allCases.map(\.rawValue).filter(seen.contains), "in the order of the list")
    }

    @Test func `any name of a node, a group and a medium comes back as it was`() throws {
        let names = ["a\"b", "a\\b", "a\nb", "\\", "\"", "\\n", "ü {x=\"1\"} 1", "a,b", " ", "%", "\u{1F}"]
        for name in names {
            var facts = NodeFacts(node: NodeName("gw-a"))
            facts.nodes = [.init(name: NodeName("gw-a"), status: .active), .init(name: NodeName(name), status: .dead)]
            facts.groups = [.init(key: name, preferred: NodeName("gw-a"), state: .running)]
            facts.media = [.init(name: MediumName(name), kind: .serial, state: .failing("x"))]
            facts.counters = [.init(.takeovers, [name, name], value: 3)]
            let samples = Sample.read(Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text)
            #expect(Self.value("heartbeat_node_status", ["node": name, "status": "dead"], in: samples) == "1")
            #expect(Self.value("heartbeat_group_owner", ["group": name, "node": "gw-a"], in: samples) == "1")
            #expect(Self.value("heartbeat_medium_open", ["medium": name], in: samples) == "0")
            #expect(Self.value("heartbeat_takeovers_total", ["group": name, "cause": name], in: samples) == "3")
        }
    }

    // MARK: - What is known, and what is not

    @Test(arguments: Situation.all) func `of several states one is 1, and all are there`(situation: Situation) throws {
        let samples = Sample.read(try situation.metrics)
        let sets: [(Metric, [String])] = [
            (.verdict, ["ok", "degraded", "critical", "unknown"]),
            (.groupService, PairStatus.Group.Service.words), (.nodeStatus, PairStatus.Node.statusWords),
            (.groupState, ClusterSnapshot.Group.State.allCases.map(\.word)),
        ]
        for (metric, words) in sets {
            let last = try #require(metric.entry.labels.last)
            let groups = Dictionary(grouping: samples.filter { $0.name == metric.rawValue }) { sample in
                sample.labels.filter { $0.key != last }
            }
            for (labels, series) in groups {
                #expect(series.compactMap { $0.labels[last] } == words, "\(metric) \(labels)")
                #expect(series.map(\.value).filter { $0 == "1" }.count == 1, "\(metric) \(labels)")
            }
        }
        #expect(samples.contains { $0.name == Metric.verdict.rawValue })
    }

    @Test(arguments: Situation.all) func `of a daemon that does not answer nothing is told but that`(
        situation: Situation
    ) throws {
        let samples = Sample.read(try situation.metrics)
        let kind = try situation.status.source.kind
        let answers = kind == .daemon || kind == .olderDaemon
        #expect(Self.value("heartbeat_up", in: samples) == (answers ? "1" : "0"))
        guard !answers else { return }
        let told: Set<Metric> = [.up, .verdict, .problem, .groupService, .nodeStatus]
        #expect(Set(samples.compactMap { Self.metric($0.name) }).subtracting(told).isEmpty)
        #expect(Self.value("heartbeat_verdict", ["level": "unknown"], in: samples) == "1")
        for sample in samples where sample.name == "heartbeat_group_service" && sample.value == "1" {
            #expect(sample.labels["service"] == "unknown")
        }
        // That nothing else is wrong is not known either.
        let codes = samples.filter { $0.name == "heartbeat_problem" }.compactMap { $0.labels["code"] }
        #expect(!codes.contains("both-hold") && codes.contains("daemon-down"))
    }

    @Test func `every problem of a daemon that answers has a series, with the number of them`() throws {
        let situation = Situation(name: "everything-at-once")
        let samples = Sample.read(try situation.metrics).filter { $0.name == "heartbeat_problem" }
        #expect(samples.compactMap { $0.labels["code"] } == ProblemCode.allCases.map(\.rawValue))
        for sample in samples {
            let count = try situation.status.problems.count {
                $0.code.rawValue == sample.labels["code"] && $0.healed == nil
            }
            #expect(sample.value == "\(count)", "\(sample)")
        }
        #expect(samples.contains { $0.value != "0" })
    }

    @Test func `two owners, one owner and no owner are told apart`() throws {
        let both = try Self.samples("two-owners")
        for node in ["gw-a", "gw-b"] {
            let labels = ["group": "10.31.0.254/24", "node": node]
            #expect(Self.value("heartbeat_group_owner", labels, in: both) == "1")
        }
        #expect(Self.value("heartbeat_two_owners", ["group": "10.31.0.254/24"], in: both) == "1")
        let moving = try Self.samples("failover-under-way")
        #expect(
            moving.filter { $0.name == "heartbeat_group_owner" && $0.labels["group"] == "10.31.0.254/24" }.map(\.value)
                == ["0", "0"])
        #expect(Self.value("heartbeat_two_owners", ["group": "10.31.0.254/24"], in: moving) == "0")
        // Who is joining does not know who serves.
        let joining = try Self.samples("joining")
        #expect(!joining.contains { ["heartbeat_group_owner", "heartbeat_two_owners"].contains($0.name) })
    }

    @Test func `what a daemon has counted is told, and what it does not know the name of is not`() throws {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.counters = [
            .init(.rejected, ["eth0", "authentication"], value: 7), .init(.actions, ["start", "done"], value: 3),
            .init(.actions, ["start", "timeout"], value: 1), .init(.twoOwnersTime, value: 250_000_000),
            .init(.leaseExpired, value: 2),
            // Of another number of labels.
            .init(.takeovers, ["10.0.0.1/24"], value: 9),
        ]
        var later = NodeFacts.Counter(.leaseExpired, value: 5)
        later.name = "later"
        facts.counters.append(later)
        let samples = Sample.read(Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text)
        func value(_ name: String, _ labels: [String: String] = [:]) -> String? {
            Self.value("heartbeat_\(name)", labels, in: samples)
        }
        #expect(value("messages_rejected_total", ["medium": "eth0", "reason": "authentication"]) == "7")
        #expect(value("actions_total", ["verb": "start", "outcome": "timeout"]) == "1")
        #expect(value("two_owners_seconds_total") == "0.250000" && value("lease_expired_total") == "2")
        #expect(!samples.contains { $0.name.hasPrefix("heartbeat_takeovers") })
    }

    @Test(arguments: NodeFacts.Counter.Name.allCases) func `whatever a daemon counts has a metric`(
        name: NodeFacts.Counter.Name
    ) {
        let before = Sample.read(
            Exposition(.answered(NodeFacts(node: NodeName("gw-a"))), of: NodeName("gw-a"), asked: 1).text)
        let more = (0...2).map { count in
            var facts = NodeFacts(node: NodeName("gw-a"))
            facts.counters = [.init(name, Array(repeating: "x", count: count), value: 1)]
            let samples = Sample.read(Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text)
            return Set(samples.map(\.name)).subtracting(before.map(\.name)).isEmpty
        }
        #expect(more.contains(false), "with so many labels as it has")
    }

    @Test(arguments: NodeFacts.Histogram.Name.allCases) func `a histogram has a metric, and each bound all below it`(
        name: NodeFacts.Histogram.Name
    ) throws {
        var durations = DurationHistogram(name.scale)
        for milliseconds in [0, 3, 3, 250, 1_000_000] { durations.note(.milliseconds(milliseconds)) }
        let told = (0...2).map { count in
            var facts = NodeFacts(node: NodeName("gw-a"))
            facts.histograms = [.init(name, Array(repeating: "x", count: count), durations: durations)]
            return Sample.read(Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text)
                .filter { $0.name.wholeMatch(of: /heartbeat_[a-z_]+_seconds_(bucket|sum|count)/) != nil }
        }
        let samples = try #require(told.first { !$0.isEmpty }, "with so many labels as it has")
        let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
        let bounds = buckets.compactMap { $0.labels["le"] }
        #expect(bounds.count == name.scale.count + 1 && bounds.last == "+Inf")
        let numbers = bounds.dropLast().compactMap { Double($0) }
        #expect(numbers.count == name.scale.count && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(numbers.first.map { Int64(($0 * 1e9).rounded()) } == Int64(name.scale.first))
        let counts = buckets.compactMap { Int($0.value) }
        #expect(counts == counts.sorted() && counts.first == 1 && counts.last == 5, "\(counts)")
        let below = try #require(numbers.lastIndex { $0 < 0.25 })
        #expect(counts[below] == 3 && counts[counts.count - 2] == 4, "the last of all is above every bound")
        #expect(samples.map { $0.name.hasSuffix("_sum") ? $0.value : "" }.contains("1000.256000"))
        #expect(samples.last?.name.hasSuffix("_count") == true && samples.last?.value == "5")
    }

    @Test func `a bound has no zeros at its end, and a histogram that nobody knows the name of is not told`() throws {
        let scale = try #require(DurationHistogram.Scale(first: 500_000_000, power: 2, count: 2))
        var histogram = NodeFacts.Histogram(.loopLateness, durations: DurationHistogram(scale))
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.histograms = [histogram]
        let text = Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text
        #expect(text.contains("\nheartbeat_loop_lateness_seconds_bucket{le=\"0.5\"} 0\n"))
        #expect(text.contains("\nheartbeat_loop_lateness_seconds_bucket{le=\"2\"} 0\n"))
        histogram.name = "later"
        facts.histograms = [histogram]
        #expect(!Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text.contains("_bucket"))
    }

    @Test func `each resource and each address is told by itself, unless nobody knows`() {
        var facts = NodeFacts(node: NodeName("gw-a"))
        var group = NodeFacts.Group(
            key: "web", preferred: NodeName("gw-a"), state: .acquiring, resources: ["10.0.0.1/24", "web"])
        group.running = [true, false]
        facts.groups = [group, .init(key: "mail", preferred: NodeName("gw-a"), state: .unknown, resources: ["mail"])]
        facts.announced = ["10.0.0.1", "2001:db8::1"].compactMap { IPAddress($0) }.map {
            .init($0, isConfirmed: !$0.isIPv6)
        }
        let samples = Sample.read(Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text)
        let running = samples.filter { $0.name == "heartbeat_resource_running" }
        #expect(running.map { $0.labels["resource"] } == ["10.0.0.1/24", "web"] && running.map(\.value) == ["1", "0"])
        let confirmed = samples.filter { $0.name == "heartbeat_announce_confirmed" }
        #expect(confirmed.map { $0.labels["address"] } == ["10.0.0.1", "2001:db8::1"])
        #expect(confirmed.map(\.value) == ["1", "0"])
    }

    @Test func `two media of one name have one series with the messages of both`() {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.media = [UInt64(3), 4].map { number in
            var medium = NodeFacts.Medium(name: MediumName("eth0"), kind: .ucast, state: .open)
            medium.sent = number
            return medium
        }
        let samples = Sample.read(Exposition(.answered(facts), of: NodeName("gw-a"), asked: 1).text)
        #expect(samples.filter { $0.name == "heartbeat_messages_sent_total" }.map(\.value) == ["7"])
        #expect(!samples.contains { $0.name == "heartbeat_messages_received_total" }, "nobody has told it")
    }
}
