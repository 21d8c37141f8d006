// What tests would otherwise say again and again: groups by a number, a runner without a table around it.

import HeartbeatModel

@testable import HeartbeatCore

extension GroupID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(number: value) }
}

extension GroupRunner {
    init(group: ResourceGroup, policy: Policy = Policy(), looksFirst: Bool = false) {
        self.init(id: 0, group: group, policy: policy, looksFirst: looksFirst)
    }

    mutating func want(_ isWanted: Bool, mayRestore: Bool = true) {
        want(Instruction(isWanted: isWanted, mayRestore: mayRestore))
    }
}

extension Ownership.State {
    var isNegotiating: Bool {
        if case .negotiating = self { true } else { false }
    }

    var isLeaving: Bool {
        if case .leaving = self { true } else { false }
    }

    var isLingering: Bool {
        if case .lingering = self { true } else { false }
    }
}

extension Membership.Joining {
    /// How often `reqnodes` was sent.
    var attempts: Int? {
        if case .requesting(let attempts, _) = self { attempts } else { nil }
    }
}
