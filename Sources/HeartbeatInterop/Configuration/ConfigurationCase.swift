// One case of the configuration suite as text: the files a node is given, and what is expected of the original and of us. It
// runs nothing.
//
//     # Why the case is there: any number of lines.
//     verdict: refuses ha.cf:1
//     says: Illegal directive [nodes]
//     -- ha.cf
//     nodes nodea nodeb
//
// Keys, in any order, before the first file:
//
//     verdict: starts | refuses <file>[:<line>]    of both; the line is the one of our first error
//     original: starts | refuses | fails           instead of `verdict`, where the two differ …
//     ours: starts | refuses <file>[:<line>]
//     stricter: <reason> | kinder: <reason>        … and why
//     differs <value>, <value>…: <reason>          both start, but these effective values are others
//     says: <text>                                 among the original's messages when it refuses
//     warns: <file>:<line>                         where we have to warn
//     run: start | resources | environment         how far the nodes are taken
//     unheard: <count>                             so many media nobody can hear; none if it is not there
//     host: <name>                                 what `uname -n` prints instead of nodea
//
// A line that begins with a blank continues the one above it. A file begins with `-- <name>` and any of these words: `whole`
// (ha.cf: the standard lines do not follow), `escaped` (only what \n \r \t \\ and \xNN stand for ends lines), `missing`,
// `directory`, `mode=0640`, `owner=hacluster`. Files that a case does not mention are the standard ones.

/// A configuration and what is expected of two programs that are given it.
package struct ConfigurationCase: Hashable, Sendable {
    /// Name of its file without `.case`.
    package var name: String
    /// Of the original, and of us with the line of our first error.
    package var original: Verdict
    package var own: Verdict
    /// Why our verdict is another one; `nil` when it is the same.
    package var reason: String?
    /// Effective values that may differ, each with its reason.
    package var differences: [String: String] = [:]
    /// Text the original must have printed.
    package var says: String?
    /// `<file>:<line>` at which we must have warned.
    package var warns: String?
    package var depth = Depth.start
    /// So many media cannot be heard at the far ends of the interfaces.
    package var unheard = 0
    package var host = "nodea"
    package var files: [File] = []

    /// How far a node is taken.
    package enum Depth: String, Hashable, Sendable {
        /// Until it sends on all its media.
        case start
        /// Until its resources run, and until they are released again.
        case resources
        /// Until a script has shown its environment.
        case environment
    }

    /// What a node does with its configuration.
    package enum Verdict: Hashable, Sendable {
        case starts
        /// Exit code 6. `place` is `<file>:<line>` or `<file>`, in expectations of us.
        case refuses(place: String?)
        /// It ends by itself with another code.
        case fails
    }

    /// A file of the configuration directory.
    package struct File: Hashable, Sendable {
        package var name: String
        package var text: [UInt8] = []
        /// The standard lines do not follow.
        package var isWhole = false
        package var isMissing = false
        package var isDirectory = false
        package var mode: UInt32?
        package var owner: String?
    }

    package subscript(file name: String) -> File? {
        files.first { $0.name == name }
    }
}

extension ConfigurationCase.Verdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .starts: "starts"
        case .refuses(let place): place.map { "refuses \($0)" } ?? "refuses"
        case .fails: "fails"
        }
    }

    /// The same but for the place, which the original never tells.
    func agrees(with other: Self) -> Bool {
        switch (self, other) {
        case (.starts, .starts), (.refuses, .refuses), (.fails, .fails): true
        case (.starts, _), (.refuses, _), (.fails, _): false
        }
    }
}
