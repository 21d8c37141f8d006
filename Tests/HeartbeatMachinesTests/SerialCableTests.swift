// A cable between two sockets that behave as QEMU's do.

import CLinux
import Foundation
import Glibc
import Testing

@testable import HeartbeatLab
@testable import HeartbeatMachines

@Suite struct SerialCableTests {
    /// A cable with both machines connected, as far as the test wants them.
    private final class Ends {
        let directory = "/tmp/hbmtest\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let cable: SerialCable
        private(set) var sockets: [Int32] = []

        init(baud: Int) throws {
            try Files.makeDirectory(directory)
            cable = try SerialCable(in: directory, baud: baud)
        }

        func connect(_ end: Int) throws -> Int32 {
            let socket = try check(clinux_lab_unix(cable.paths[end], 0), "connect")
            sockets.append(socket)
            return socket
        }

        func close() {
            for socket in sockets { _ = Glibc.close(socket) }
            cable.close()
            Files.remove(directory)
        }
    }

    private static func send(_ text: String, to socket: Int32) {
        let bytes = Array(text.utf8)
        #expect(Glibc.send(socket, bytes, bytes.count, 0) == bytes.count)
    }

    /// Reads until so many bytes are there, or nothing has come for a while.
    private static func receive(_ count: Int, from socket: Int32, patience: Int32 = 5000) -> String {
        var bytes: [UInt8] = []
        while bytes.count < count, !awaitReadable([socket], milliseconds: patience).isEmpty {
            let more = readSome(socket)
            if more.isEmpty { break }
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("What one end sends arrives at the other, both ways, whole and in order")
    func carries() throws {
        let ends = try Ends(baud: 115_200)
        defer { ends.close() }
        let (a, b) = (try ends.connect(0), try ends.connect(1))
        let text = String((0..<300).map { Character(UnicodeScalar(UInt8(33 + $0 % 90))) })
        // The first byte shows that both ends are known.
        repeat { Self.send("!", to: a) } while Self.receive(1, from: b, patience: 100).isEmpty
        _ = Self.receive(.max, from: b, patience: 100)
        Self.send(text, to: a)
        Self.send(text, to: b)
        #expect(Self.receive(300, from: b) == text)
        #expect(Self.receive(300, from: a) == text)
    }

    @Test("A line that is pulled loses what is sent, and carries again")
    func pulled() throws {
        let ends = try Ends(baud: 115_200)
        defer { ends.close() }
        let (a, b) = (try ends.connect(0), try ends.connect(1))
        repeat { Self.send("!", to: a) } while Self.receive(1, from: b, patience: 100).isEmpty
        _ = Self.receive(.max, from: b, patience: 100)
        ends.cable.plug(false)
        Self.send("lost", to: a)
        #expect(Self.receive(1, from: b, patience: 300) == "")
        ends.cable.plug(true)
        Self.send("carried", to: a)
        #expect(Self.receive(7, from: b) == "carried")
    }

    @Test("A machine that loses its power and comes back is known again")
    func reconnected() throws {
        let ends = try Ends(baud: 115_200)
        defer { ends.close() }
        let a = try ends.connect(0)
        for _ in 0..<2 {
            let b = try ends.connect(1)
            repeat { Self.send("!", to: a) } while Self.receive(1, from: b, patience: 100).isEmpty
            _ = Glibc.shutdown(b, Int32(SHUT_RDWR))
        }
    }
}
