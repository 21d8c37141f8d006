// The directives `lease` and `guardian`: for how long the kernel answers for service addresses without hearing of the daemon, and
// whether somebody then takes them away. Heartbeat 3 has no such things.

import HeartbeatModel

extension DirectiveRule {
    static let lease: [DirectiveRule] = [
        scalar("lease", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.lease = try leaseRule(text)
        },
        scalar("guardian", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.hasGuardian = try ValueText.boolean(text)
        },
    ]

    /// `auto`, `off`, `required` or a time.
    static func leaseRule(_ text: String) throws(Complaint) -> LeaseRule {
        switch text {
        case "auto": return .automatic
        case "off": return .off
        case "required": return .required
        default: break
        }
        guard text.utf8.first?.isDigit == true || text.hasPrefix(".") else {
            throw Complaint(
                "is none of auto, off, required, and no time\(Spelling.hint(for: text, among: ["auto", "off", "required"]))"
            )
        }
        return .length(try ValueText.positiveTime(text))
    }
}

extension LeaseRule {
    /// As it stands in ha.cf.
    var text: String {
        switch self {
        case .automatic: "auto"
        case .off: "off"
        case .required: "required"
        case .length(let length): "\(length.milliseconds)ms"
        }
    }
}

extension HaCfReader {
    /// A lease must leave room for a late keepalive, and end before deadtime.
    mutating func checkLease() {
        guard isSound("lease", "keepalive", "deadtime"), written["lease"] != nil, draft.lease != .off else { return }
        let line = lineOf("lease", or: "deadtime")
        guard let lengths = draft.leaseLengths else {
            let least = draft.keepalive * 3 + LeaseTimes.margin * 2
            let text =
                "lease: there is no room for one between two keepalives (2 x \(text(draft.keepalive))) and deadtime "
                + "(\(text(draft.deadtime))); write at least \"deadtime \(text(least))\", or \"lease off\""
            return draft.lease == .automatic ? log.warning(line, text) : log.error(line, text)
        }
        guard case .length(let length) = draft.lease, !lengths.contains(length) else { return }
        log.error(
            line,
            "lease (\(text(length))) must be between \(text(lengths.lowerBound)) (two keepalives, or a late one ends it) and "
                + "\(text(lengths.upperBound)) (a keepalive less than deadtime, after which the other node takes over)")
    }
}
