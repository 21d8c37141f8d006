// Which units systemd starts by itself at boot, of those that do what resources do. Only where there is systemd, and in one question.

import Glibc
import HeartbeatStatus

enum SystemdUnits {
    private static let properties = ["Id", "LoadState", "UnitFileState", "WantedBy", "RequiredBy"]

    /// Those that there are; none where nobody can be asked.
    static func asked(about wanted: [(unit: String, resource: String)]) -> [MachineFacts.Unit] {
        guard !wanted.isEmpty, access("/run/systemd/system", F_OK) == 0 else { return [] }
        let words = ["systemctl", "show", "-p", properties.joined(separator: ","), "--"] + wanted.map(\.unit)
        guard let output = ServiceUnit.output(of: "/usr/bin/systemctl", words) else { return [] }
        return units(output, of: wanted)
    }

    /// One block of `KEY=VALUE` lines for each unit that was asked about, in that order, with an empty line between. Two names of
    /// one unit are one.
    static func units(_ text: String, of wanted: [(unit: String, resource: String)]) -> [MachineFacts.Unit] {
        let blocks = text.split(separator: "\n", omittingEmptySubsequences: false).split(whereSeparator: \.isEmpty)
        var seen: Set<String> = []
        return zip(wanted, blocks).compactMap { wanted, lines in
            var values: [Substring: Substring] = [:]
            for line in lines {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2 { values[parts[0]] = parts[1] }
            }
            let name = values["Id"].map(String.init) ?? wanted.unit
            guard values["LoadState"] == "loaded", seen.insert(name).inserted else { return nil }
            return MachineFacts.Unit(name: name, resource: wanted.resource, startsItself: startsItself(values))
        }
    }

    /// What was made of a script in /etc/init.d is started if something wants it.
    private static func startsItself(_ values: [Substring: Substring]) -> Bool {
        switch values["UnitFileState"] {
        case "enabled", "enabled-runtime": true
        case "generated": ["WantedBy", "RequiredBy"].contains { values[$0]?.isEmpty == false }
        default: false
        }
    }
}
