// Words of others in lines of ours: a packet or a client may hold anything, and a line of the log is one line of sane length.

extension String {
    /// The first `length` characters, a question mark for each that is a control character.
    package func printable(atMost length: Int) -> String {
        String(unicodeScalars.prefix(length).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
    }
}
