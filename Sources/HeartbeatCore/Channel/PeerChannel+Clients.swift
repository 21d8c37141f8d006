// Handing messages on to the clients of this node. Nothing is decided by it and nothing comes back: what a client sends
// arrives like a message of the FIFO.

import HeartbeatModel

extension PeerChannel {
    /// A message that is about to count here, or that we have just sent.
    func handOn(_ message: Message, _ kind: MessageInterest?, into effects: inout [Effect]) {
        guard let kind, interest.contains(kind) || kind == .news && message.content.isBetweenClients else { return }
        effects.append(.handOn(message, kind))
    }

    /// A message that has just been sent, or that counts.
    func runHook(for message: Message, into effects: inout [Effect]) {
        guard message.sequence != nil, !message.content.isStatus,
            message.destination == nil || message.destination == local || message.source == local
        else { return }
        effects.append(.runHook(.message(message)))
    }

    /// What a new message of the peer's is to clients; `status` is the peer's before it.
    func kind(of message: Message, peerStatus status: NodeStatus) -> MessageInterest? {
        if case .status(let report) = message.content { return report.status == status ? .unchanged : .news }
        return kind(of: message)
    }

    /// What a message is to clients; one of our own statuses that they could see changes nothing any more.
    func kind(of message: Message) -> MessageInterest? {
        // Between two of ours, whoever is meant.
        if case .other(PeerView.messageType, _) = message.content { return nil }
        guard message.destination == nil || message.destination == local else { return .aside }
        switch message.content {
        case .status: return .unchanged
        // The original keeps these to itself (observed).
        case .requestNodes, .nodes: return nil
        case .other(Message.kernelType, _): return nil
        case .starting, .resource, .askResources, .takeoverRequest, .shutdownDone, .fencingReport, .acknowledge,
            .retransmitRequest, .cannotRetransmit, .pingReply, .other, .unreadable:
            return message.content.isSequenced ? .news : .aside
        }
    }
}

extension Message.Content {
    /// Of a type that no node understands: clients' own words, or questions about clients.
    fileprivate var isBetweenClients: Bool {
        if case .other = self { true } else { false }
    }
}
