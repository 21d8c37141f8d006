// What the programs of this product call themselves.

/// The product's version, and the version of the original whose protocol and behaviour it speaks.
public enum Version {
    public static let own = "0.1.0"
    public static let compatible = "3.0.6"

    /// What `--version` of every program prints; scripts compare its first word.
    public static var text: String { "\(compatible) (swift-heartbeat \(own))" }
}
