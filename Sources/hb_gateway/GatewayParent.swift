// The process that a person or systemd starts. It does nothing but look after the one that works: when that is killed, the roving
// addresses and the service would stay here, and the next host would take them, too. Then all of it is given away, and it begins anew.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Starts the working process again and again, until it ends by itself.
final class GatewayParent {
    /// On this descriptor the working process sees that its parent is gone.
    static let pipe: Int32 = 3
    /// Before it begins anew what was killed so soon that it would be killed again and again.
    private static let pause = Duration.seconds(1)
    private static let shortLife = Duration.seconds(10)

    private var child: pid_t?
    private var begin = Instant.now
    private var isReleasing = false
    private var isStopping = false
    private var program: ForegroundProgram?

    /// Returns the exit code.
    func run() -> Int32 {
        let (read, write) = (try? Descriptors.makePipe()) ?? (-1, -1)
        guard read >= 0 else { return fail(SystemError("make", "a pipe")) }
        defer { close(write) }
        return ForegroundProgram.run { [unowned self] program in
            start(read, program)
        } childMayHaveExited: { [unowned self] in
            lookAfterChild(read)
        } stop: { [unowned self] _, signal in
            isStopping = true
            if let child, !isReleasing { kill(child, signal) }
        } fail: { [unowned self] error in
            _ = fail(error)
        }
    }

    private func start(_ pipe: Int32, _ program: ForegroundProgram) {
        self.program = program
        isReleasing = false
        begin = .now
        start("--worker", pipe)
    }

    private func start(_ word: String, _ pipe: Int32) {
        var process = ChildProcess(
            executable: "/proc/self/exe", arguments: CommandLine.arguments + [word],
            environment: ChildProcess.ownEnvironment,
            directory: ".", standardOutput: STDOUT_FILENO, standardError: STDERR_FILENO)
        process.extraDescriptor = pipe
        do throws(SystemError) {
            child = try process.start()
        } catch {
            program?.end(fail(error))
        }
    }

    private func lookAfterChild(_ pipe: Int32) {
        guard let child else { return }
        var status: Int32 = 0
        guard waitpid(child, &status, WNOHANG) == child else { return }
        self.child = nil
        let signal = status & 0x7F
        if isReleasing || signal == 0 { return ended(signal == 0 ? (status >> 8) & 0xFF : 1, pipe) }
        Descriptors.writeLine(
            "hb_gateway was ended by signal \(signal): what it has left is given away", to: STDERR_FILENO)
        isReleasing = true
        start("--release", pipe)
    }

    private func ended(_ code: Int32, _ pipe: Int32) {
        guard let program else { return }
        guard isReleasing, code == 0, !isStopping else { return program.end(code) }
        program.reactor.after(.now - begin < Self.shortLife ? Self.pause : .zero) { [unowned self] in
            guard !isStopping else { return program.end(0) }
            start(pipe, program)
        }
    }

    private func fail(_ error: SystemError) -> Int32 {
        Descriptors.writeLine("\(error)", to: STDERR_FILENO)
        return 1
    }
}
