// The groups of a node by name tag: their runners, the script calls under way, and what a changed haresources makes of them. It
// refuses to know which groups are wanted: it is told, group by group, and says what that takes.

import HeartbeatModel

/// Names a group of this node for as long as the daemon runs; a later one is greater.
package struct GroupID: Hashable, Codable, Comparable, Sendable {
    var number: Int

    package static func < (left: GroupID, right: GroupID) -> Bool { left.number < right.number }
}

/// What is wanted of a group.
package struct Instruction: Hashable, Codable, Sendable {
    var isWanted = false
    /// What runs may be changed to what haresources says by now.
    var mayChange = true
    /// What is missing of what runs may be put back.
    var mayRestore = true
    /// The peer runs it because it failed here.
    var isAdoptedByPeer = false
}

/// What changed files make of the groups.
enum GroupNews: Hashable {
    case added(ResourceGroup)
    case removed(ResourceGroup)
}

/// What a group is to do.
struct Decision: Hashable, Sendable {
    var group: GroupID
    var instruction: Instruction
}

/// All groups of one node.
package struct GroupTable: Hashable, Codable, Sendable {
    /// A script's answer that waits until the messages that arrived with it have been read.
    private struct UnreadResult: Hashable, Codable, Sendable {
        var id: ActionID
        var result: ActionResult
    }

    private let local: NodeName
    private let generation: Generation
    /// In the order of haresources, what has come later behind: ascending by their names.
    package private(set) var runners: [GroupRunner]
    private var nextNumber: Int
    private var pending: [ActionID: GroupID] = [:]
    private var lastAction: UInt64 = 0
    /// Answers of scripts that arrived while we were behind.
    private var unread: [UnreadResult] = []

    init(_ configuration: Configuration, local: NodeName, generation: Generation) {
        self.local = local
        self.generation = generation
        runners = configuration.groups.enumerated().map { index, group in
            GroupRunner(
                id: GroupID(number: index), group: group, policy: Self.policy(configuration), looksFirst: true)
        }
        nextNumber = configuration.groups.count
    }

    private static func policy(_ configuration: Configuration) -> GroupRunner.Policy {
        GroupRunner.Policy(
            onStopFailure: configuration.onStopFailure, failureLimit: configuration.failureLimit,
            failureWindow: configuration.failureWindow)
    }

    // MARK: - Asking

    subscript(id: GroupID) -> GroupRunner { runners[index(of: id)] }

    private func index(of id: GroupID) -> Int {
        // Nothing is ever put before another one, so a group is never behind its number.
        var index = min(id.number, runners.count - 1)
        while index >= 0, runners[index].id != id { index -= 1 }
        precondition(index >= 0, "no group \(id.number) among \(runners.map(\.id.number))")
        return index
    }

    /// The set that a group belongs to, as this node names it.
    func set(of runner: GroupRunner) -> HoldSet { runner.group.preferredNode == local ? .local : .foreign }

    /// Those of `set`.
    func members(of set: HoldSet) -> [GroupRunner] { runners.filter { set.contains(self.set(of: $0)) } }

    /// Every group is where it is wanted, or cannot get there.
    var areSettled: Bool { runners.allSatisfy(\.isSettled) }

    /// Nothing runs here, and nothing is about to.
    var areReleased: Bool { runners.allSatisfy(\.isReleased) }

    /// No script is under way.
    var areIdle: Bool { pending.isEmpty }

    /// Groups that name the same resource run one after another; all others side by side. Whether one still runs is not asked
    /// before another has moved: scripts that take longer than the time between two checks would keep it waiting for ever.
    private func mustWait(_ runner: GroupRunner) -> Bool {
        switch runner.phase {
        // One that failed is begun anew when its failure is forgotten.
        case .unknown, .stopped, .running, .failed, .stopFailed: break
        case .looking, .acquiring, .checking, .restoring, .releasing: return false
        }
        let stays = runner.phase == .running && runner.isWanted
        return runners.contains { other in
            (other.isInTransition || stays && other.isAboutToMove) && other.id != runner.id
                && other.group.shares(runner.group)
        }
    }

    /// When a group has something to do that only time brings. One that waits for another group is moved when that one has come
    /// to rest.
    var deadline: Instant? {
        var next: Instant?
        for runner in runners {
            guard let deadline = runner.deadline, next.map({ deadline < $0 }) ?? true, !mustWait(runner) else {
                continue
            }
            next = deadline
        }
        return next
    }

    mutating func change(_ id: GroupID, _ change: (inout GroupRunner) -> Void) { change(&runners[index(of: id)]) }

    // MARK: - Moving

    mutating func instruct(_ id: GroupID, _ instruction: Instruction) {
        runners[index(of: id)].want(instruction)
    }

    /// The group takes its next step, unless it must wait for another one.
    mutating func advance(_ id: GroupID, at now: Instant) -> [GroupRunner.Output] {
        let index = index(of: id)
        guard !mustWait(runners[index]) else { return [] }
        return runners[index].advance(now: now)
    }

    /// A script call of the group begins.
    mutating func begin(_ id: GroupID) -> ActionID {
        lastAction += 1
        let action = ActionID(generation: generation, number: lastAction)
        pending[action] = id
        return action
    }

    /// The group whose script call `action` is; `nil` for an answer to a question of an earlier life, or a second one: it is
    /// nobody's.
    func group(of action: ActionID) -> GroupID? { pending[action] }

    mutating func finished(_ action: ActionID, _ result: ActionResult, at now: Instant) -> [GroupRunner.Output] {
        guard let id = pending.removeValue(forKey: action) else { return [] }
        return runners[index(of: id)].finished(result, now: now)
    }

    /// The answer waits until what arrived with it has been read.
    mutating func postpone(_ action: ActionID, _ result: ActionResult) {
        unread.append(UnreadResult(id: action, result: result))
    }

    mutating func takePostponed() -> [(action: ActionID, result: ActionResult)] {
        guard !unread.isEmpty else { return [] }
        defer { unread = [] }
        return unread.map { ($0.id, $0.result) }
    }

    // MARK: - Failures

    mutating func forgetFailures(of set: HoldSet) {
        for index in runners.indices where set.contains(self.set(of: runners[index])) { runners[index].forgetFailure() }
    }

    mutating func forgetFailures(of id: GroupID) { runners[index(of: id)].forgetFailure() }

    /// From now on each stop is tried once.
    mutating func hurry() {
        for index in runners.indices { runners[index].hurry() }
    }

    /// Somebody has taken away the resource of group `key` that is written `word`.
    mutating func lose(_ word: String, of key: String) {
        for index in runners.indices where runners[index].group.key == key { runners[index].lose(word) }
    }

    /// The resource of group `key` that is written `word` is up. It may be another group's, too, and is that one's then.
    mutating func suspect(_ word: String, of key: String) {
        for index in runners.indices where runners[index].group.key == key {
            let group = runners[index].group
            let isElsewhere = runners.indices.contains { other in
                other != index && !runners[other].isReleased && runners[other].group.shares(group)
            }
            guard !isElsewhere, group.resources.contains(where: { $0.word == word }) else { continue }
            runners[index].suspect()
        }
    }

    // MARK: - Changed files

    /// Brings in what haresources says by now: what is the same goes on untouched.
    mutating func redefine(_ configuration: Configuration, at now: Instant) -> [GroupNews] {
        var news: [GroupNews] = []
        var matched: Set<GroupID> = []
        for group in configuration.groups {
            let same = runners.firstIndex {
                $0.group.key == group.key && $0.group.preferredNode == group.preferredNode
            }
            if let same {
                matched.insert(runners[same].id)
                runners[same].isRetired = false
                runners[same].redefine(group, now: now)
            } else {
                news.append(.added(group))
                let id = GroupID(number: nextNumber)
                nextNumber += 1
                matched.insert(id)
                // Another group may run some of it until it is released; that must not be taken for a leftover.
                runners.append(GroupRunner(id: id, group: group))
            }
        }
        for index in runners.indices {
            runners[index].policy = Self.policy(configuration)
            guard !matched.contains(runners[index].id), !runners[index].isRetired else { continue }
            news.append(.removed(runners[index].group))
            runners[index].isRetired = true
        }
        return news
    }

    /// Takes the line for the one that the only group of its key runs by, whatever name it begins with.
    mutating func rename(_ id: GroupID, to line: ResourceGroup, at now: Instant) {
        runners[index(of: id)].redefine(line, now: now)
    }

    /// Forgets groups that an earlier reload removed, and that are gone by now.
    mutating func forgetRetired() {
        let busy = Set(pending.values)
        runners.removeAll { $0.isRetired && $0.isReleased && !busy.contains($0.id) }
    }
}
