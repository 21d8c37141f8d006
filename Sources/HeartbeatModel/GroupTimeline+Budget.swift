// Where the time of a movement went, in one place for the history and for what is counted.

extension GroupTimeline {
    /// A part of a movement, and how long it took.
    package struct Part: Hashable, Sendable {
        package var name: String
        package var duration: Duration
    }

    /// The parts between the origin and the end, and until neighbours knew.
    package var budget: [Part] {
        var parts: [Part] = []
        var at = zero
        func add(_ name: String, until end: Instant?) {
            guard let end, end > at else { return }
            parts.append(Part(name: name, duration: end - at))
            at = end
        }
        add("detect", until: marks[.detected])
        add("agree", until: marks[.agreed])
        add("hand over", until: marks[.given])
        add("decide", until: marks[.decided])
        add(isStart ? "start" : "stop", until: end)
        add("confirm", until: marks[.neighboursAgree])
        return parts
    }

    /// The group was being started, whatever came of it.
    package var isStart: Bool {
        switch outcome {
        case .running, .failed: true
        case .released, .stuck: false
        }
    }
}
