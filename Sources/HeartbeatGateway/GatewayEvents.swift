// What reaches the machine, and what it wants done. The order of effects is the order in which they are to be carried out.

import HeartbeatModel

/// Something that happened.
package enum GatewayEvent: Hashable, Sendable {
    /// A packet that was signed, and is no repetition.
    case received(GatewayPacket, over: GatewaySide)
    /// A procedure has ended. One that was killed, or took longer than its time, has not succeeded.
    case ended(GatewayTicket, succeeded: Bool)
    case requested(GatewayRequest)
}

/// What the owner of the machine wants.
package enum GatewayRequest: Hashable, Sendable {
    /// Leave service in order, and end.
    case stop
    /// Something has happened to a link: whoever serves looks after itself now.
    case look
    /// What else this host has to do is this from now on.
    case bear(GatewayBurden)
}

/// Whom a message goes to.
package enum GatewayTarget: Hashable, Sendable {
    case host(GatewayHost)
    /// Whoever has the roving address of the side.
    case roving
}

/// Something to be done.
package enum GatewayEffect: Hashable, Sendable {
    /// One datagram to each, each with a sequence number of its own.
    case send(GatewayMessage, to: [GatewayTarget], over: GatewaySide)
    /// Answered by one `.ended` with this ticket. One procedure after the other where they are not checks: what is to be run next
    /// waits until what was cancelled before has ended.
    case run(GatewayProcedure, GatewayTicket)
    /// Nobody waits for it any more: it and whatever it has started is to be ended. Its answer is ignored.
    case cancel(GatewayTicket)
    case notify(GatewayFact)
    /// The machine has come to its end, and nothing of it is left running. A new one, with a new generation, may be started after
    /// a while; within less than a few `denyTimeout` a host that is unfit would keep the others from taking over.
    case quit(GatewayQuit)
}

/// Why a machine has ended.
package enum GatewayQuit: Hashable, Sendable {
    case asked
    /// It was to take over, and its own links do not work.
    case unfit(GatewayProcedure)
    /// It served, and this has failed.
    case failed(GatewayProcedure)
    /// It serves no more, and this has failed: something of the service may be left.
    case unreleased(GatewayProcedure)
}

extension GatewayQuit: CustomStringConvertible {
    package var description: String {
        switch self {
        case .asked: "it was asked to"
        case .unfit(let procedure): "this host is not fit as a backup: \(procedure.rawValue) has failed"
        case .failed(let procedure): "this host is not fit to serve: \(procedure.rawValue) has failed"
        case .unreleased(let procedure):
            "\(procedure.rawValue) has failed: what it should have removed may still be there, look for it by hand"
        }
    }

    /// Somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .asked: false
        case .unfit, .failed, .unreleased: true
        }
    }
}
