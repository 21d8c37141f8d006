// Which running resources are looked at, and how often: the `monitor` lines of ha.cf applied to the groups of haresources.
// Whoever names a resource more exactly wins, so that the order of the lines matters only between equals.

import HeartbeatModel

/// What one `monitor` line says about one of its targets.
struct MonitorRule {
    /// `nil` for `off`.
    let interval: Duration?
    let target: Target
    /// Line of ha.cf.
    let line: Int

    enum Target {
        case everything
        /// `group=<key>`; no script's name can contain `=`.
        case group(ResourceCall, text: String)
        /// A resource word, or a script's name for all of its resources.
        case call(ResourceCall, text: String)

        init(_ text: String) {
            if text.hasPrefix(Self.groupPrefix) {
                self = .group(ResourceCall(String(text.dropFirst(Self.groupPrefix.count))), text: text)
            } else {
                self = .call(ResourceCall(text), text: text)
            }
        }

        static let groupPrefix = "group="

        /// As written; `nil` when nothing was.
        var text: String? {
            switch self {
            case .everything: nil
            case .group(_, let text), .call(_, let text): text
            }
        }
    }

    /// How exactly the rule names a resource; a higher number wins.
    private enum Precision: Int {
        case everything
        case group
        case script
        case resource
    }

    private func precision(_ resource: Resource, in group: ResourceGroup) -> Precision? {
        switch target {
        case .everything: .everything
        case .group(let key, _): key == ResourceCall(group.resources[0]) ? .group : nil
        case .call(let call, _) where call == ResourceCall(resource): .resource
        case .call(let call, _): call.arguments.isEmpty && call.scriptName == resource.scriptName ? .script : nil
        }
    }

    func applies(to resource: Resource, in group: ResourceGroup) -> Bool {
        precision(resource, in: group) != nil
    }

    /// The rule that counts for a resource: of the most exact ones the last.
    static func inForce(_ rules: [MonitorRule], for resource: Resource, in group: ResourceGroup) -> MonitorRule? {
        var best: (rule: MonitorRule, precision: Int)?
        for rule in rules {
            guard let precision = rule.precision(resource, in: group)?.rawValue else { continue }
            if precision >= best?.precision ?? 0 { best = (rule, precision) }
        }
        return best?.rule
    }
}

extension HaCfReader {
    /// Gives every resource its interval. `groupsAreComplete`: nothing of haresources was refused, so that a target
    /// nobody knows is a mistake in ha.cf.
    mutating func applyMonitorRules(to groups: [ResourceGroup], groupsAreComplete: Bool) -> [ResourceGroup] {
        if groupsAreComplete { checkMonitorTargets(groups) }
        warnOfSlowStatus(groups)
        return groups.map { group in
            let resources = group.resources.map { resource in
                var resource = resource
                resource.monitorInterval = MonitorRule.inForce(monitorRules, for: resource, in: group)?.interval
                return resource
            }
            return ResourceGroup(preferredNode: group.preferredNode, resources: resources, line: group.line)
        }
    }

    private mutating func checkMonitorTargets(_ groups: [ResourceGroup]) {
        for rule in monitorRules {
            guard let text = rule.target.text else { continue }
            let isKnown = groups.contains { group in group.resources.contains { rule.applies(to: $0, in: group) } }
            guard !isKnown else { continue }
            log.error(
                rule.line,
                "monitor: \(quoted(text)) is no resource, script or \"group=<first resource>\" of haresources"
                    + Self.monitorHint(for: text, groups))
        }
    }

    private static func monitorHint(for text: String, _ groups: [ResourceGroup]) -> String {
        if text.contains(",") { return "; targets are separated by blanks" }
        let words = groups.flatMap { group in
            [MonitorRule.Target.groupPrefix + group.key] + group.resources.flatMap { [$0.word, $0.scriptName] }
        }
        let meant = Spelling.nearest(to: text, among: words) ?? words.first { $0.hasPrefix(text) }
        return meant.map { "; did you mean \(quoted($0))?" } ?? ""
    }

    /// A script that hangs is not noticed by looking at it more often.
    private mutating func warnOfSlowStatus(_ groups: [ResourceGroup]) {
        guard !faulty.contains("status_timeout") else { return }
        let status = draft.actionTimeouts.status
        var told: Set<Int> = []
        for group in groups {
            for resource in group.resources where resource.address == nil {
                guard let rule = MonitorRule.inForce(monitorRules, for: resource, in: group),
                    let interval = rule.interval, status > interval * 2, told.insert(rule.line).inserted
                else { continue }
                log.warning(
                    rule.line,
                    "monitor looks every \(interval.milliseconds)ms, but a script that hangs is only noticed after "
                        + "status_timeout (\(status.milliseconds)ms); write \"status_timeout "
                        + "\(interval.milliseconds)ms\", or as long as the scripts' status may take")
            }
        }
    }
}
