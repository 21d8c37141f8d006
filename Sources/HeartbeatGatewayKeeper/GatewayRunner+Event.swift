// What people should hear of a gateway service on this host, and in which words.

import HeartbeatGateway
import HeartbeatModel

extension GatewayRunner {
    package enum Event: Hashable, Sendable {
        case fact(GatewayFact)
        /// A procedure says something, mostly why it has failed.
        case procedure(GatewayProcedure, String)
        /// hostHealth says something.
        case health(String)
        /// Another host has another file, as a packet of it shows.
        case contradiction(String)
        case ended(GatewayQuit)
    }
}

extension GatewayRunner.Event: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fact(let fact): "\(fact)"
        case .procedure(let procedure, let text): "\(procedure.rawValue): \(text)"
        case .health(let text): "\(GatewayConfiguration.healthProgram): \(text)"
        case .contradiction(let text): text
        case .ended(let reason): "Ends, because \(reason)"
        }
    }

    /// Somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .fact(let fact): fact.isWarning
        case .procedure, .health, .contradiction: true
        case .ended(let reason): reason.isWarning
        }
    }
}
