// A configuration file as bytes. What it says is its reader's matter.

/// The contents of one configuration file, or why there are none.
package struct SourceFile: Hashable, Sendable {
    package enum Contents: Hashable, Sendable {
        case bytes([UInt8])
        /// The file could not be read; the reason completes "cannot be read: ".
        case unreadable(reason: String)
    }

    /// As it shall appear in diagnostics.
    package var path: String
    package var contents: Contents

    package init(path: String, contents: Contents) {
        self.path = path
        self.contents = contents
    }

    package init(path: String, bytes: [UInt8]) {
        self.init(path: path, contents: .bytes(bytes))
    }

    package init(path: String, text: String) {
        self.init(path: path, contents: .bytes(Array(text.utf8)))
    }
}
