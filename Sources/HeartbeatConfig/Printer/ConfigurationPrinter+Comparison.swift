// What two nodes must have the same in their files, as texts that are the same then: in one form, however it was written, and without
// what is each node's own.

import HeartbeatModel

extension ConfigurationPrinter {
    /// ha.cf without where the node logs, the peers of `ucast`, the devices of `serial` and what only scripts see.
    package var comparableHaCf: String {
        var shared = configuration
        shared.logging = LoggingConfiguration()
        // As they were written two lines that say the same may differ.
        shared.parameters = []
        return ConfigurationPrinter(shared).haCf.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            switch words.first {
            case "ucast", "ucast6": return words.prefix(2).joined(separator: " ")
            case "serial": return "serial"
            default: return String(line)
            }
        }
        .textOfLines
    }

    /// authkeys without secrets, the keys in the order of their numbers.
    package var comparableAuthkeys: String {
        let keys = configuration.authentication
        return "auth \(keys.current)\n"
            + keys.keys.sorted { $0.id < $1.id }.map { "\($0.id) \($0.method.rawValue)\n" }.joined()
    }
}
