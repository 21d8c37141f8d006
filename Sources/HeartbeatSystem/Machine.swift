// What the kernel says of the machine it runs: its name and its own version (uname(2)).

import Glibc

package enum Machine {
    /// `uname -n`, its case kept.
    package static var name: String { word { $0.nodename } ?? "localhost" }

    /// `uname -r`, such as `6.1.0-18-amd64`; empty if it cannot be read.
    package static var kernelRelease: String { word { $0.release } ?? "" }

    private static func word<Field>(_ field: (utsname) -> Field) -> String? {
        var names = utsname()
        guard uname(&names) == 0 else { return nil }
        return withUnsafeBytes(of: field(names)) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
