// The metrics of a pair in a file, for a collector that reads it whenever it likes: it finds the whole of the old content or of the new.

import Glibc
import HeartbeatSystem

package enum MetricsFile {
    /// Everybody may read it, because collectors run as users of their own. It is written beside and then takes the name.
    package static func write(_ text: String, to path: String) throws(OperatorFailure) {
        do throws(SystemError) {
            try DurableFile.replace(path, with: Array(text.utf8), mode: 0o644)
        } catch {
            throw OperatorFailure(
                code: "not-written", sentence: "cannot write \(path): \(error.reason)",
                remedy: [remedy(error, for: path)])
        }
    }

    /// What is usual here comes before what usually helps.
    private static func remedy(_ error: SystemError, for path: String) -> String {
        let directory = Directories.directory(of: path)
        switch error.code {
        case ENOENT: return "make the directory \(directory), or name the one that the collector reads"
        case EISDIR: return "name a file in it"
        default: return error.remedy ?? "look at \(directory)"
        }
    }
}
