import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatMedia
@testable import HeartbeatSystem

/// A pseudo terminal: what is written to the terminal side by a medium is read here, and the other way round.
private final class Pty: @unchecked Sendable {
    let master: Int32
    let path: String

    init() {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        var number: Int32 = 0
        var unlocked: Int32 = 0
        _ = ioctl(master, 0x4004_5431 /* TIOCSPTLCK */, &unlocked)
        _ = ioctl(master, 0x8004_5430 /* TIOCGPTN */, &number)
        path = "/dev/pts/\(number)"
    }

    deinit {
        close(master)
    }

    /// Everything that can be read now.
    func read() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = Glibc.read(master, &buffer, buffer.count), count > 0 { all += buffer[..<count] }
        return all
    }

    /// Reads until `text` was seen at the end.
    func read(until text: String) -> String {
        var all = ""
        _ = eventually {
            all += String(decoding: read(), as: UTF8.self)
            return all.hasSuffix(text)
        }
        return all
    }

    /// Takes up all room for what its terminal side sends.
    func fill() {
        let terminal = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        let bytes = [UInt8](repeating: UInt8(ascii: "."), count: 512)
        for count in [bytes.count, 1] {
            while Glibc.write(terminal, bytes, count) > 0 {}
        }
        close(terminal)
    }

    func write(_ text: String) {
        _ = Glibc.write(master, text, text.utf8.count)
    }
}

private func serial(_ path: String) -> [MediumConfiguration] {
    [.serial(device: path, baud: 19200)]
}

private func failure(_ body: () throws(SystemError) -> Void) -> SystemError? {
    do throws(SystemError) {
        try body()
        return nil
    } catch {
        return error
    }
}

@Suite(.serialized)
struct MediaSerialTests {
    let directory = TemporaryDirectory()

    @Test("Bytes pass both ways, carriage returns are dropped, the eighth bit is kept")
    func exchange() {
        let pty = Pty()
        let station = Station(serial(pty.path), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["opened"] })
        pty.write(">>>\r\nt=grüß\n<<<\n")
        let expected = Array(">>>\nt=grüß\n<<<\n".utf8)
        #expect(station.eventually { $0.bytes[MediumName(pty.path)] == expected })
        station.send(">>>\nt=hello\n<<<\n")
        #expect(pty.read(until: "<<<\n") == ">>>\nt=hello\n<<<\n")
    }

    @Test("Serial lines carry the classic form")
    func form() {
        let pty = Pty()
        let loop = LoopThread()
        defer { loop.stop() }
        let set = loop.on { reactor in
            let set = MediaSet(serial(pty.path), reactor: reactor, lockDirectory: "/nonexistent")
            set.open()
            set.send(netstring: Array("netstring".utf8), classic: Array("classic".utf8))
            return set
        }
        #expect(pty.read(until: "classic") == "classic")
        loop.on { _ in set.close() }
    }

    @Test("What is repeated waits for what is new, and has no more than its share of the line")
    func repeats() {
        let pty = Pty()
        let loop = LoopThread()
        defer { loop.stop() }
        func text(_ kind: String, _ number: Int) -> String {
            "\(kind)\(number)" + String(repeating: ".", count: 240) + "\n"
        }
        let set = loop.on { reactor in
            let set = MediaSet(serial(pty.path), reactor: reactor, lockDirectory: "/nonexistent")
            set.open()
            // Asked for much at once, and again and again.
            for number in 0..<1000 { set.send(netstring: [], classic: Array(text("old", number).utf8), .repair) }
            return set
        }
        let begin = loop.on(\.now)
        var read = pty.read(until: "\n")
        for number in 0..<8 {
            loop.on { _ in set.send(netstring: [], classic: Array(text("new", number).utf8)) }
            // Nothing but the message under way can be before it.
            let more = pty.read(until: text("new", number))
            #expect(more.split(separator: "\n").count <= 2)
            read += more
        }
        #expect(
            eventually {
                read += String(decoding: pty.read(), as: UTF8.self); return read.contains("old2")
            })
        let passed = loop.on(\.now) - begin
        // 19200 baud carry 1920 bytes a second; a quarter of it is for repeats, apart from the first one.
        let repeated = read.split(separator: "\n").filter { $0.hasPrefix("old") }.map(\.utf8.count).reduce(0, +)
        #expect(repeated <= 250 + Int(passed.milliseconds) * 1920 / 4 / 1000 + 250)
        loop.on { _ in set.close() }
    }

    @Test("A keepalive that has waited for the next one goes first, whatever else there is to say")
    func keepalivesFirst() {
        let pty = Pty()
        let station = Station(serial(pty.path), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["opened"] })
        let filler = String(repeating: ".", count: 120) + "\n"
        for number in 0..<6 { station.send("message\(number)\(filler)") }
        station.send("old\(filler)", .keepalive)
        station.send("new\(filler)", .keepalive)
        let text = pty.read(until: "new\(filler)")
        let order = text.split(separator: "\n").map { $0.prefix { $0 != "." } }
        #expect(order == ["message0", "old", "message1", "message2", "message3", "message4", "message5", "new"])
    }

    @Test("A keepalive counts as sent while the line moves, and not while it stands")
    func standingLine() {
        let pty = Pty()
        let station = Station(serial(pty.path), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["opened"] })
        // Longer than the line takes for one.
        func sendInTime() -> Bool {
            usleep(400_000)
            return station.send(String(repeating: ".", count: 300) + "\n", .keepalive)
        }
        #expect((0..<3).allSatisfy { _ in sendInTime() })
        // Again and again: the kernel makes room by moving what it has nearer to the reader.
        #expect(
            eventually {
                pty.fill()
                return !sendInTime()
            })
        _ = pty.read()
        #expect(eventually(sendInTime))
    }

    @Test("The line is set up raw with flow control and the configured rate", arguments: SerialLine.rates.map(\.baud))
    func lineSettings(baud: Int) throws {
        let pty = Pty()
        let line = try SerialLine(path: pty.path, baud: baud, lockDirectory: directory.path)
        defer { line.close() }
        var mode = termios()
        #expect(tcgetattr(line.descriptor.number, &mode) == 0)
        let expected = SerialLine.rates.first { $0.baud == baud }
        #expect(cfgetospeed(&mode) == expected?.speed)
        #expect(cfgetispeed(&mode) == expected?.speed)
        #expect(mode.c_lflag == 0 && mode.c_oflag == 0)
        #expect(mode.c_cflag & tcflag_t(CRTSCTS) != 0)
        #expect(mode.c_cflag & tcflag_t(CSIZE) == tcflag_t(CS8))
        #expect(mode.c_cflag & tcflag_t(PARENB | CSTOPB) == 0)
        #expect(withUnsafeBytes(of: mode.c_cc) { $0[Int(VMIN)] } == 1)
    }

    @Test("A slow line is not stuck: the full buffer of the driver may drain", arguments: SerialLine.rates.map(\.baud))
    func slowLine(baud: Int) {
        let buffer = Duration.milliseconds(4096 * 10 * 1000 / baud)
        #expect(SerialPort.stall(baud: baud) > buffer)
        #expect(SerialPort.stall(baud: baud) < buffer + .seconds(5))
    }

    @Test("Without a reader nothing grows, the oldest are dropped whole, and it is reported once")
    func noReader() {
        let pty = Pty()
        let station = Station(serial(pty.path), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["opened"] })
        var number = 0
        func sendBurst() {
            for _ in 0..<50 {
                number += 1
                station.send(">\(number) " + String(repeating: "x", count: 500) + "<\n")
            }
        }
        // The burst that fills the line is no failure; a line that stays full is.
        #expect(
            eventually {
                sendBurst()
                return station.read { $0.story(pty.path) == ["opened", "failed"] }
            })
        sendBurst()
        #expect(station.read { $0.story(pty.path) } == ["opened", "failed"])
        let error = station.read { $0.failures(pty.path) }.first
        #expect(error?.description.contains("is the cable connected and the peer reading?") == true)
        let before = station.counters()
        #expect(before.dropped > 0 && before.sent + before.dropped + SerialQueue.mostMessages + 1 == number)

        // The reader comes back: what was under way ends, then come the freshest, all whole and in order.
        let text = pty.read(until: ">\(number) " + String(repeating: "x", count: 500) + "<\n")
        let frames = text.split(separator: "\n")
        #expect(frames.allSatisfy { $0.hasPrefix(">") && $0.hasSuffix("x<") && $0.filter { $0 == ">" }.count == 1 })
        let numbers = frames.compactMap { $0.dropFirst().split(separator: " ").first.flatMap { Int($0) } }
        #expect(numbers.count == frames.count && numbers == numbers.sorted() && numbers.last == number)
        #expect(numbers.count < number)
        #expect(numbers.suffix(SerialQueue.mostMessages) == Array(number - SerialQueue.mostMessages + 1...number)[...])
        #expect(
            station.send("fresh\n") {
                _ = pty.read()
                return $0.story(pty.path) == ["opened", "failed", "recovered"]
            })
    }

    @Test("A device that is missing, appears, vanishes and returns under the same name")
    func replug() {
        let node = directory.path + "/ttyUSB0"
        let station = Station(serial(node), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(node) == ["failed"] })
        let missing = station.read { $0.failures(node) }.first
        #expect(
            missing?.description
                == "cannot open serial \(node): No such file or directory; is the adapter plugged in?")
        var pty: Pty? = Pty()
        symlink(pty!.path, node)
        #expect(station.send("one\n") { $0.story(node) == ["failed", "recovered"] })
        #expect(pty!.read(until: "one\n").hasSuffix("one\n"))

        pty = nil
        unlink(node)
        #expect(station.eventually { $0.story(node) == ["failed", "recovered", "failed"] })
        #expect(access(directory.path + "/LCK..ttyUSB0", F_OK) != 0)

        pty = Pty()
        symlink(pty!.path, node)
        #expect(station.send("two\n") { $0.story(node) == ["failed", "recovered", "failed", "recovered"] })
        #expect(pty!.read(until: "two\n").hasSuffix("two\n"))
        pty!.write("back\n")
        #expect(station.eventually { String(decoding: $0.bytes[MediumName(node)] ?? [], as: UTF8.self) == "back\n" })
    }

    @Test("Something that is no serial port is refused with a remedy")
    func notATerminal() {
        let error = failure { () throws(SystemError) in
            _ = try SerialLine(path: "/dev/null", baud: 9600, lockDirectory: directory.path)
        }
        #expect(error?.description.hasSuffix("; is it a serial port?") == true)
        #expect(access(directory.path + "/LCK..null", F_OK) != 0)
    }

    @Test("A medium without a lock directory works and says so once")
    func noLockDirectory() {
        let pty = Pty()
        let station = Station(serial(pty.path), locks: directory.path + "/missing")
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["warned", "opened"] })
        station.send("works\n")
        #expect(pty.read(until: "works\n") == "works\n")
    }

    @Test("The lock names this process while the medium is open and is gone afterwards")
    func lockLife() {
        let pty = Pty()
        let lock = directory.path + "/LCK.." + pty.path.split(separator: "/").last!
        let station = Station(serial(pty.path), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["opened"] })
        let digits = String(getpid())
        #expect(contents(lock) == String(repeating: " ", count: 10 - digits.count) + digits + "\n")
        station.closeMedia()
        #expect(access(lock, F_OK) != 0)
    }

    @Test("A lock held by a living process keeps the medium closed until it is released")
    func lockHeld() {
        let pty = Pty()
        let lock = directory.path + "/LCK.." + pty.path.split(separator: "/").last!
        store("\(getppid())\n", lock)
        let station = Station(serial(pty.path), locks: directory.path)
        defer { station.stop() }
        #expect(station.eventually { $0.story(pty.path) == ["failed"] })
        #expect(
            station.read { $0.failures(pty.path) }.first?.description
                == "cannot lock \(pty.path) (\(lock)): held by process \(getppid()); stop the program that uses it")
        unlink(lock)
        #expect(station.send("x\n") { $0.story(pty.path) == ["failed", "recovered"] })
    }

    @Test("A stale lock is taken over", arguments: ["4194304\n", "garbage", "", "         0\n"])
    func staleLock(text: String) throws {
        store(text, directory.path + "/LCK..ttyS9")
        let lock = try DeviceLock(device: "/dev/ttyS9", directory: directory.path)
        #expect(contents(lock.path).hasSuffix("\(getpid())\n"))
        lock.release()
        #expect(access(lock.path, F_OK) != 0)
    }

    @Test("A lock that somebody took over is left to them")
    func lostLock() throws {
        let lock = try DeviceLock(device: "/dev/ttyS9", directory: directory.path)
        store("1\n", lock.path)
        lock.release()
        #expect(contents(lock.path) == "1\n")
    }

    private func store(_ text: String, _ path: String) {
        let fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        _ = write(fd, text, text.utf8.count)
        close(fd)
    }

    private func contents(_ path: String) -> String {
        let fd = open(path, O_RDONLY)
        defer { close(fd) }
        var buffer = [UInt8](repeating: 0, count: 64)
        return String(decoding: buffer[..<max(0, read(fd, &buffer, 64))], as: UTF8.self)
    }
}
