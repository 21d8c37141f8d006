// Whether two lines of haresources call the same scripts, whatever is looked at how often.

import HeartbeatModel

extension ResourceStep {
    /// The same scripts are called, whatever is looked at how often.
    func runsLike(_ other: ResourceStep) -> Bool {
        resources.count == other.resources.count
            && zip(resources, other.resources).allSatisfy { $0.word == $1.word && $0.address == $1.address }
    }
}

extension ResourceGroup {
    /// The same is started in the same order.
    func runsLike(_ other: ResourceGroup) -> Bool {
        steps.count == other.steps.count && commonSteps(with: other) == steps.count
    }

    /// Some resource is in both.
    func shares(_ other: ResourceGroup) -> Bool {
        resources.contains { mine in other.resources.contains { $0.word == mine.word } }
    }

    /// How many steps from the left are the same.
    func commonSteps(with other: ResourceGroup) -> Int {
        zip(steps, other.steps).prefix { $0.runsLike($1) }.count
    }

    /// The first step that `other` has otherwise and what it has there besides, if that is addresses and nothing is gone.
    func addedAddresses(in other: ResourceGroup) -> (index: Int, added: ResourceStep)? {
        let index = commonSteps(with: other)
        guard index < min(steps.count, other.steps.count), steps[index].isAddresses, other.steps[index].isAddresses
        else { return nil }
        let (old, new) = (steps[index].resources, other.steps[index].resources)
        func isAmong(_ resources: [Resource], _ one: Resource) -> Bool {
            resources.contains { $0.word == one.word && $0.address == one.address }
        }
        let added = new.filter { !isAmong(old, $0) }
        guard !added.isEmpty, old.allSatisfy({ isAmong(new, $0) }) else { return nil }
        return (index, ResourceStep(added))
    }

    func replacingStep(at index: Int, by step: ResourceStep) -> ResourceGroup {
        var resources = steps.map(\.resources)
        resources[index] = step.resources
        return ResourceGroup(preferredNode: preferredNode, resources: Array(resources.joined()), line: line)
    }
}
