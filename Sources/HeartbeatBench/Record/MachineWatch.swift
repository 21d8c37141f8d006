// Looks at the machine while it is measured on: what it is, and what others have taken of it.

import Glibc
import HeartbeatLab

/// The machine from the moment this is made.
struct MachineWatch {
    private let begun = Moment.now()
    private let startedAt: String
    private let loadBefore: Double
    private let timesBefore: [Double]
    private let commit: String
    private let versions: [String: String]

    /// - Parameters:
    ///   - sources: a directory of the sources, or below it.
    ///   - versions: of each peer, by its name.
    init(sources: String, versions: [String: String]) {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        startedAt = String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        loadBefore = Self.load
        timesBefore = Self.processorTimes
        commit = Self.commit(of: sources)
        self.versions = versions
    }

    /// What can be said now.
    func description() -> MachineDescription {
        let times = zip(Self.processorTimes, timesBefore).map { $0 - $1 }
        let all = times.reduce(0, +)
        return MachineDescription(
            kernel: Self.line(of: "/proc/sys/kernel/osrelease"),
            processors: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            processorModel: Self.value(of: "model name", in: "/proc/cpuinfo"),
            memoryMegabytes: (Int(Self.value(of: "MemTotal", in: "/proc/meminfo").prefix { $0 != " " }) ?? 0) / 1024,
            startedAt: startedAt,
            seconds: ((Moment.now() - begun).inMilliseconds / 1000).rounded(),
            // The eighth of the times (proc(5)).
            stealPercent: times.count > 7 && all > 0 ? (times[7] / all * 1000).rounded() / 10 : 0,
            loadBefore: loadBefore, loadAfter: Self.load, commit: commit, versions: versions)
    }

    private static var load: Double {
        Double(line(of: "/proc/loadavg").prefix { $0 != " " }) ?? 0
    }

    /// Without the times of guests, which others contain.
    private static var processorTimes: [Double] {
        line(of: "/proc/stat").split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    }

    private static func line(of path: String) -> String {
        String(Files.read(path).prefix { $0 != "\n" })
    }

    /// What follows `name:` in a file of such lines.
    private static func value(of name: String, in path: String) -> String {
        let line = Files.read(path).split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return String(line.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
    }

    private static func commit(of directory: String) -> String {
        do {
            let words = ["git", "-C", directory, "describe", "--always", "--abbrev=10", "--dirty=+"]
            return try Command.succeed(words).split(separator: "\n").joined()
        } catch {
            return ""
        }
    }
}
