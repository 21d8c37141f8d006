// The directives `sync` and `sync_mismatch`: files that must be the same on both nodes, and what one that is not does. Heartbeat
// 3 has neither.

import HeartbeatModel

extension DirectiveRule {
    static let sync: [DirectiveRule] = [
        DirectiveRule(name: "sync", exported: .never, needsValue: true) { reader, line in
            if line.words.isEmpty { reader.error("sync names no file; write \"sync /etc/swanctl/swanctl.conf\"") }
            // A path may contain commas.
            for word in line.words {
                _ = reader.accept(word, of: "sync") { (reader, word) throws(Complaint) in try reader.addSyncFile(word) }
            }
        },
        scalar("sync_mismatch", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.syncMismatch = try syncMismatch(text)
        },
    ]

    static func syncMismatch(_ text: String) throws(Complaint) -> SyncMismatch {
        try ValueText.choice(text)
    }
}

extension HaCfReader {
    fileprivate mutating func addSyncFile(_ path: String) throws(Complaint) {
        guard path.hasPrefix("/") else { throw Complaint("is not an absolute path; begin it with \"/\"") }
        guard path.utf8.count <= SharedFile.longestPath else {
            throw Complaint("is longer than \(SharedFile.longestPath) bytes")
        }
        guard SharedFile.isPath(path) else { throw Complaint("contains control characters") }
        guard !draft.syncFiles.contains(path) else { return warning("sync: \(quoted(path)) is listed twice") }
        guard draft.syncFiles.count < SharedFile.most else {
            throw Complaint(
                "is one file too many: \(SharedFile.most) are compared at most; make one file of several, or leave some out"
            )
        }
        draft.syncFiles.append(path)
    }

    /// What waits must have something to wait for.
    mutating func checkSync() {
        guard isSound("sync", "sync_mismatch", "auto_failback"), draft.syncMismatch == .hold,
            let rule = written["sync_mismatch"]
        else { return }
        if draft.syncFiles.isEmpty {
            log.warning(rule.line, "sync_mismatch hold: there is no \"sync\" line, so nothing is compared")
        } else if draft.autoFailback == .off {
            log.warning(
                rule.line,
                "sync_mismatch hold: with \"auto_failback off\" groups only return from a node that has lost interfaces or "
                    + "paths, so little is there to hold back")
        }
    }
}
