// What a program of the laboratory says while it works.

import Glibc

/// Prints a line at once, not at the end when somebody else reads it: many minutes lie between two of them.
package func sayAtOnce(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}
