// A file that must be the same on both machines and is not for a while: somebody edits it here and later there. The daemon reads it
// a moment after it has begun, and again when it has changed. Drawn beforehand, with random numbers of its own.

import HeartbeatCore
import HeartbeatModel

/// What becomes of the file in one run.
struct SharedFilePlan {
    static let path = "/etc/shared.conf"
    /// So long a daemon that has begun does not know what is in it.
    static let readingTime = Duration.milliseconds(300)

    /// The file is in a `sync` line.
    var isListed = false
    var mismatch = SyncMismatch.warn
    var edits: [(time: Duration, host: Int, version: UInt32)] = []

    static let none = SharedFilePlan()

    private init() {}

    init(trouble: Duration, using random: inout SplitMix64) {
        isListed = true
        mismatch = random.chance(0.7) ? .hold : .warn
        let pace = random.pick([Duration.seconds(20), .seconds(60)])
        var time = random.duration(in: .zero...pace)
        while time < trouble {
            edits.append((time, Int.random(in: 0...1, using: &random), UInt32.random(in: 0...1, using: &random)))
            time += random.duration(in: .milliseconds(10)...(pace * 2))
        }
    }
}

extension World {
    /// Somebody writes this into the file; the daemon notices.
    func editFile(_ version: UInt32, on host: Int) {
        guard hosts[host].fileVersion != version else { return }
        hosts[host].fileVersion = version
        hosts[host].fileEditedIn = hosts[host].incarnation
        note(host, "has version \(version) of \(SharedFilePlan.path)")
        if hosts[host].isUp { readFile(host) }
    }

    /// The daemon has just begun.
    func planReadingFile(_ host: Int) {
        guard !configuration.syncFiles.isEmpty else { return }
        queue.insert(.deed(host: host, .readFile(hosts[host].incarnation)), at: now + SharedFilePlan.readingTime)
    }

    func readFile(_ host: Int) {
        feed(.filesRead([SharedFile(SharedFilePlan.path, .hash(hosts[host].fileVersion))]), to: host)
    }

    /// Why the groups of the other node must not return to it by themselves now; `nil` when they may.
    func objection(toFailbackBy host: Int) -> String? {
        objectionOfFiles(to: host) ?? objectionOfDelay(to: host)
    }

    /// What has been in the file since both daemons began, each of them says with every word about itself.
    private func objectionOfFiles(to host: Int) -> String? {
        guard !areOfOlderVersion, configuration.syncMismatch == .hold, !configuration.syncFiles.isEmpty,
            hosts[0].fileVersion != hosts[1].fileVersion
        else { return nil }
        return hosts.allSatisfy { $0.fileEditedIn < $0.incarnation }
            ? "\(SharedFilePlan.path) is not the same on both nodes" : nil
    }
}
