// Plain threads. The laboratory needs threads it owns – one sits in another network namespace for its whole life – and
// a task may be resumed on any thread of the pool.

import Glibc

/// A thread that runs one closure.
package struct LabThread: Sendable {
    private let handle: pthread_t

    /// Starts it.
    package init(_ body: @escaping @Sendable () -> Void) throws {
        var handle = pthread_t()
        let context = Unmanaged.passRetained(Work(body)).toOpaque()
        let code = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context)
        guard code == 0 else {
            Unmanaged<Work>.fromOpaque(context).release()
            throw LabError.system(operation: "pthread_create", code: code)
        }
        self.handle = handle
    }

    /// Waits for its end. Once only.
    package func join() {
        pthread_join(handle, nil)
    }

    /// Measuring competes with what is measured for the same processors, so the calling thread goes first. Without the right to do
    /// so it stays as it is.
    static func preferThis() {
        var priority = sched_param()
        priority.sched_priority = 2
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority)
    }

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// A thread that works until it is closed.
package final class WorkingThread: Sendable {
    private let stop: StopSignal
    private let thread: LabThread

    /// Starts it. `body` returns soon after the descriptor that it is given has become readable.
    package init(_ body: @escaping @Sendable (_ stop: Int32) -> Void) throws {
        let stop = try StopSignal()
        self.stop = stop
        thread = try LabThread { body(stop.readable) }
    }

    /// Waits for its end. Once only.
    package func close() {
        stop.raise()
        thread.join()
        stop.close()
    }
}

/// A pipe whose reading end becomes readable when somebody wants a thread to end.
struct StopSignal {
    let readable: Int32
    private let writable: Int32

    init() throws {
        (readable, writable) = try makePipe()
    }

    func raise() {
        _ = write(writable, "x", 1)
    }

    func close() {
        _ = Glibc.close(readable)
        _ = Glibc.close(writable)
    }
}
