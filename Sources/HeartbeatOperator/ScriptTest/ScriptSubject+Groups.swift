// Whether what is tried belongs to a group of this pair: the daemon may start it, or the other node may serve it, while it is tried. A word
// of haresources may call it by another name, through a link, or by its address alone.

import HeartbeatModel
import HeartbeatScripts
import HeartbeatStatus
import HeartbeatSystem

extension ScriptSubject {
    /// The key of its group, while heartbeat runs here; `nil` for none.
    func group(in places: Places) -> String? {
        groups(in: places).first { $0.words.contains(where: isMeant) }?.key
    }

    /// None while heartbeat does not run. Where the daemon does not tell them, the files do.
    private func groups(in places: Places) -> [(key: String, words: [String])] {
        switch Asking(places).source(isFresh: false) {
        case .answered(let facts): return facts.groups.map { ($0.key, $0.resources) }
        case .down(let words):
            guard case .running = words.end else { return [] }
        case .answeredByOlder, .newer, .silent, .refused, .garbled: break
        }
        return configuration.groups.map { ($0.key, $0.resources.map(\.word)) }
    }

    private func isMeant(by word: String) -> Bool {
        if let own = LastWordsReader.address(self.word), own.ip == LastWordsReader.address(word)?.ip {
            return true
        }
        let script = word.firstRange(of: "::").map { String(word[..<$0.lowerBound]) } ?? word
        return word == self.word(as: script) && (script == name || isThisFile(script))
    }

    /// As haresources would call it by its own name.
    var word: String { word(as: name) }

    private func word(as script: String) -> String { ([script] + arguments).joined(separator: "::") }

    private var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    private func isThisFile(_ script: String) -> Bool {
        guard case .success(let other) = ResourceScripts(paths: paths.scripts).locate(script) else { return false }
        return Directories.resolved(other) == Directories.resolved(path)
    }
}
