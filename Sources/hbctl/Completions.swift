// What a shell offers for words that only the daemon knows. A command line that is not finished names its directory already.

import ArgumentParser
import HeartbeatOperator

extension CompletionKind {
    static var groups: CompletionKind {
        .custom { words, _, _ in
            let option = words.lastIndex(of: "--run-dir")
            let named = option.flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
            return GroupNames.known(below: named ?? Places().run)
        }
    }
}
