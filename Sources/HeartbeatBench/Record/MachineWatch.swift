// Looks at the machine while it is measured on: what it is, and what others have taken of it.

import Glibc
import HeartbeatLab

/// The machine from the moment this is made.
struct MachineWatch {
    private let begun = Moment.now()
    private let startedAt: String
    private let loadBefore: Double
    private let timesBefore = ProcessorTimes.now()
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
        commit = Self.commit(of: sources)
        self.versions = versions
    }

    /// What can be said now.
    func description() -> MachineDescription {
        MachineDescription(
            kernel: Self.line(of: "/proc/sys/kernel/osrelease"),
            processors: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            processorModel: Self.value(of: "model name", in: "/proc/cpuinfo"),
            memoryMegabytes: (Int(Self.value(of: "MemTotal", in: "/proc/meminfo").prefix { $0 != " " }) ?? 0) / 1024,
            startedAt: startedAt,
            seconds: ((Moment.now() - begun).inMilliseconds / 1000).rounded(),
            stealPercent: ProcessorTimes.now().stealPercent(since: timesBefore),
            loadBefore: loadBefore, loadAfter: Self.load, commit: commit, versions: versions)
    }

    private static var load: Double {
        Double(line(of: "/proc/loadavg").prefix { $0 != " " }) ?? 0
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

/// How the processors have spent their time since the boot.
struct ProcessorTimes: Hashable, Sendable {
    /// The numbers of one kind of time each, in ticks (proc(5)), without those of guests, which others contain.
    private var ticks: [Double]

    static func now() -> ProcessorTimes {
        ProcessorTimes(stat: Files.read("/proc/stat"))
    }

    /// Reads the first line of /proc/stat, the sum of all processors.
    init(stat: String) {
        ticks = stat.prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    }

    /// Share that the hypervisor gave to others since then, in percent.
    func stealPercent(since earlier: ProcessorTimes) -> Double {
        let spent = zip(ticks, earlier.ticks).map { $0 - $1 }
        let all = spent.reduce(0, +)
        // The eighth is what was stolen.
        return spent.count > 7 && all > 0 ? (spent[7] / all * 1000).rounded() / 10 : 0
    }
}
