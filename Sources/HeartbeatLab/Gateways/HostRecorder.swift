// Listens to the kernels of all hosts at once, over one socket: what two of them did comes in the order in which it was done. Who had an
// address before whom is no matter of luck then.

import CLinux
import Glibc
import Synchronization

/// Listens until it is closed.
final class HostRecorder: Sendable {
    private final class Notes: Sendable {
        let all: Mutex<(sightings: [HostSighting], isTorn: Bool)> = Mutex(([], false))

        /// Takes what is there.
        func listen(_ socket: Int32) {
            var buffer = [UInt8](repeating: 0, count: 65536)
            var space: Int32 = -1
            while true {
                let count = clinux_lab_receive_news(socket, &buffer, buffer.count, &space)
                let moment = Moment.now()
                if count > 0 {
                    // Other machines have numbers as well, which the kernel gave them.
                    let news = HostNews.all(in: Array(buffer[..<count]))
                    all.withLock { [space] notes in
                        notes.sightings += news.map { HostSighting(host: Int(space), at: moment, news: $0) }
                    }
                } else if count < 0, errno == ENOBUFS {
                    all.withLock { $0.isTorn = true }
                } else {
                    return
                }
            }
        }
    }

    private let notes = Notes()
    private let thread: WorkingThread

    /// - Parameters:
    ///   - namespace: from where it listens; no machine of it has a number yet.
    ///   - hosts: in their order.
    init(in namespace: NetworkNamespace, to hosts: [NetworkNamespace]) throws {
        for (number, host) in hosts.enumerated() {
            try Command.succeed(["ip", "-n", namespace.name, "netns", "set", host.name, String(number)])
        }
        let socket = try namespace.open("socket for news") { clinux_lab_news_socket() }
        thread = try WorkingThread { [notes] stop in
            LabThread.preferThis()
            while !awaitReadable([socket, stop]).contains(stop) { notes.listen(socket) }
            _ = Glibc.close(socket)
        }
    }

    /// Adds what the laboratory itself has done.
    func note(_ news: HostNews, of host: Int, at moment: Moment) {
        notes.all.withLock { $0.sightings.append(HostSighting(host: host, at: moment, news: news)) }
    }

    /// Everything so far. Throws when some of it was lost.
    func history(of hosts: Int) throws -> HostHistory {
        let (sightings, isTorn) = notes.all.withLock { $0 }
        guard !isTorn else { throw LabError.notReached("some news of the hosts were lost") }
        return HostHistory(sightings.filter { (0..<hosts).contains($0.host) })
    }

    /// Ends the thread. Once only.
    func close() { thread.close() }
}
