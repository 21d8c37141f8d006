// The suite of script calls from its start to its exit code: a pair of originals and one of ours with the same files play the
// same scenes, once with handovers and once in legacy mode; a row for each thing that can be compared.

import Glibc
import HeartbeatLab
import Synchronization

/// What `hbinterop scripts` does once its arguments are known.
package struct ScriptsProgram: Sendable {
    package var programs: String
    package var resourceScripts: String
    /// Also what is the same.
    package var isVerbose: Bool

    package init(programs: String, resourceScripts: String, isVerbose: Bool) {
        self.programs = programs
        self.resourceScripts = resourceScripts
        self.isVerbose = isVerbose
    }

    /// Each way in which groups come and go. The original's orders for handovers do nothing in legacy mode.
    static func scenes(_ failback: Failback) -> [LifeScene] {
        let moves: [LifeScene] = [
            .move("hb_standby", "all", on: 0), .move("hb_takeover", "local", on: 0),
            .move("hb_standby", "local", on: 1), .move("hb_standby", "foreign", on: 0),
        ]
        return [.coldStart] + (failback == .legacy ? [] : moves) + [.powerLoss(1), .return(1), .stop(0), .return(0)]
    }

    private static let modes: [Failback] = [.on, .legacy]

    /// A pair that plays.
    private struct Player: Hashable, Sendable {
        var software: Software
        var failback: Failback
    }

    /// Plays, compares and prints. Returns the exit code: 0 no difference that is not declared, 1 one, 3 impossible here, 130
    /// interrupted.
    package func run() -> Int32 {
        do {
            try Interruption.takeOverSignals()
            guard OriginalProgram.isInstalled else {
                throw LabError.missing("heartbeat 3.0.6 is not installed (apt-get install heartbeat resource-agents)")
            }
            let pairs = try play()
            let rows = Self.modes.flatMap { mode in
                CallComparison(
                    original: pairs[Player(software: .original, failback: mode)] ?? PairCalls(),
                    own: pairs[Player(software: .ours, failback: mode)] ?? PairCalls(), failback: mode
                ).rows
            }
            for row in rows { tell(row) }
            let wrong = rows.count { !$0.problems.isEmpty }
            sayAtOnce("\(rows.count) comparisons of script calls, \(wrong) WRONG")
            return wrong == 0 ? ConfigurationProgram.correct : ConfigurationProgram.wrong
        } catch LabError.interrupted {
            return ConfigurationProgram.interrupted
        } catch {
            sayAtOnce("hbinterop: \(error)")
            return ConfigurationProgram.impossible
        }
    }

    /// All pairs side by side.
    private func play() throws -> [Player: PairCalls] {
        let results = Mutex<[Player: Result<PairCalls, any Error>]>([:])
        let players = Software.allCases.flatMap { software in
            Self.modes.map { Player(software: software, failback: $0) }
        }
        let threads = try players.map { player in
            try LabThread {
                let result = Result { try play(player) }
                results.withLock { $0[player] = result }
            }
        }
        for thread in threads { thread.join() }
        return try results.withLock { try $0.mapValues { try $0.get() } }
    }

    private func play(_ player: Player) throws -> PairCalls {
        let row = MixedCase(player.software, player.software, .bcast, "sha1", "classic", player.failback, 500)
        let life = try MixedLife(row, programs: programs, resourceScripts: resourceScripts, isRecorded: true)
        defer { life.close() }
        var calls = PairCalls()
        let outcome = try life.play(Self.scenes(player.failback)) { scene in calls.add(scene.scene, life.takeCalls()) }
        guard outcome.problems.isEmpty else {
            throw LabError.notReached("the pair \(row.name): \(outcome.problems.joined(separator: "; "))")
        }
        return calls
    }

    private func tell(_ row: CallRow) {
        guard isVerbose || row.verdict != "same" else { return }
        sayAtOnce("\(row.verdict)\t\(row.subject)")
        for text in row.problems + row.declared { sayAtOnce("    \(text)") }
    }
}
