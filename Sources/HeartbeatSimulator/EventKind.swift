// Which kinds of events there are, so that a run can say which of them its nodes were fed: a new event does not compile before it
// has a kind, and a test fails before the simulated world lets it happen.

import HeartbeatCore

/// What an event is, without what it says.
package enum EventKind: CaseIterable, Hashable, Sendable {
    case received
    case keyUsed
    case pingAnswered
    case actionFinished
    case requested
    case injected
    case resourceLost
    case leftoverFound
    case watched
    case interfaceObserved
    case pathProbed
    case linesObserved
    case maintained
    case pathsRecalled
    case peerRecalled
    case filesRead
    case reconfigured
    case hostSampled
    case leaseSupported
    case leaseStored
    case stoodStill
    case standsOn
    case kernelAnswered
    case interestChanged
}

extension Event {
    var kind: EventKind {
        switch self {
        case .received: .received
        case .keyUsed: .keyUsed
        case .pingAnswered: .pingAnswered
        case .actionFinished: .actionFinished
        case .requested: .requested
        case .injected: .injected
        case .resourceLost: .resourceLost
        case .leftoverFound: .leftoverFound
        case .watched: .watched
        case .interfaceObserved: .interfaceObserved
        case .pathProbed: .pathProbed
        case .pathsRecalled: .pathsRecalled
        case .peerRecalled: .peerRecalled
        case .linesObserved: .linesObserved
        case .maintained: .maintained
        case .filesRead: .filesRead
        case .reconfigured: .reconfigured
        case .hostSampled: .hostSampled
        case .kernel(.leaseSupported): .leaseSupported
        case .kernel(.leaseStored): .leaseStored
        case .kernel(.stoodStill): .stoodStill
        case .kernel(.standsOn): .standsOn
        case .kernel(.answered): .kernelAnswered
        case .interestChanged: .interestChanged
        }
    }
}
