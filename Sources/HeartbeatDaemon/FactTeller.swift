// Between whatever has something to tell and the log: every fact gets its name and its fields, what repeats is counted.
// A timer runs only while something is being counted.

import HeartbeatCore
import HeartbeatLoop
import HeartbeatModel
import Logging

extension Logger {
    /// Writes a fact, its fields as metadata.
    func tell(_ fact: Fact) {
        var metadata: Metadata = [
            "HA_EVENT": "\(fact.event)", "MESSAGE_ID": "\(Fact.messageID(of: fact.event))",
        ]
        for field in fact.fields { metadata[field.name.rawValue] = "\(field.value)" }
        log(level: fact.level.loggerLevel, "\(fact.text)", metadata: metadata)
    }

    /// Writes a fact of the shell.
    func tell(_ event: ShellEvent, _ text: String, _ fields: [Fact.Field] = []) {
        tell(Fact(event, text, fields))
    }
}

extension Fact.Level {
    fileprivate var loggerLevel: Logger.Level {
        switch self {
        case .info: .info
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

extension Fact {
    init(_ event: ShellEvent, _ text: String, _ fields: [Field]) {
        self.init(event: event.rawValue, level: event.level, text: text, fields: fields)
    }

    /// Where the time of a movement went.
    init(_ timeline: GroupTimeline) {
        var fields = [Fact.Field(.group, timeline.group), Fact.Field(.cause, timeline.origin.word)]
        if case .lastHeard(let node) = timeline.origin { fields.append(Fact.Field(.peer, node)) }
        fields += [
            Fact.Field(.zero, timeline.zero.nanoseconds / 1000), Fact.Field(.outcome, timeline.outcome.rawValue),
            Fact.Field(.latency, (timeline.end - timeline.zero).milliseconds),
        ]
        self.init(ShellEvent.groupTimeline, timeline.text, fields)
    }
}

/// The facts of one running node, on their way to its log.
final class FactTeller {
    private let logger: Logger
    private let reactor: Reactor
    private var repeated: RepeatedFacts
    /// The last warnings and worse.
    private(set) var troubles = RecentTroubles()
    private var timer: (due: Instant, timer: ReactorTimer)?

    /// All lines go to `logger`.
    init(_ logger: Logger, reactor: Reactor, counting repeated: RepeatedFacts = RepeatedFacts()) {
        self.repeated = repeated
        self.logger = logger
        self.reactor = reactor
    }

    func tell(_ event: ShellEvent, _ text: String, _ fields: [Fact.Field] = []) {
        tell(Fact(event, text, fields))
    }

    /// Never counted instead: whoever measures needs each one, and scripts bound how often a group can move.
    func tell(_ timeline: GroupTimeline) {
        logger.tell(Fact(timeline))
    }

    /// Writes what was counted and not told yet: nothing follows.
    func close() {
        write(repeated.flush(at: reactor.now))
    }

    func tell(_ fact: Fact) {
        let now = reactor.now
        troubles.note(fact, at: now)
        write(repeated.take(fact, at: now))
    }

    /// Of which there are few enough already.
    func tellUncounted(_ event: ShellEvent, _ text: String, _ fields: [Fact.Field]) {
        let fact = Fact(event, text, fields)
        troubles.note(fact, at: reactor.now)
        logger.tell(fact)
    }

    private func write(_ facts: [Fact]) {
        for fact in facts { logger.tell(fact) }
        guard repeated.nextDeadline != timer?.due else { return }
        timer?.timer.cancel()
        timer = repeated.nextDeadline.map { due in
            (due, reactor.after(due - reactor.now) { [weak self] in self?.expire() })
        }
    }

    private func expire() {
        timer = nil
        write(repeated.expire(at: reactor.now))
    }
}
