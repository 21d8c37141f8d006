// Which words can be names of network interfaces. No look-ups.

/// Names of network interfaces.
public enum InterfaceName {
    /// Whether Linux could give an interface this name: 1…15 bytes, neither a slash nor white space (dev_valid_name in the
    /// kernel).
    public static func isPossible(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        return (1...15).contains(bytes.count) && text != "." && text != ".."
            && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }
}
