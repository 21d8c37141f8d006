// The cable between two serial ports, and the other small machinery that needs no root.

import Glibc
import Testing

@testable import HeartbeatLab

/// A terminal opened as a node would.
private func open(_ path: String) throws -> Int32 {
    try check(Glibc.open(path, O_RDWR | O_NOCTTY | O_CLOEXEC), "open \(path)")
}

private func send(_ text: String, to descriptor: Int32) throws {
    try check(write(descriptor, text, text.utf8.count), "write")
}

/// What arrives until `count` bytes are there.
private func receive(_ count: Int, from descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    while bytes.count < count, !awaitReadable([descriptor], milliseconds: 10_000).isEmpty {
        bytes += readSome(descriptor)
    }
    return String(decoding: bytes, as: UTF8.self)
}

@Suite(.serialized)
struct NullModemTests {
    @Test func `bytes pass both ways unchanged`() throws {
        let modem = try NullModem()
        defer { modem.close() }
        let ends = try modem.paths.map(open)
        defer { ends.forEach { _ = close($0) } }
        try send(">>>\nt=status\n<<<\n\r\u{3}\u{11}", to: ends[0])
        #expect(receive(20, from: ends[1]) == ">>>\nt=status\n<<<\n\r\u{3}\u{11}")
        try send("back", to: ends[1])
        #expect(receive(4, from: ends[0]) == "back")
        #expect(modem.carried == 24)
    }

    @Test func `what is sent through an unplugged cable is lost, not kept`() throws {
        let modem = try NullModem()
        defer { modem.close() }
        let ends = try modem.paths.map(open)
        defer { ends.forEach { _ = close($0) } }
        modem.plug(false)
        try send("lost", to: ends[0])
        #expect(try Interruption.wait(atMost: .seconds(10)) { modem.lost == 4 })
        modem.plug(true)
        try send("kept", to: ends[0])
        #expect(receive(4, from: ends[1]) == "kept")
    }

    @Test func `a machine that loses power forgets what had arrived`() throws {
        let modem = try NullModem()
        defer { modem.close() }
        let ends = try modem.paths.map(open)
        defer { ends.forEach { _ = close($0) } }
        try send("before", to: ends[0])
        #expect(!awaitReadable([ends[1]], milliseconds: 10_000).isEmpty)
        modem.power(1, isOn: false)
        try send("meanwhile", to: ends[0])
        #expect(try Interruption.wait(atMost: .seconds(10)) { modem.lost == 9 })
        modem.power(1, isOn: true)
        try send("after", to: ends[0])
        #expect(receive(5, from: ends[1]) == "after")
    }

    @Test func `a full line loses bytes and does not block the other direction`() throws {
        let modem = try NullModem()
        defer { modem.close() }
        let ends = try modem.paths.map(open)
        defer { ends.forEach { _ = close($0) } }
        for _ in 0..<40 { try send(String(repeating: "x", count: 1000), to: ends[0]) }
        try send("back", to: ends[1])
        #expect(receive(4, from: ends[0]) == "back")
    }
}

@Test func `a program gives its output and its exit code`() throws {
    let result = try Command.run(["sh", "-c", "cat; echo err >&2; exit 3"], input: "text\n")
    #expect(result.code == 3)
    #expect(result.output == "text\nerr\n")
    #expect(try Command.run(["sh", "-c", "kill -9 $$"]).code == 137)
}

@Test func `a program that must succeed and does not is an error with its words and its output`() {
    #expect(throws: LabError.command(words: ["sh", "-c", "echo no; exit 1"], output: "exit code 1: no\n")) {
        try Command.succeed(["sh", "-c", "echo no; exit 1"])
    }
    #expect(throws: LabError.system(operation: "start /nowhere", code: ENOENT)) { try Command.run(["/nowhere"]) }
}

@Test func `a program that runs too long is ended with everything it started`() {
    #expect(throws: LabError.self) {
        try Command.run(["sh", "-c", "sleep 1000 & sleep 1000"], limit: .milliseconds(200))
    }
}

@Test func `a file that grows is followed line by line`() throws {
    let path = "/tmp/hbdt-follower-\(getpid())"
    try Files.write("first\n", to: path)
    defer { Files.remove(path) }
    let (lines, sink) = LineCollector.make()
    let follower = try FileFollower([path]) { _, line in sink(line) }
    defer { follower.close() }
    let descriptor = try check(Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC), "open")
    defer { _ = close(descriptor) }
    try send("sec", to: descriptor)
    try send("ond\nthird\n", to: descriptor)
    #expect(try Interruption.wait(atMost: .seconds(10)) { lines().count == 3 })
    #expect(lines() == ["first", "second", "third"])
}
