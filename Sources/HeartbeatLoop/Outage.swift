// What fails from time to time: told when it begins, tried again each second in silence, told again when it is over. It
// refuses to know what fails, and in which words that is told.

import HeartbeatModel

/// The outages of one thing.
package struct Outage {
    /// From one attempt to the next, unless its owner says otherwise.
    package static let pause = Duration.seconds(1)

    /// It has failed, and has not worked since.
    package private(set) var isOn = false
    private var attempt: ReactorTimer?

    package init() {}

    /// It has failed. Returns whether the outage begins with that, and should be told.
    package mutating func begin() -> Bool {
        defer { isOn = true }
        return !isOn
    }

    /// It works. Returns whether an outage ends with that.
    @discardableResult
    package mutating func end() -> Bool {
        defer { isOn = false }
        return isOn
    }

    /// Another attempt is going to be made.
    package var isWaiting: Bool { attempt?.isPending == true }

    /// Makes another attempt after a pause, unless one is going to be made already.
    package mutating func tryAgain(
        on reactor: Reactor, after pause: Duration = Outage.pause, _ body: @escaping () -> Void
    ) {
        if !isWaiting { attempt = reactor.after(pause, body) }
    }

    /// Makes no further attempt.
    package mutating func giveUp() {
        attempt?.cancel()
        attempt = nil
    }
}
