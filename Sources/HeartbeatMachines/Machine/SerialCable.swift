// A null-modem cable between two virtual machines. QEMU hands over what a machine's UART sends at once, so the pace of the line is
// kept here. It has no lines but the two of the data: a pulled cable is silence, not a lost carrier.

import CLinux
import Glibc
import HeartbeatLab
import Synchronization

/// A cable with two ends, 0 and 1, each a socket that a machine connects to when it gets power.
final class SerialCable: Sendable {
    /// Where the machines find its ends.
    let paths: [String]
    private let listeners: [Int32]
    private let baud: Int
    private let isPlugged = Atomic<Bool>(true)
    private let thread = Mutex<WorkingThread?>(nil)

    /// What a UART and the line hold together, in bytes: a machine whose line is full waits, as behind a real one.
    private static let capacity = 64

    /// - Parameters:
    ///   - directory: where the sockets go.
    ///   - baud: bits a second, both ways.
    init(in directory: String, baud: Int) throws {
        self.baud = baud
        paths = (0..<2).map { "\(directory)/cable\($0)" }
        listeners = try paths.map { try check(clinux_lab_unix($0, 1), "listen at \($0)") }
        let started = try WorkingThread { [self] stop in relay(until: stop) }
        thread.withLock { $0 = started }
    }

    /// Pulls it, or plugs it in. Bytes sent meanwhile are lost.
    func plug(_ isPlugged: Bool) {
        self.isPlugged.store(isPlugged, ordering: .relaxed)
    }

    /// Once only.
    func close() {
        thread.withLock { $0.take() }?.close()
        for listener in listeners { _ = Glibc.close(listener) }
        for path in paths { Files.remove(path) }
    }

    /// One end: the machine that is connected there, and what is on its way to it.
    private struct End {
        var socket: Int32?
        var waiting: [UInt8] = []
        var pace: LinePace

        mutating func hangUp() {
            if let socket { _ = Glibc.close(socket) }
            socket = nil
            waiting = []
        }
    }

    private func relay(until stop: Int32) {
        var ends = (0..<2).map { _ in End(pace: LinePace(baud: baud, at: .now())) }
        defer { for index in 0..<2 { ends[index].hangUp() } }
        while true {
            // Who has filled the line of the other end is not read from.
            let readable = (0..<2).compactMap { ends[1 - $0].waiting.count < Self.capacity ? ends[$0].socket : nil }
            let isBusy = ends.contains { !$0.waiting.isEmpty }
            let ready = awaitReadable([stop] + listeners + readable, milliseconds: isBusy ? 1 : -1)
            if ready.contains(stop) { return }
            for index in 0..<2 {
                if let socket = ends[index].socket, ready.contains(socket) { take(from: index, &ends) }
            }
            // Afterwards, because a new connection may have the number of an old one.
            for index in 0..<2 where ready.contains(listeners[index]) { answer(at: index, &ends) }
            for index in 0..<2 { deliver(to: index, &ends) }
        }
    }

    private func answer(at index: Int, _ ends: inout [End]) {
        ends[index].hangUp()
        let socket = clinux_lab_accept(listeners[index])
        ends[index].socket = socket >= 0 ? socket : nil
    }

    private func take(from index: Int, _ ends: inout [End]) {
        guard let socket = ends[index].socket else { return }
        let bytes = readSome(socket, atMost: Self.capacity)
        guard !bytes.isEmpty else { return ends[index].hangUp() }
        guard isPlugged.load(ordering: .relaxed), ends[1 - index].socket != nil else { return }
        let wasIdle = ends[1 - index].waiting.isEmpty
        ends[1 - index].waiting += bytes
        if wasIdle { _ = ends[1 - index].pace.leave(waiting: 0, wasIdle: true, at: .now()) }
    }

    private func deliver(to index: Int, _ ends: inout [End]) {
        guard !ends[index].waiting.isEmpty, let socket = ends[index].socket else { return }
        let count = ends[index].pace.leave(waiting: ends[index].waiting.count, wasIdle: false, at: .now())
        guard count > 0 else { return }
        // A machine that does not read loses what does not fit, as behind a UART.
        _ = send(
            socket, Array(ends[index].waiting.prefix(count)), count,
            Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        ends[index].waiting.removeFirst(count)
    }
}
