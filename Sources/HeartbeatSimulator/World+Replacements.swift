// The program of a daemon is replaced while it runs: its core is written down and read again, at random moments. Nobody may notice
// that, so a run in which it happens is the same run.

import HeartbeatCore
import HeartbeatModel

/// When programs are replaced in one run, and what was kept.
package struct ProgramReplacements: Sendable {
    /// One step in so many is followed by one.
    private static let rarity = 0.004
    /// The keys of one in so many are noted.
    private static let noted = 16

    /// So many were replaced.
    package private(set) var count = 0
    /// Those that did not come to the same core; what is wrong.
    package private(set) var failures: [String] = []
    /// Keys of all that was written.
    package private(set) var shape: StateEncoder.Shape = [:]
    /// Its own, so that everything else is drawn as without.
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed &* 0xBF58_476D_1CE4_E5B9 ^ 21)
    }

    /// What goes on in the place of `core`.
    mutating func next(after core: ClusterCore) -> ClusterCore {
        guard random.chance(Self.rarity) else { return core }
        count += 1
        do {
            let read = try StateFormat.read(ClusterCore.self, from: StateFormat.file(of: core))
            if count % Self.noted == 1 { try StateEncoder.note(core, in: &shape) }
            if read != core { failures.append("another core was read than was written") }
            return read
        } catch {
            failures.append("\(error)")
            return core
        }
    }
}

extension World {
    func replaceProgram(_ host: Int) {
        guard replacements != nil, let core = hosts[host].core else { return }
        hosts[host].core = replacements?.next(after: core)
    }
}
