// What is wrong with a configuration file, and where. It knows nothing of any file's grammar.

/// One mistake, or one thing worth a second look, in one of the three files.
///
/// Its description is one line, `<path>:<line>: <message>`; a warning's message is preceded by `warning: `. No message
/// ever contains a secret.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Hashable, Sendable {
        /// The configuration is refused.
        case error
        /// The configuration is taken, but not everything in it does what its author may expect.
        case warning
    }

    /// What it is about where a machine, or a file as such, is not as the text wants it. It is not printed.
    package enum Topic: Hashable, Sendable {
        /// One of the files cannot be read.
        case unreadable
        /// Others than its owner may read or replace the keys.
        case exposedKeys
        /// An interface is not there.
        case interface(String)
        /// A serial line, or a watchdog, is not there.
        case device(String)
        /// A program that is to be kept running is not there.
        case program(String)
        /// An address is in no network of this node, or cannot come up.
        case place(String)
        /// The machine has an address already.
        case holder(String)
        /// There is no such script.
        case missingScript(String)
        /// A script is there and would not run.
        case brokenScript(path: String)
        /// Others than root could change a script.
        case untrustedScript(path: String)
    }

    package var severity: Severity
    /// Path of the file as the caller gave it.
    package var file: String
    /// From 1; `nil` when the mistake is in no line (permissions, a file that cannot be read). What is missing from a
    /// file is reported at its last line.
    package var line: Int?
    /// What is wrong and what to write instead.
    package var message: String
    /// `nil` where the text itself is wrong.
    package var topic: Topic?

    package init(severity: Severity, file: String, line: Int?, message: String, about topic: Topic? = nil) {
        self.severity = severity
        self.file = file
        self.line = line
        self.message = message
        self.topic = topic
    }

    package var description: String {
        let place = line.map { "\(file):\($0): " } ?? "\(file): "
        switch severity {
        case .error: return place + message
        case .warning: return place + "warning: " + message
        }
    }
}

/// Collects the diagnostics of one file; reading goes on after each.
package struct DiagnosticLog {
    package let file: String
    private var entries: [Diagnostic] = []

    package init(file: String) {
        self.file = file
    }

    package mutating func error(_ line: Int?, _ message: String, about topic: Diagnostic.Topic? = nil) {
        entries.append(Diagnostic(severity: .error, file: file, line: line, message: message.onOneLine, about: topic))
    }

    package mutating func warning(_ line: Int?, _ message: String, about topic: Diagnostic.Topic? = nil) {
        entries.append(Diagnostic(severity: .warning, file: file, line: line, message: message.onOneLine, about: topic))
    }

    package var hasErrors: Bool { entries.contains { $0.severity == .error } }

    /// In the order of the file: rules that span lines are checked last but belong where their line is.
    package var inOrderOfLines: [Diagnostic] {
        entries.enumerated()
            .sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
            .map(\.element)
    }
}

/// Why a word was refused; the reader that asked adds the place.
package struct Complaint: Error {
    package let message: String
    package let topic: Diagnostic.Topic?

    package init(_ message: String, about topic: Diagnostic.Topic? = nil) {
        self.message = message
        self.topic = topic
    }
}

/// A word from a file between quotes, cut if it is long.
package func quoted(_ text: some StringProtocol) -> String {
    let longest = 60
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest)))
    return text.unicodeScalars.count > longest ? "\"\(shown)…\"" : "\"\(shown)\""
}

extension String {
    /// Control characters and line separators escaped: a word from a file must not forge a line of the log.
    fileprivate var onOneLine: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
