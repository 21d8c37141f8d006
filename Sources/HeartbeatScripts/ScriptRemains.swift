// What a call of a script has left running. Only whoever tries a script asks: of a script that serves, a process may stay.

import Glibc
import HeartbeatSystem

/// The processes that one call has started, looked up anew each time.
package struct ScriptRemains {
    private var tree: ProcessTree

    /// To be made right after the call has begun; `nil` when it could not.
    package init?(of script: RunningScript) {
        guard let pid = script.pid else { return nil }
        tree = ProcessTree(root: pid, marker: "\(script.marker.0)=\(script.marker.1)")
    }

    /// `name (pid)` of each that runs now. Takes its time.
    package mutating func living() -> [String] {
        tree.living().map { process in
            let bytes = Descriptors.contents(of: "/proc/\(process.pid)/comm", atMost: 64) ?? []
            var splitter = LineSplitter()
            return "\(splitter.take(bytes).first ?? "process") (\(process.pid))"
        }
    }
}
