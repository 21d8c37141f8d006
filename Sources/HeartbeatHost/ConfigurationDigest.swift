// Four bytes that stand for a file when two nodes compare theirs.

import Crypto
import HeartbeatModel

extension ConfigurationMarks {
    /// Of texts that are the same where the nodes agree. What is secret must not be in them.
    package init(textOfHaCf haCf: String, haresources: String, authkeys: String) {
        func mark(_ text: String) -> UInt32 {
            SHA256.hash(data: Array(text.utf8)).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
        self.init(haCf: mark(haCf), haresources: mark(haresources), authkeys: mark(authkeys))
    }
}
