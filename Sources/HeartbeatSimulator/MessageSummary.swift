// Messages in one short line, for traces that people read.

import HeartbeatModel

extension Message.Content {
    /// What the message says, in the words of the wire.
    var summary: String {
        switch self {
        case .status(let report): "status \(report.status.rawValue)"
        case .starting: "starting"
        case .resource(let report): report.summary
        case .askResources(let set, let step): "ask_resources \(set) \(step.rawValue)"
        case .takeoverRequest(let set): "hb_takeover \(set)"
        case .shutdownDone: "shutdone"
        case .fencingReport(let node, let result): "stonith \(node) \(result)"
        case .requestNodes: "reqnodes"
        case .nodes: "repnodes"
        case .acknowledge(let sequence): "ack \(sequence.number)"
        case .retransmitRequest(let first, let last): "rexmit \(first.number)-\(last.number)"
        case .cannotRetransmit(let sequence, _): "nak \(sequence.number)"
        case .pingReply: "ping"
        case .other(let type, _), .unreadable(let type, _, _): type
        }
    }
}

extension ResourceReport {
    fileprivate var summary: String {
        var words = ["resource", "\(hold)", isStable == true ? "stable" : "unstable"]
        if let info { words.append(info) }
        guard let claim else { return words.joined(separator: " ") }
        words.append("claims \(claim.local)/\(claim.foreign)")
        if let heard = claim.heard { words.append("heard \(heard.sequence.number)") }
        if claim.wantsAnswer { words.append("asks") }
        if claim.grantsLease { words.append("grants") }
        if !claim.failed.isEmpty { words.append("failed \(claim.failed.joined(separator: ","))") }
        if !claim.adopted.isEmpty { words.append("adopted \(claim.adopted.joined(separator: ","))") }
        if let kept = claim.kept, !kept.isEmpty { words.append("kept \(kept.joined(separator: ","))") }
        if !claim.awaited.isEmpty { words.append("awaits \(claim.awaited.joined(separator: ","))") }
        if !claim.ownOnBoth.isEmpty { words.append("own on both \(claim.ownOnBoth.joined(separator: ","))") }
        return words.joined(separator: " ")
    }
}
