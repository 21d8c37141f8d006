// The `lan` line as ha.cf has it.

import HeartbeatModel

extension ConfigurationPrinter {
    var lanLines: [String] {
        guard let lan = configuration.lan else { return [] }
        return [
            "lan \(lan.interfaces.joined(separator: " ")) interval=\(lan.interval.milliseconds)ms fall=\(lan.fall) "
                + "rise=\(lan.rise) port=\(lan.port)"
        ]
    }
}
