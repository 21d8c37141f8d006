// The `monitor` lines that give every resource the interval it has, in few lines: what most have first, then groups, then
// single resources.

import HeartbeatModel

extension ConfigurationPrinter {
    var monitorLines: [String] {
        guard configuration.groups.contains(where: { $0.resources.contains { $0.monitorInterval != nil } }) else {
            return []
        }
        return MonitorLines(configuration.groups).text
    }
}

private struct MonitorLines {
    private let groups: [ResourceGroup]
    /// One word and the intervals of each call, in all groups it is in.
    private var calls: [ResourceCall: (word: String, intervals: Set<Duration?>)] = [:]
    private let base: Duration?

    init(_ groups: [ResourceGroup]) {
        self.groups = groups
        let resources = groups.flatMap(\.resources)
        for resource in resources {
            calls[ResourceCall(resource), default: (resource.word, [])].intervals.insert(resource.monitorInterval)
        }
        let counts = Dictionary(resources.map { ($0.monitorInterval, 1) }, uniquingKeysWith: +)
        // Of equals "never", else the longest: the text must not depend on the order of a dictionary.
        let never = Duration.seconds(Int64.max)
        base = counts.max { ($0.value, $0.key ?? never) < ($1.value, $1.key ?? never) }?.key
    }

    var text: [String] {
        let groupLines = groups.compactMap { group in
            interval(of: group).map { line($0, MonitorRule.Target.groupPrefix + group.key) }
        }
        return (base == nil ? [] : [line(base, nil)]) + groupLines + callLines
    }

    // MARK: Groups

    /// Scripts with a call whose interval depends on the group. Only lines for groups can say that, so none of their calls
    /// may have a line by the script's bare name.
    private var scriptsByGroup: Set<String> {
        Set(calls.filter { $0.value.intervals.count > 1 }.keys.map(\.scriptName))
    }

    /// The interval a line for the group must give; the outer `nil` stands for no line.
    private func interval(of group: ResourceGroup) -> Duration?? {
        let scripts = scriptsByGroup
        return group.resources
            .first { resource in
                calls[ResourceCall(resource)]?.intervals.count != 1
                    || resource.arguments.isEmpty && scripts.contains(resource.scriptName)
            }
            .map(\.monitorInterval)
    }

    // MARK: Single resources

    private var callLines: [String] {
        let differing = callsThatDiffer
        // The bare name of a script acts on all of its calls.
        let scripts = Set(differing.filter(\.arguments.isEmpty).map(\.scriptName))
        return calls.filter { differing.contains($0.key) || scripts.contains($0.key.scriptName) }
            .flatMap { call in call.value.intervals.map { line($0, call.value.word) } }
            .sorted()
    }

    /// Calls that have another interval than the lines before theirs give them.
    private var callsThatDiffer: Set<ResourceCall> {
        let resources = groups.flatMap { group in
            let inherited = interval(of: group) ?? base
            return group.resources.filter { $0.monitorInterval != inherited }
        }
        return Set(resources.map { ResourceCall($0) }).filter { calls[$0]?.intervals.count == 1 }
    }

    private func line(_ interval: Duration?, _ target: String?) -> String {
        let time = interval.map { "\($0.milliseconds)ms" } ?? "off"
        return ["monitor", time, target].compactMap(\.self).joined(separator: " ")
    }
}
