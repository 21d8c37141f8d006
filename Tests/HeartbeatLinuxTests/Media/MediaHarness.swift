// What the media tests share: a loop on a thread of its own, which may live in a network namespace, a record of what media
// say, and waiting for conditions. Waiting is bounded generously and never part of what is tested.

import CLinux
import Dispatch
import Glibc
import HeartbeatModel

@testable import HeartbeatLoop
@testable import HeartbeatMedia
@testable import HeartbeatSystem

/// A value handed between a test and its loop thread; a semaphore orders the two.
final class Handover<Value>: @unchecked Sendable {
    var value: Value?
}

/// Runs `body` to its end on a new thread and returns what it returned.
func onNewThread<Value>(_ body: @escaping () -> Value) -> Value {
    let result = Handover<Value>()
    let done = startThread { result.value = body() }
    done.wait()
    return result.value!
}

/// The semaphore is signalled when the thread's work is done.
@discardableResult
func startThread(_ body: @escaping () -> Void) -> DispatchSemaphore {
    let done = DispatchSemaphore(value: 0)
    let work = Handover<() -> Void>()
    work.value = {
        body()
        done.signal()
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(work).toOpaque()
    pthread_create(
        &thread, nil,
        { argument in
            Unmanaged<Handover<() -> Void>>.fromOpaque(argument!).takeRetainedValue().value?()
            return nil
        }, box)
    pthread_detach(thread)
    return done
}

/// A reactor running on its own thread until `stop`.
final class LoopThread: @unchecked Sendable {
    private var reactor: Reactor!
    private let finished: DispatchSemaphore

    init(in network: TestNetwork? = nil) {
        let started = DispatchSemaphore(value: 0)
        let slot = Handover<Reactor>()
        finished = startThread {
            network?.enter()
            Reactor.run { reactor in
                slot.value = reactor
                started.signal()
            }
        }
        started.wait()
        reactor = slot.value
    }

    /// Runs `body` on the loop and waits for it; also from the loop itself. A loop that has been stopped, or that hangs,
    /// ends the tests: nothing would ever run there.
    @discardableResult
    func on<Value>(_ body: @escaping (Reactor) -> Value) -> Value {
        guard !reactor.eventLoop.inEventLoop else { return body(reactor) }
        let result = Handover<Value>()
        let done = DispatchSemaphore(value: 0)
        let work = Handover<() -> Void>()
        work.value = { [reactor] in
            result.value = body(reactor!)
            done.signal()
        }
        reactor.eventLoop.execute { work.value?() }
        guard done.wait(timeout: .now() + 60) == .success else {
            fatalError("the loop of this test has been stopped or hangs")
        }
        return result.value!
    }

    /// Waits until `condition` holds on the loop.
    func eventually(_ condition: @escaping (Reactor) -> Bool) -> Bool {
        HeartbeatLinuxTests.eventually { self.on(condition) }
    }

    /// Ends the loop; returns whether its thread came back.
    @discardableResult
    func stop() -> Bool {
        on { $0.stop() }
        return finished.wait(timeout: .now() + 30) == .success
    }
}

/// Polls until `condition` holds; gives up after half a minute.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<15_000 {
        if condition() { return true }
        usleep(2000)
    }
    return condition()
}

/// What one set of media said, to be read on its loop.
final class Recorder: @unchecked Sendable {
    private(set) var bytes: [MediumName: [UInt8]] = [:]
    private(set) var datagrams: [(medium: MediumName, text: String)] = []
    private(set) var events: [(medium: MediumName, event: MediumEvent)] = []

    func follow(_ set: MediaSet) {
        set.deliver(
            bytes: { [unowned self] medium, bytes in
                self.bytes[medium.name, default: []] += bytes
                datagrams.append((medium.name, String(decoding: bytes, as: UTF8.self)))
            },
            events: { [unowned self] medium, event in events.append((medium.name, event)) })
    }

    func heard(_ text: String) -> Bool {
        datagrams.contains { $0.text == text }
    }

    /// The kinds of events of one medium, in order.
    func story(_ medium: String) -> [String] {
        events.filter { $0.medium.text == medium }.map {
            switch $0.event {
            case .opened: "opened"
            case .warned: "warned"
            case .failed: "failed"
            case .recovered: "recovered"
            }
        }
    }

    func failures(_ medium: String) -> [SystemError] {
        events.compactMap { entry in
            guard entry.medium.text == medium, case .failed(let error) = entry.event else { return nil }
            return error
        }
    }
}

/// A set of media on a loop, with its record.
final class Station: @unchecked Sendable {
    let loop: LoopThread
    let recorder = Recorder()
    private var set: MediaSet!

    init(
        _ configurations: [MediumConfiguration], in network: TestNetwork? = nil, locks: String = "/nonexistent",
        retryDelay: Duration = .milliseconds(50)
    ) {
        loop = LoopThread(in: network)
        let recorder = recorder
        set = loop.on { reactor in
            let set = MediaSet(configurations, reactor: reactor, lockDirectory: locks, retryDelay: retryDelay)
            recorder.follow(set)
            set.open()
            return set
        }
    }

    /// Returns whether it has left or will soon, over any medium.
    @discardableResult
    func send(_ text: String, _ priority: SendPriority = .message(nil)) -> Bool {
        loop.on { [set] _ in set!.send(netstring: Array(text.utf8), classic: Array(text.utf8), priority) }
    }

    /// Repeats sending until `condition` holds, as a node repeats its keepalives.
    func send(_ text: String, until condition: @escaping (Recorder) -> Bool) -> Bool {
        HeartbeatLinuxTests.eventually {
            send(text)
            return read(condition)
        }
    }

    func eventually(_ condition: @escaping (Recorder) -> Bool) -> Bool {
        loop.eventually { [recorder] _ in condition(recorder) }
    }

    func read<Value>(_ body: @escaping (Recorder) -> Value) -> Value {
        loop.on { [recorder] _ in body(recorder) }
    }

    func counters(_ index: Int = 0) -> MediumCounters {
        loop.on { [set] _ in set!.media[index].counters }
    }

    func closeMedia() {
        loop.on { [set] _ in set!.close() }
    }

    func stop() {
        closeMedia()
        loop.stop()
    }
}

/// A directory that goes away with the test.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/hbm.XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        Shell.run("rm -rf '\(path)'")
    }
}

enum Shell {
    /// Runs a script; returns its exit status.
    @discardableResult
    static func run(_ script: String) -> Int32 {
        var child = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = []
        for argument in ["sh", "-c", script] { arguments.append(strdup(argument)) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        guard posix_spawn(&child, "/bin/sh", nil, nil, arguments, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}
