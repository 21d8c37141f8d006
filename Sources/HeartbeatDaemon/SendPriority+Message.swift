// How urgent a message is for a medium that is slow.

import HeartbeatMedia
import HeartbeatModel

extension SendPriority {
    /// What the message is for a medium that is slow.
    init(of message: Message) {
        switch message.content {
        case .status: self = .keepalive
        case .retransmitRequest, .cannotRetransmit, .acknowledge: self = .repair
        case .starting, .resource, .askResources, .takeoverRequest, .shutdownDone, .fencingReport, .requestNodes,
            .nodes,
            .pingReply, .other, .unreadable:
            self = .message(message.sequence)
        }
    }
}
