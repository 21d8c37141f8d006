// Questions to QEMU and its agent, with somebody else at the other end.

import CLinux
import Glibc
import Testing

@testable import HeartbeatLab
@testable import HeartbeatMachines

@Suite struct ExchangeTests {
    /// Answers each line with the lines that a closure gives, for one connection after another.
    private final class Responder: Sendable {
        let path = "/tmp/hbmtest-socket\(UInt32.random(in: 0 ... .max))"
        private let thread: WorkingThread
        private let listener: Int32

        init(greeting: String? = nil, _ answer: @escaping @Sendable (String) -> [String]) throws {
            let listener = try check(clinux_lab_unix(path, 1), "listen")
            self.listener = listener
            thread = try WorkingThread { stop in
                while awaitReadable([listener, stop]) == [listener] {
                    let socket = clinux_lab_accept(listener)
                    // Every character is a byte, as 0xFF is none in UTF-8.
                    func say(_ line: String) {
                        let bytes = (line + "\n").unicodeScalars.map { UInt8($0.value) }
                        _ = send(socket, bytes, bytes.count, 0)
                    }
                    if let greeting { say(greeting) }
                    while awaitReadable([socket, stop]).contains(socket) {
                        let bytes = readSome(socket)
                        if bytes.isEmpty { break }
                        for line in bytes.split(separator: UInt8(ascii: "\n")) {
                            for reply in answer(String(decoding: line, as: UTF8.self)) { say(reply) }
                        }
                    }
                    _ = Glibc.close(socket)
                }
            }
        }

        func close() {
            thread.close()
            _ = Glibc.close(listener)
            Files.remove(path)
        }
    }

    @Test("Events between are passed over, and a refusal is an error with its words")
    func monitor() throws {
        let responder = try Responder(greeting: #"{"QMP": {}}"#) { line in
            if line.contains("qmp_capabilities") { return [#"{"return": {}}"#] }
            if line.contains(#""name":"eth1""#) {
                return [#"{"event": "NIC_RX_FILTER_CHANGED", "data": {}}"#, #"{"return": {}}"#]
            }
            return [#"{"error": {"class": "DeviceNotFound", "desc": "Device 'eth7' not found"}}"#]
        }
        defer { responder.close() }
        let monitor = MachineMonitor(path: responder.path)
        try monitor.plug("eth1", false)
        let error = #expect(throws: LabError.self) { try monitor.plug("eth7", false) }
        #expect(error?.description.contains("Device 'eth7' not found") == true)
    }

    @Test("A program's output and exit code come back once it has ended")
    func agent() throws {
        let responder = try Responder { line in
            if let number = line.split(separator: "\"id\":").last?.prefix(while: \.isNumber), line.contains("sync") {
                // What an earlier connection had asked for comes first.
                return [#"{"return": 7}"#, "\u{FF}{\"return\": \(number)}"]
            }
            if line.contains("guest-exec-status") {
                return [#"{"return": {"exited": true, "exitcode": 3, "out-data": "cnVubmluZwo="}}"#]
            }
            return line.contains("cl_status") ? [#"{"return": {"pid": 70}}"#] : []
        }
        defer { responder.close() }
        let result = try GuestAgent(path: responder.path).run("cl_status hbstatus")
        #expect(result.code == 3)
        #expect(result.output == "running\n")
    }

    @Test("Nobody at the other end is an error that names the socket")
    func nobody() {
        let error = #expect(throws: LabError.self) { try GuestAgent(path: "/tmp/hbmtest-nobody").run("true") }
        #expect(error?.description.contains("/tmp/hbmtest-nobody") == true)
    }
}
