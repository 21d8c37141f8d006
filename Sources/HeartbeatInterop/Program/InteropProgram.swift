// The suite from its start to its exit code: plays many lives side by side, prints a row for each, and leaves nothing behind.

import Glibc
import HeartbeatLab
import Synchronization

/// What `hbinterop` does once its arguments are known.
package struct InteropProgram: Sendable {
    package var rows: [MixedCase]
    package var programs: String
    package var resourceScripts: String
    package var jobs: Int
    package var isVerbose: Bool

    package init(rows: [MixedCase], programs: String, resourceScripts: String, jobs: Int, isVerbose: Bool) {
        self.rows = rows
        self.programs = programs
        self.resourceScripts = resourceScripts
        self.jobs = jobs
        self.isVerbose = isVerbose
    }

    /// Plays and prints. Returns the exit code: 0 as it must be, 1 wrong, 3 impossible here, 130 interrupted.
    package func run() -> Int32 {
        do {
            try Interruption.takeOverSignals()
        } catch {
            sayAtOnce("hbinterop: \(error)")
            return 3
        }
        guard access(MixedNode.daemon, X_OK) == 0 else {
            sayAtOnce("hbinterop: \(MixedNode.daemon) is missing: apt-get install heartbeat")
            return 3
        }
        var outcomes = play(rows)
        let wrong = problems(in: outcomes).map(\.row)
        if !wrong.isEmpty, (try? Interruption.check()) != nil {
            sayAtOnce(
                "\(wrong.count) pairs once more: the original is not the same every time, least of all on a busy machine"
            )
            let again = play(wrong)
            outcomes = outcomes.filter { outcome in !again.contains { $0.row == outcome.row } } + again
        }
        return summarise(outcomes)
    }

    private func play(_ rows: [MixedCase]) -> [LifeOutcome] {
        let shared = Shared(rows)
        let threads = (0..<min(jobs, rows.count)).compactMap { _ in try? LabThread { work(shared) } }
        for thread in threads { thread.join() }
        return shared.outcomes
    }

    private func work(_ shared: Shared) {
        while let row = shared.next() {
            do {
                let life = try MixedLife(row, programs: programs, resourceScripts: resourceScripts)
                defer { life.close() }
                let outcome = try life.play(report: { scene in
                    if isVerbose { sayAtOnce(Self.line(row, scene)) }
                })
                shared.add(outcome)
                sayAtOnce(Self.line(outcome))
            } catch LabError.interrupted {
                return
            } catch {
                shared.add(LifeOutcome(row: row, scenes: [], failure: "\(error)"))
                sayAtOnce("\(row.name): \(error)")
            }
        }
    }

    private func summarise(_ outcomes: [LifeOutcome]) -> Int32 {
        let wrong = problems(in: outcomes)
        for (row, extra) in wrong {
            for text in extra { sayAtOnce("\(row.name): \(text)") }
        }
        sayAtOnce("\(outcomes.count) pairs, \(wrong.count) wrong")
        do { try Interruption.check() } catch { return 130 }
        return wrong.isEmpty && outcomes.count == rows.count ? 0 : 1
    }

    /// The pairs that are not as they must be, and what they did beyond the original in ways that only a comparison shows.
    private func problems(in outcomes: [LifeOutcome]) -> [(row: MixedCase, extra: [String])] {
        let lives = outcomes.filter { $0.row.story == .life }
        let yardsticks = lives.filter { $0.row.software == [.original, .original] }
        return outcomes.compactMap { outcome in
            var extra: [String] = []
            if outcome.row.story == .life, outcome.row.software != [.original, .original],
                let measure = yardsticks.first(where: { $0.row.failback == outcome.row.failback })
            {
                extra = Self.beyond(measure, outcome)
            }
            return outcome.problems.isEmpty && extra.isEmpty ? nil : (outcome.row, extra)
        }
    }

    /// What a mixed pair started or stopped in a scene in which the originals among themselves would not have.
    static func beyond(_ measure: LifeOutcome, _ outcome: LifeOutcome) -> [String] {
        let known = Dictionary(uniqueKeysWithValues: numbered(measure.scenes).map { ($0.place, $0.outcome) })
        return numbered(outcome.scenes).filter { $0.outcome.scene != .partition }.flatMap { place, scene -> [String] in
            guard let same = known[place] else { return [] }
            return scene.touched.sorted { $0.key < $1.key }.flatMap { node, calls in
                calls.subtracting(same.touched[node] ?? []).sorted().map { call in
                    "\(scene.scene.name): \(call) on \(node), which the originals do not do"
                }
            }
        }
    }

    /// A scene, and how often it has been played before in the same life.
    private struct Place: Hashable {
        var scene: LifeScene
        var times: Int
    }

    private static func numbered(_ scenes: [SceneOutcome]) -> [(place: Place, outcome: SceneOutcome)] {
        var times: [LifeScene: Int] = [:]
        return scenes.map { outcome in
            let place = Place(scene: outcome.scene, times: times[outcome.scene, default: 0])
            times[outcome.scene] = place.times + 1
            return (place, outcome)
        }
    }

    private static func line(_ row: MixedCase, _ outcome: SceneOutcome) -> String {
        let outages = outcome.outage.map { "\($0.roundedMilliseconds)" }.joined(separator: "/")
        let verdict = outcome.problems.isEmpty ? "ok" : outcome.problems.joined(separator: "; ")
        return "  \(row.name): \(outcome.scene.name): \(verdict), outage \(outages) ms"
    }

    private static func line(_ outcome: LifeOutcome) -> String {
        var verdict = outcome.problems.isEmpty ? "ok, \(outcome.scenes.count) scenes" : "WRONG"
        if outcome.lostByOriginal > 0 {
            verdict += " (the original lost a word of its own scripts, times: \(outcome.lostByOriginal))"
        }
        return (["\(outcome.row.name): \(verdict)"] + outcome.problems).joined(separator: "\n    ")
    }

    /// What the threads share.
    private final class Shared: Sendable {
        private let state: Mutex<(waiting: [MixedCase], outcomes: [LifeOutcome])>

        init(_ rows: [MixedCase]) { state = Mutex((rows, [])) }

        func next() -> MixedCase? {
            state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
        }

        func add(_ outcome: LifeOutcome) {
            state.withLock { $0.outcomes.append(outcome) }
        }

        var outcomes: [LifeOutcome] { state.withLock { $0.outcomes } }
    }
}
