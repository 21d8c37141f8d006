// What a shell offers for words that only the daemon knows. A command line that is not finished names its directory already.

import ArgumentParser
import HeartbeatOperator

extension CompletionKind {
    static var groups: CompletionKind {
        .custom { words, _, _ in GroupNames.known(below: runDirectory(in: words) ?? Places().run) }
    }

    /// The last one that is named: `--run-dir DIR`, or `--run-dir=DIR`.
    private static func runDirectory(in words: [String]) -> String? {
        let option = "--run-dir"
        guard let place = words.lastIndex(where: { $0 == option || $0.hasPrefix(option + "=") }) else { return nil }
        guard words[place] == option else { return String(words[place].dropFirst(option.utf8.count + 1)) }
        return words[(place + 1)...].first
    }
}
