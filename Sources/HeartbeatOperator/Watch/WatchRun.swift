// Watches the pair: asks four times a second, the other node once, and draws what has changed. Keys change what is shown, and nothing of
// the pair.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// One watch on this terminal, until somebody ends it.
package struct WatchRun {
    /// How it was ended.
    package enum End: Hashable, Sendable {
        /// By a key; the last state is what is worth telling.
        case quit(PairStatus.Verdict?)
        /// The terminal has gone.
        case gone(PairStatus.Verdict?)
        /// There is no terminal that could be drawn on.
        case impossible
    }

    private static let beat = Duration.milliseconds(250)
    /// The other node is asked for its view no more often.
    private static let freshBeat = Duration.seconds(1)

    private let places: Places
    private let isColoured: Bool

    package init(_ places: Places, isColoured: Bool) {
        self.places = places
        self.isColoured = isColoured
    }

    /// Signals that end a program end it here as well, with the terminal as it was.
    package func run() -> End {
        guard let terminal = LiveTerminal(isColoured: isColoured) else { return .impossible }
        guard let asker = WatchAsker(places) else {
            terminal.leave()
            return .impossible
        }
        var view = View()
        var (due, freshDue) = (Instant.now, Instant.now)
        var isAsking = false
        while true {
            if !isAsking, Instant.now >= due {
                let isFresh = Instant.now >= freshDue
                if isFresh { freshDue = .now + Self.freshBeat }
                due = .now + Self.beat
                asker.ask(isFresh: isFresh)
                isAsking = true
            }
            let patience = isAsking ? Self.beat : max(.milliseconds(1), due - .now)
            for input in terminal.wait(for: asker.descriptor, atMost: patience) {
                switch input {
                case .key(let key): if view.take(key, terminal) { return end(terminal, .quit(view.verdict)) }
                case .changed: break
                case .signal(let number): terminal.die(of: number)
                case .gone: return end(terminal, .gone(view.verdict))
                }
            }
            if let answer = asker.take() {
                isAsking = false
                // What a daemon has left is looked for by more than a question.
                if answer.facts == nil { due = .now + Self.freshBeat }
                view.take(answer)
            }
            view.draw(on: terminal)
        }
    }

    private func end(_ terminal: LiveTerminal, _ end: End) -> End {
        terminal.leave()
        return end
    }
}

/// What is shown, and of which moment.
private struct View {
    /// What a screen is made of.
    private struct Moment {
        var status: PairStatus
        var forecast: [String]
        var events: [WatchLog.Event]
        var movements: [HistoryEntry]
    }

    private var now: Moment?
    /// While somebody has stopped the screen.
    private var frozen: Moment?
    private var page = WatchScreen.Page.overview
    private var log = WatchLog()
    private var lanes = LaneMemory()
    private var movements: [HistoryEntry] = []

    var verdict: PairStatus.Verdict? { now?.status.verdict }

    mutating func take(_ answer: WatchAsker.Answer) {
        var status = answer.status
        lanes.complete(&status)
        log.take(status, answer.facts)
        if !answer.movements.isEmpty { movements = answer.movements }
        log.take(answer.movements)
        now = Moment(status: status, forecast: answer.forecast, events: log.events, movements: movements)
    }

    // MARK: - Keys

    private static let (interrupt, redraw, suspend): (UInt8, UInt8, UInt8) = (0x03, 0x0C, 0x1A)

    /// - Returns: whether that was the end.
    mutating func take(_ key: UInt8, _ terminal: LiveTerminal) -> Bool {
        switch key {
        case UInt8(ascii: "q"), Self.interrupt: return true
        case UInt8(ascii: "p"): frozen = frozen == nil ? now : nil
        case UInt8(ascii: "e"): turn(to: .events)
        case UInt8(ascii: "w"): turn(to: .movement)
        case UInt8(ascii: "?"): turn(to: .help)
        case Self.redraw: terminal.forget()
        case Self.suspend: terminal.stop()
        default: break
        }
        return false
    }

    /// The same key leads back.
    private mutating func turn(to other: WatchScreen.Page) {
        page = page == other ? .overview : other
    }

    // MARK: - The screen

    func draw(on terminal: LiveTerminal) {
        guard let moment = frozen ?? now else { return }
        let size = Terminal.size
        let screen = WatchScreen(
            moment.status, size: size, page: page, isFrozen: frozen != nil, forecast: moment.forecast,
            movement: page == .movement ? Self.lastMovement(of: moment, width: size.columns) : [],
            events: moment.events, time: Terminal.time)
        terminal.show(screen.lines)
    }

    /// As `hbctl history` tells it.
    private static func lastMovement(of moment: Moment, width: Int) -> [String] {
        let all = moment.movements
        let text = HistoryText(
            HistoryReport(all, .all, most: 1, asked: moment.status.source.asked), width: width, time: Terminal.time)
        return all.last.map { text.lines(of: $0, among: all) } ?? text.lines
    }
}
