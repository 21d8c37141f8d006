// Whether something can go on for ever. Whatever comes from outside is used up when it has happened, so where a way of steps leads
// back to the state that it has begun in, the nodes do all of it by themselves, and may do it again and again.

/// The states and the steps between them.
struct StateGraph {
    struct Edge {
        var target: Int
        var step: Step
    }

    /// By state.
    private(set) var edges: [[Edge]] = []

    mutating func add(_ step: Step, from source: Int, to target: Int) {
        while edges.count <= max(source, target) { edges.append([]) }
        edges[source].append(Edge(target: target, step: step))
    }

    /// A way that leads back to where it begins and on which a script call ends: the state, and the steps from there.
    var livelock: (state: Int, steps: [Step])? {
        let components = components
        for source in edges.indices {
            for edge in edges[source] {
                guard case .finish = edge.step, components[source] == components[edge.target] else { continue }
                return (source, [edge.step] + way(from: edge.target, to: source, within: components))
            }
        }
        return nil
    }

    /// By state: a number that is the same for two of them if each can be reached from the other. (Tarjan, without recursion.)
    private var components: [Int] {
        var search = ComponentSearch(count: edges.count)
        for root in edges.indices { search.visit(root, edges) }
        return search.components
    }

    private func way(from start: Int, to end: Int, within components: [Int]) -> [Step] {
        var origins: [Int: (state: Int, step: Step)] = [:]
        var queue = [start]
        var next = 0
        while next < queue.count, start != end, origins[end] == nil {
            let state = queue[next]
            next += 1
            for edge in edges[state] where components[edge.target] == components[end] {
                guard edge.target != start, origins[edge.target] == nil else { continue }
                origins[edge.target] = (state, edge.step)
                queue.append(edge.target)
            }
        }
        var steps: [Step] = []
        var state = end
        while state != start, let origin = origins[state] {
            steps.append(origin.step)
            state = origin.state
        }
        return steps.reversed()
    }
}

private struct ComponentSearch {
    private(set) var components: [Int]
    private var indices: [Int]
    private var lowest: [Int]
    private var stack: [Int] = []
    private var count = 0
    private var found = 0

    init(count: Int) {
        components = Array(repeating: -1, count: count)
        indices = components
        lowest = components
    }

    mutating func visit(_ root: Int, _ edges: [[StateGraph.Edge]]) {
        guard indices[root] < 0 else { return }
        var path = [(state: root, next: 0)]
        enter(root)
        while let (state, next) = path.last {
            if next < edges[state].count {
                path[path.count - 1].next += 1
                let target = edges[state][next].target
                if indices[target] < 0 {
                    enter(target)
                    path.append((target, 0))
                } else if components[target] < 0 {
                    lowest[state] = min(lowest[state], indices[target])
                }
            } else {
                path.removeLast()
                if let parent = path.last?.state { lowest[parent] = min(lowest[parent], lowest[state]) }
                if lowest[state] == indices[state] { close(state) }
            }
        }
    }

    private mutating func enter(_ state: Int) {
        indices[state] = count
        lowest[state] = count
        count += 1
        stack.append(state)
    }

    private mutating func close(_ state: Int) {
        while let member = stack.popLast() {
            components[member] = found
            if member == state { break }
        }
        found += 1
    }
}
