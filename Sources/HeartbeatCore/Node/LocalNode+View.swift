// What a node tells the peer for people, and what it believes of what the peer tells: only what is news of its present life, said to
// the present life of this node. Nothing is decided by it, so that a lie costs a wrong picture and nothing else.

import HeartbeatModel

extension LocalNode {
    /// An original never gets one.
    var peerTakesViews: Bool { peerIsAlive && membership.peerSpeaksClaims == true }

    /// Whether what a program or the shell wants to be said goes out.
    func maySay(_ content: Message.Content) -> Bool {
        guard case .other(PeerView.messageType, _) = content else { return true }
        return peerTakesViews
    }

    /// A message between two of ours that is no part of the agreement: of the peer's kernel, or of how it hears this node.
    mutating func heardAside(_ type: String, _ fields: [Message.Field], at now: Instant) -> Bool {
        switch type {
        case PeerKernel.messageType: heardKernel(PeerKernel(fields: fields))
        case PeerView.messageType: heardView(PeerView(fields: fields), at: now)
        default: return false
        }
        return true
    }

    /// The peer has told how it hears this node. A record of it names an earlier time of the peer, or an earlier life of ours.
    private mutating func heardView(_ view: PeerView, at now: Instant) {
        guard membership.peerSpeaksClaims == true, view.heard?.generation == channel.generation,
            view.at > membership.view?.told.at ?? 0
        else { return }
        membership.view = HeardView(told: view, at: now)
    }

    /// - Parameter isAnswer: with a lane for each medium.
    func view(isAnswer: Bool, at now: Instant) -> PeerView {
        var view = PeerView(at: UInt64(max(1, now.nanoseconds / 1000)))
        view.heard = channel.heardOfPeer
        if let peer {
            view.media = channel.links.facts(of: peer.name, at: now).prefix(PeerView.mostMedia).map { link in
                var medium = PeerView.Medium(name: link.medium)
                medium.age = link.lastHeard
                (medium.jitter, medium.lost) = (link.beats?.jitter, link.beats?.lost)
                if isAnswer { medium.lane = link.beats?.lane ?? "" }
                return medium
            }
        }
        view.lost = health.lostNames
        return view
    }
}
