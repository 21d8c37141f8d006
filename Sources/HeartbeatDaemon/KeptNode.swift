// Everything of a running node that the program after this one goes on with. What is not in it is made anew there, as at a start. Whoever
// changes what is kept raises `StateFormat.number`.

import HeartbeatCore
import HeartbeatLease
import HeartbeatMedia
import HeartbeatModel
import HeartbeatSystem
import HeartbeatWire

/// A node at rest, as one program hands it to the next.
struct KeptNode: Codable {
    /// Of the program that has written it.
    var version: String
    /// By which order, and when, on the loop's clock.
    var token: String
    var since: Instant
    var node: NodeName
    var uuid: NodeUUID
    var configuration: Configuration
    /// When ha.cf was written that is in force.
    var haCfWritten: Int64?
    var debugLevel: Int
    var core: ClusterCore
    var signingKey: Int
    var hasBegunAnew: Bool
    var hasKeepaliveLeft: Bool
    var lastRequest: UInt64
    var isStarted: Bool
    var maintenance: Maintenance?
    var pidFile: Int32
    var watchdog: Int32?
    var controlSocket: Int32?
    var media: [KeptMedium]
    /// Of serial lines: a message that has begun and not ended.
    var framers: [MediumName: SerialFramer]
    var lease: KeptLease?
    var guardian: KeptGuardian
    var addresses: KeptAddresses
    var clients: KeptClients?
    var bypass: KeptBypass
}

extension NodeShell {
    /// What follows a guardian after a death.
    var heirs: [String] { services.isService ? [] : paths.releasing(localNode) }

    /// What the node cannot be interrupted in; `nil` when it is at rest.
    var obstacleToReplacement: String? {
        if let obstacle = core.obstacleToReplacement { return obstacle }
        if !movements.isIdle { return "a movement is not over" }
        if !replies.isEmpty { return "an order is being carried out" }
        if !views.isIdle { return "somebody waits for the other node's view" }
        if !actions.isIdle || !network.isIdle { return "a script is running" }
        if !hooks.isIdle || !book.isIdle || !lines.isIdle { return "a program of the owner is running" }
        if maintenance.isBusy { return "maintenance is being written down" }
        if let loss = lines.loss, loss.unproven > 0 { return "a line is down or in doubt" }
        if !core.hasTimeToBegin(at: reactor.now) { return "a keepalive is due" }
        return clients.obstacleToHandOver ?? media.obstacleToHandOver
    }

    /// The node for the program that `next` leads to; `place` has what is the process's.
    func handOver(to next: HandOver, _ place: KeptPlace) throws(SystemError) -> KeptNode {
        KeptNode(
            version: Version.own, token: place.token, since: reactor.now, node: localNode, uuid: uuid,
            configuration: configuration, haCfWritten: place.haCfWritten, debugLevel: log.debugLevel, core: core,
            signingKey: codec.signingKey, hasBegunAnew: hasBegunAnew, hasKeepaliveLeft: hasKeepaliveLeft,
            lastRequest: lastRequest, isStarted: services.isStarted, maintenance: maintenance.current,
            pidFile: place.pidFile, watchdog: place.watchdog, controlSocket: place.controlSocket,
            media: try media.handOver(to: next), framers: framers, lease: try lease.handOver(to: next),
            guardian: try guardian.handOver(to: next, ownsMemory: !lease.isHeld), addresses: actions.kept,
            clients: try clients.handOver(to: next), bypass: bypass.kept)
    }

    /// Instead of `start`: the core knows everything already, so nothing is told of what has not changed.
    func resume(_ kept: KeptNode) {
        isResuming = true
        (hasBegunAnew, hasKeepaliveLeft) = (kept.hasBegunAnew, kept.hasKeepaliveLeft)
        (lastRequest, framers) = (kept.lastRequest, kept.framers)
        _ = codec.sign(withKey: kept.signingKey)
        connect()
        lease.resume(configuration, kept.lease)
        let open = media.resume(kept.media)
        services.resume(
            isStarted: kept.isStarted,
            open: media.media.indices.filter { open.contains(media.media[$0].name) })
        bypass.stand(on: kept.bypass.ends, isUsed: kept.bypass.isUsed)
        maintenance.resume(kept.maintenance)
        actions.resume(kept.addresses)
        guardian.resume(kept.guardian, lease.memory, heirs: heirs)
        adoptProbes()
        network.resume(carriers: core.carriers)
        kernels.resume(configuration, on: core.ground)
        files.adopt(configuration)
        lans.adopt(configuration)
        lines.adopt(configuration)
        clients.resume(kept.clients)
        views.look()
        childMayHaveExited()
        // What came while no program ran is read before anybody is judged.
        let now = reactor.now
        reactor.drain()
        expire(at: now)
        reactor.after(.seconds(1)) { [weak self] in self?.isResuming = false }
    }
}

/// What a node's process has besides the node.
struct KeptPlace {
    var token: String
    var haCfWritten: Int64?
    var pidFile: Int32
    var watchdog: Int32?
    var controlSocket: Int32?
}
