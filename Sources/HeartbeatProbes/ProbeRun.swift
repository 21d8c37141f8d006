// One probe: its clock, the question that is open, and the watchdog that makes sure that every question gets one answer. It
// refuses to know how a question is asked.

import HeartbeatLoop
import HeartbeatModel

final class ProbeRun {
    let probe: PathProbe

    private let tools: ProbeTools
    private let onAnswer: (PathAnswer) -> Void
    private let command = CommandSlot()
    private var schedule: ProbeSchedule
    private var nextQuestion: ReactorTimer?
    private var watchdog: ReactorTimer?
    private var question: (any ProbeQuestion)?
    /// Of the latest question; a late answer to an earlier one is nobody's.
    private var number: UInt64 = 0
    private var askedAt = Instant.zero
    /// The last answer, for people.
    private(set) var answered: (at: Instant, took: Duration)?
    private var isWaiting = false
    /// The next question was due while this one was open.
    private var isPostponed = false
    private var isResolved = false
    private var isClosed = false

    /// A watchdog that comes so late was held up with the whole loop, and so was the answer that may be there by now.
    private static let tardiness = Duration.milliseconds(2)
    /// What it then gets.
    private static let secondChance = Duration.milliseconds(10)

    init(
        _ probe: PathProbe, _ schedule: ProbeSchedule, _ tools: ProbeTools, onAnswer: @escaping (PathAnswer) -> Void
    ) {
        self.probe = probe
        self.schedule = schedule
        self.tools = tools
        self.onAnswer = onAnswer
    }

    func open() {
        guard nextQuestion == nil, !isClosed else { return }
        waitForNext()
    }

    func close() {
        isClosed = true
        nextQuestion?.cancel()
        besides?.cancel()
        settle()
    }

    private func waitForNext() {
        let reactor = tools.reactor
        nextQuestion = reactor.after(max(.zero, schedule.due - reactor.now)) { [weak self] in self?.questionIsDue() }
    }

    private func questionIsDue() {
        schedule.advance(past: tools.reactor.now)
        waitForNext()
        if isWaiting {
            isPostponed = true
        } else {
            ask()
        }
    }

    private var besides: ReactorTimer?
    private var lastBesides = Instant.zero

    /// News come as often as somebody sends them.
    private static let besidesPause = Duration.milliseconds(50)

    /// Asks besides, because there is something new; soon after another such question only one more, somewhat later.
    func askBesides() {
        guard !isClosed, besides == nil else { return }
        let wait = max(.zero, lastBesides + Self.besidesPause - tools.reactor.now)
        besides = tools.reactor.after(wait) { [weak self] in
            guard let self, !isClosed else { return }
            besides = nil
            lastBesides = tools.reactor.now
            if isWaiting {
                isPostponed = true
            } else {
                ask()
            }
        }
    }

    private func ask() {
        number += 1
        isWaiting = true
        isResolved = false
        watch(until: tools.reactor.now + probe.timeout, mayBeLate: true)
        let asked = number
        guard let host = probe.kind.host else { return put(to: nil, asked) }
        tools.addresses.find(host, isIPv6: tools.family(of: probe)) { [weak self] found in
            guard let self, asked == number, isWaiting else { return }
            switch found {
            case .success(let address): put(to: address, asked)
            case .failure(let error): take(.unknown("\(error)"), of: asked)
            }
        }
    }

    private func put(to address: IPAddress?, _ asked: UInt64) {
        isResolved = true
        switch tools.question(probe, to: address, command) {
        case .success(let question):
            self.question = question
            askedAt = tools.reactor.now
            question.ask { [weak self] in self?.take($0, of: asked) }
        case .failure(let refusal):
            take(.unknown(refusal.reason), of: asked)
        }
    }

    private func take(_ answer: PathAnswer, of asked: UInt64) {
        guard asked == number, isWaiting else { return }
        settle()
        if answer.isAnswer {
            let now = tools.reactor.now
            answered = (now, now - askedAt)
        }
        if case .failed = answer, let host = probe.kind.host { tools.addresses.doubt(host) }
        let postponed = isPostponed
        isPostponed = false
        onAnswer(answer)
        if postponed, !isClosed { ask() }
    }

    private func settle() {
        isWaiting = false
        watchdog?.cancel()
        watchdog = nil
        question?.end()
        question = nil
    }

    // MARK: - The watchdog

    private func watch(until end: Instant, mayBeLate: Bool) {
        let reactor = tools.reactor
        watchdog = reactor.after(max(.zero, end - reactor.now)) { [weak self] in
            guard let self else { return }
            if mayBeLate, reactor.now - end > Self.tardiness {
                watch(until: reactor.now + Self.secondChance, mayBeLate: false)
            } else {
                take(silence, of: number)
            }
        }
    }

    private var silence: PathAnswer {
        let limit = "within \(probe.timeout.milliseconds) ms"
        guard isResolved else {
            return .unknown("no answer from the name server about \(probe.kind.host ?? probe.name) \(limit)")
        }
        return .failed("no answer \(limit)" + (question?.remark.map { "; \($0)" } ?? ""))
    }
}

extension PathAnswer {
    fileprivate var isAnswer: Bool {
        switch self {
        case .answered, .told: true
        case .failed, .unknown: false
        }
    }
}

extension PathProbe.Kind {
    /// Whose address must be known first; may be one already.
    package var host: String? {
        switch self {
        case .icmp(let host), .udpEcho(let host, _), .tcp(let host, _), .http(let host, _, _), .partner(let host, _):
            host
        case .neighbour(let address): address
        case .dns(let server, _, _): server
        case .command: nil
        }
    }
}
