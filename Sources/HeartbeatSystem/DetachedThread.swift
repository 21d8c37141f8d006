// Work that may wait, away from the loop. Normal scheduling: a real-time loop's threads do not inherit its priority.

import Glibc

package enum DetachedThread {
    /// Runs `body` on a thread of its own. Returns the errno when no thread can be made, `nil` otherwise.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Int32? {
        let box = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runWork, box.toOpaque())
        guard code == 0 else {
            box.release()
            return code
        }
        pthread_detach(thread)
        return nil
    }

    fileprivate final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}

/// A C function pointer cannot capture, so the work travels as the argument.
private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<DetachedThread.Work>.fromOpaque(argument).takeRetainedValue().body() }
    return nil
}
