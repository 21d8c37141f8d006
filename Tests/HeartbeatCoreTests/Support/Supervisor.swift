// The supervisor of Listing 1 of the magazine's article, as it is written and not as its comments say: a shell loop around
// `echoping` that stops and starts heartbeat. It is the oracle for what a `probe` line decides. Times are milliseconds.

import HeartbeatModel

/// When the far end answers nobody. A question is lost when it leaves in such a time.
struct Outages {
    var times: [Range<Int>]
    /// How long an answer takes.
    var roundTrip = 50

    func answer(at time: Int) -> Bool { !times.contains { $0.contains(time) } }
}

/// What came of one question, and when that was known.
struct Question {
    var known: Int
    var isAnswered: Bool
}

struct Supervisor {
    enum Action: Equatable {
        /// The script is called with `start`: this node goes out of service.
        case start
        /// With `stop`: it comes back.
        case stop
    }

    struct Call: Equatable {
        var action: Action
        /// The number of the question after which it came, from zero.
        var question: Int
        var time: Int
    }

    /// Both how long an answer may take and the pause after every question.
    static let timeout = 1000
    static let mostFailures = 5
    static let hysteresis = 180

    private(set) var questions: [Question] = []
    private(set) var calls: [Call] = []
    private var failures = 0
    private var answers = 0
    /// The listing begins with "no error", whatever was before.
    private var isOutOfService = false
    private(set) var time = 0

    /// Rounds until `end`. With `restart` init starts the script anew at that time: its variables are gone.
    init(_ outages: Outages, until end: Int, restart: Int? = nil) {
        var restart = restart
        while time < end {
            if let due = restart, due <= time {
                (failures, answers, isOutOfService, restart) = (0, 0, false, nil)
            }
            round(outages)
        }
    }

    private mutating func round(_ outages: Outages) {
        let isAnswered = outages.answer(at: time)
        time += isAnswered ? outages.roundTrip : Self.timeout
        questions.append(Question(known: time, isAnswered: isAnswered))
        if isAnswered {
            failures = 0
            answers += 1
            if isOutOfService, answers == Self.hysteresis { call(.stop) }
        } else {
            answers = 0
            failures += 1
            // "-gt": the sixth, although the comment speaks of MAXFAIL of them.
            if !isOutOfService, failures > Self.mostFailures { call(.start) }
        }
        time += Self.timeout
    }

    private mutating func call(_ action: Action) {
        isOutOfService = action == .start
        answers = 0
        calls.append(Call(action: action, question: questions.count - 1, time: time))
    }
}

/// The questions of a `probe` line, at instants one interval apart.
struct ProbeOnDesk {
    let probe: PathProbe
    /// When the first one leaves.
    var offset = 0

    func questions(_ outages: Outages, until end: Int) -> [Question] {
        stride(from: offset, to: end, by: Int(probe.interval.milliseconds)).map { time in
            let isAnswered = outages.answer(at: time)
            let duration = isAnswered ? outages.roundTrip : Int(probe.timeout.milliseconds)
            return Question(known: time + duration, isAnswered: isAnswered)
        }
    }
}
