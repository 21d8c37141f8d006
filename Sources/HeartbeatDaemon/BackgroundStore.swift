// Writes what is known beside the loop, because a disk that hangs must hold up no keepalive. Only the newest matters: what is stored while
// an earlier one is being written takes the place of whatever else waits.

import HeartbeatLoop
import HeartbeatSystem

/// One file, or whatever `write` writes to, for values that replace each other.
final class BackgroundStore<Value: Sendable> {
    private let reactor: Reactor
    private let write: @Sendable (Value) -> SystemError?
    private let onFailure: (SystemError) -> Void
    private var wanted: Value?
    private var isWriting = false

    /// - Parameters:
    ///   - write: may take as long as the disk does; gives what went wrong.
    ///   - onFailure: called on the loop.
    init(
        reactor: Reactor, write: @escaping @Sendable (Value) -> SystemError?,
        onFailure: @escaping (SystemError) -> Void
    ) {
        self.reactor = reactor
        self.write = write
        self.onFailure = onFailure
    }

    func store(_ value: Value) {
        wanted = value
        next()
    }

    private func next() {
        guard !isWriting, let value = wanted else { return }
        wanted = nil
        isWriting = true
        BackgroundWork.run(on: reactor) { [write] in
            write(value)
        } completion: { [weak self] error in
            guard let self else { return }
            isWriting = false
            if let error { onFailure(error) }
            next()
        }
    }
}
