// A null-modem cable: two pseudo terminals and a thread that carries bytes between them. Unlike a socket pair it can be
// unplugged, and unlike a pair of bare ptys it loses what nobody reads, as a UART does.

import CLinux
import Glibc
import Synchronization

/// A cable with two ends, 0 and 1.
package final class NullModem: Sendable {
    /// Names of the terminals, to be given to the nodes.
    package let paths: [String]
    private let masters: [Int32]
    /// Terminal sides we hold open ourselves, so that a node that closes its own does not hang up the cable.
    private let terminals: [Int32]
    private let state = Mutex(State())
    private let stop: StopSignal
    private let thread: Mutex<LabThread?>

    private struct State {
        var isPlugged = true
        var isPowered = [true, true]
        var carried = 0
        var lost = 0
    }

    package init() throws {
        let ends = try (0..<2).map { _ in try Self.openTerminal() }
        paths = ends.map(\.path)
        masters = ends.map(\.master)
        terminals = ends.map(\.terminal)
        stop = try StopSignal()
        thread = Mutex(nil)
        let started = try LabThread { [self] in relay() }
        thread.withLock { $0 = started }
    }

    /// Plugs it in or out. Bytes sent meanwhile are lost.
    package func plug(_ isPlugged: Bool) {
        state.withLock { $0.isPlugged = isPlugged }
    }

    /// Tells that the machine at an end has lost or got power. What had arrived there is forgotten.
    package func power(_ end: Int, isOn: Bool) {
        state.withLock { $0.isPowered[end] = isOn }
        tcflush(terminals[end], TCIOFLUSH)
        tcflush(masters[end], TCIOFLUSH)
    }

    /// Bytes carried so far, both ways.
    package var carried: Int {
        state.withLock { $0.carried }
    }

    /// Bytes that were sent while it was unplugged or the other end without power.
    var lost: Int {
        state.withLock { $0.lost }
    }

    /// Ends the thread and takes the terminals away. Once only.
    package func close() {
        stop.raise()
        thread.withLock { $0.take() }?.join()
        for descriptor in masters + terminals { _ = Glibc.close(descriptor) }
        stop.close()
    }

    private func relay() {
        while true {
            let ready = awaitReadable(masters + [stop.readable])
            if ready.contains(stop.readable) { return }
            for (from, master) in masters.enumerated() where ready.contains(master) {
                carry(readSome(master, atMost: 4096), from: from, to: 1 - from)
            }
        }
    }

    private func carry(_ bytes: [UInt8], from: Int, to: Int) {
        let passes = state.withLock { state in
            guard state.isPlugged && state.isPowered[from] && state.isPowered[to] else {
                state.lost += bytes.count
                return false
            }
            state.carried += bytes.count
            return true
        }
        // A full buffer at the other end means that nobody reads there: the bytes fall off, as on a wire.
        if passes { _ = write(masters[to], bytes, bytes.count) }
    }

    private static func openTerminal() throws -> (master: Int32, terminal: Int32, path: String) {
        var name = [CChar](repeating: 0, count: 64)
        var terminal: Int32 = -1
        let master = try check(clinux_lab_open_pty(&terminal, &name, name.count), "open a pseudo terminal")
        let path = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return (master, terminal, String(decoding: path, as: UTF8.self))
    }
}
