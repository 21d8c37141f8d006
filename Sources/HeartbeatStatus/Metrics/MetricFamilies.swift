// Samples of metrics as the text that Prometheus reads, version 0.0.4: the families in the order of their names' list, each once, with
// its help and its kind, and no series twice, for one that is there twice makes all of them unreadable.

import HeartbeatModel

/// A value of a metric; what nobody knows is none.
enum MetricValue: Hashable, Sendable {
    case flag(Bool)
    case count(UInt64)
    case time(Duration)

    var text: String {
        switch self {
        case .flag(let value): value ? "1" : "0"
        case .count(let number): "\(number)"
        case .time(let time): JSONValue.decimal(units: time.nanoseconds / 1000, places: 6).text
        }
    }
}

/// All samples of one answer.
struct MetricFamilies {
    private var lines: [Metric: [String]] = [:]
    private var series: Set<String> = []

    /// `labels` are the values of those that the metric has, in order.
    mutating func add(_ metric: Metric, _ value: MetricValue?, _ labels: [String] = []) {
        guard let value, let pairs = Self.pairs(metric, labels) else { return }
        put(metric, value, pairs)
    }

    /// Each bound with all that is not above it.
    mutating func add(_ metric: Metric, _ histogram: DurationHistogram, _ labels: [String]) {
        guard let pairs = Self.pairs(metric, labels) else { return }
        var sum: UInt64 = 0
        for (place, count) in histogram.counts.enumerated() {
            sum &+= count
            let bound = place < histogram.scale.count ? Self.seconds(histogram.scale.bound(place)) : "+Inf"
            put(metric, .count(sum), pairs + ["le=\"\(bound)\""], part: "_bucket")
        }
        put(metric, .time(.nanoseconds(Int64(clamping: histogram.sum))), pairs, part: "_sum")
        put(metric, .count(histogram.count), pairs, part: "_count")
    }

    /// Without zeros at the end.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        var text = JSONValue.decimal(units: Int64(clamping: nanoseconds), places: 9).text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// `nil` when there are not as many labels as the metric has.
    private static func pairs(_ metric: Metric, _ labels: [String]) -> [String]? {
        let names = metric.entry.labels
        guard names.count == labels.count else { return nil }
        return zip(names, labels).map { "\($0)=\"\(escaped($1))\"" }
    }

    private mutating func put(_ metric: Metric, _ value: MetricValue, _ pairs: [String], part: String = "") {
        let name = metric.rawValue + part + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}")
        guard series.insert(name).inserted else { return }
        lines[metric, default: []].append("\(name) \(value.text)\n")
    }

    /// One series for each of `states`, which is the last label: 1 for the one that is, 0 for the others.
    mutating func add(_ metric: Metric, _ state: String, of states: [String], _ labels: [String] = []) {
        for word in states { add(metric, .flag(word == state), labels + [word]) }
    }

    var text: String {
        Metric.allCases.compactMap { metric in
            guard let lines = lines[metric] else { return nil }
            let (name, entry) = (metric.rawValue, metric.entry)
            return "# HELP \(name) \(entry.help)\n# TYPE \(name) \(entry.kind.rawValue)\n" + lines.joined()
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
