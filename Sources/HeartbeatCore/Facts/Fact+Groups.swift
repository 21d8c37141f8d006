// Facts about single resource groups on this node.

import HeartbeatModel

extension Fact {
    package init(_ change: GroupChange, of group: ResourceGroup) {
        let (event, text): (FactEvent, String) =
            switch change {
            case .acquiring: (.groupAcquiring, "Acquiring resource group: \(group.text)")
            case .running: (.groupRunning, "Resource group \(group.key) is running")
            case .releasing: (.groupReleasing, "Releasing resource group: \(group.text)")
            case .released: (.groupReleased, "Resource group \(group.key) is released")
            case .failureForgotten:
                (
                    .failureForgotten,
                    "The failure of resource group \(group.key) is forgotten; it may be started here again"
                )
            }
        self.init(event, text, [.group: group.key])
    }

    /// - Parameter limit: so often in a `failure_window` a group is started here again (`failure_limit`).
    package init(_ trouble: GroupTrouble, of step: ResourceStep, in group: ResourceGroup, failureLimit limit: Int) {
        let of = (step: step.word, group: group.key)
        switch trouble {
        case .startFailed(let result): self = .startFailed(of, result)
        case .checkFailed(let result, let failures): self = .checkFailed(of, result, failures, limit)
        case .checkNotRun(let result): self = .checkNotRun(of, result)
        case .addressRemoved(let times): self = .addressRemoved(of, times)
        case .stopRetry(let result, let attempt, let limit): self = .stopRetry(of, result, attempt, limit)
        case .foundRunning:
            self = .about(
                of, .foundRunning,
                "\(of.step) runs although this node does not hold it: left up by an earlier run, or started by somebody "
                    + "else; stopping it")
        case .leftoverAddress:
            self = .about(
                of, .leftoverAddress,
                "\(of.step) is up although this node does not hold its group \(of.group); removing it")
        case .failedTooOften:
            self = .about(of, .failedTooOften, "Giving up resource group \(of.group): \(of.step) failed too often")
        case .stopFailed:
            self = .about(
                of, .stopFailed,
                "Resource STOP failure of \(of.step): group \(of.group) cannot be handed over until it stops; "
                    + "stop it by hand, it is tried again every 30 s")
        case .stopFailureIgnored:
            self = .about(
                of, .stopFailureIgnored,
                "Resource STOP failure of \(of.step): group \(of.group) is handed over although it may still run here "
                    + "(on_stop_failure release)")
        case .stopFailureReboots:
            self = .about(
                of, .stopFailureReboots,
                "Resource STOP failure of \(of.step): rebooting, so that the other node may take over resource group "
                    + "\(of.group) (on_stop_failure reboot)")
        case .stopUnjustlyFailed:
            self = .about(
                of, .stopUnjustlyFailed,
                "Resource \(of.step) fails to stop but does not run: its script is probably not LSB-compliant")
        }
    }

    /// The files were read again: the group is new.
    package static func groupAdded(_ group: ResourceGroup) -> Fact {
        Fact(.groupAdded, "Resource group \(group.key) is new in haresources", [.group: group.key])
    }

    /// The files were read again: the group is no longer there.
    package static func groupRemoved(_ group: ResourceGroup) -> Fact {
        Fact(.groupRemoved, "Resource group \(group.key) is no longer in haresources", [.group: group.key])
    }

    // MARK: - Steps

    private typealias Place = (step: String, group: String)

    private static func about(
        _ of: Place, _ event: FactEvent, _ text: String, _ more: [Field] = []
    ) -> Fact {
        var fact = Fact(event, text, [.group: of.group, .resource: of.step])
        fact.fields += more
        return fact
    }

    private static func startFailed(_ of: Place, _ result: ActionResult) -> Fact {
        about(
            of, .startFailed,
            "Giving up resources due to failure of \(of.step): group \(of.group), start \(result.text)", [result.field])
    }

    private static func checkFailed(_ of: Place, _ result: ActionResult, _ failures: Int, _ limit: Int) -> Fact {
        about(
            of, .checkFailed,
            "\(of.step) of resource group \(of.group) does not run any more: status \(result.text); "
                + "failure \(failures), restarted here up to \(limit) times",
            [result.field, Field(.count, failures), Field(.limit, limit)])
    }

    private static func checkNotRun(_ of: Place, _ result: ActionResult) -> Fact {
        about(
            of, .checkNotRun, "\(of.step) could not be looked at: status \(result.text); it counts as running",
            [result.field])
    }

    private static func addressRemoved(_ of: Place, _ times: Int) -> Fact {
        about(
            of, .addressRemoved,
            "\(of.step) was removed by somebody else, or its interface went down (\(times) times so far); "
                + "putting it back",
            [Field(.count, times)])
    }

    private static func stopRetry(_ of: Place, _ result: ActionResult, _ attempt: Int, _ limit: Int) -> Fact {
        about(
            of, .stopRetry,
            "Stop of \(of.step) \(result.text) (attempt \(attempt) of \(limit))",
            [result.field, Field(.attempt, attempt)])
    }
}

extension ResourceGroup {
    /// The line of haresources it came from.
    fileprivate var text: String {
        ([preferredNode.text] + resources.map(\.word)).joined(separator: " ")
    }
}

extension ActionResult {
    /// The exit code of a script, or why there is none.
    fileprivate var field: Fact.Field {
        switch self {
        case .exited(let code, _): Fact.Field(.exitCode, code)
        case .signalled(let signal): Fact.Field(.cause, "signal \(signal)")
        case .timedOut: Fact.Field(.cause, "timeout")
        case .notRun(let reason): Fact.Field(.cause, reason)
        }
    }
}
