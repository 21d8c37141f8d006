// What calls of a script have left running. Only whoever tries a script asks: of a script that serves, a process may stay.

import Glibc
import HeartbeatSystem

/// The processes that some calls have started, looked up anew each time.
package struct ScriptRemains {
    private var trees: [ProcessTree] = []

    package init() {}

    /// To be called right after the call has begun; nothing where it could not.
    package mutating func watch(_ script: RunningScript) {
        guard let pid = script.pid else { return }
        trees.append(ProcessTree(root: pid, marker: "\(script.marker.0)=\(script.marker.1)"))
    }

    /// `name (pid)` of each that runs now; one may be known to several calls. Takes its time.
    package mutating func living() -> [String] {
        let all = ProcessTable.entries()
        var pids: Set<pid_t> = []
        for place in trees.indices { pids.formUnion(trees[place].living(among: all).map(\.pid)) }
        return pids.sorted().map { pid in
            let bytes = Descriptors.contents(of: "/proc/\(pid)/comm", atMost: 64) ?? []
            var splitter = LineSplitter()
            return "\(splitter.take(bytes).first ?? "process") (\(pid))"
        }
    }
}
