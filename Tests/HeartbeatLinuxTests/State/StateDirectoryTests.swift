import Glibc
import HeartbeatModel
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HeartbeatHost
@testable import HeartbeatServers
@testable import HeartbeatSystem

@Suite struct StateDirectoryTests {
    @Test(arguments: [
        ("     1795218581\n", UInt64(1_795_218_581)), ("1\n", 1), ("7", 7), ("  \t9  \n\n", 9), ("0\n", 0),
        ("999999999999998\n", 999_999_999_999_998),
    ])
    func generationsAreRead(text: String, number: UInt64) {
        #expect(GenerationText.parse(Array(text.utf8)) == number)
    }

    @Test(arguments: [
        "", "\n", "   ", "x", "12x", "-1", "+1", "1 2", "0x10", "999999999999999", "99999999999999999999999", "1\0",
    ])
    func otherTextIsNoGeneration(text: String) {
        #expect(GenerationText.parse(Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        (UInt64(1), "              1\n"), (1_795_218_581, "     1795218581\n"),
        (999_999_999_999_999, "999999999999999\n"),
    ])
    func generationsAreWrittenInFifteenColumns(number: UInt64, text: String) {
        #expect(GenerationText.format(number) == text)
        #expect(text.utf8.count == 16)
    }

    @Test func theGenerationGrowsWithEveryStart() throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        #expect(state.isUnused)
        let first = try state.nextGeneration(unixTime: 1_795_218_580)
        #expect(!state.isUnused)
        #expect(first.generation == Generation(1_795_218_581) && first.isNew)
        #expect(readFile(state.generationPath) == "     1795218581\n")
        let second = try state.nextGeneration(unixTime: 5)
        #expect(second.generation == Generation(1_795_218_582) && !second.isNew)
        var status = stat()
        #expect(stat(state.generationPath, &status) == 0 && status.st_mode & 0o7777 == 0o644)
        #expect(access(state.generationPath + ".new", F_OK) != 0, "nothing is left beside it")
    }

    /// Both files as heartbeat 3.0.6 has left them: the other node must go on knowing this one.
    @Test func aNodeGoesOnWhereTheOriginalHasStopped() throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        writeFile(state.generationPath, "     1795218584\n")
        let uuid: [UInt8] = [
            0x78, 0xCA, 0x90, 0xAD, 0x66, 0x84, 0x4A, 0x11, 0xA4, 0x19, 0x85, 0x39, 0x9C, 0xDA, 0x18, 0xF3,
        ]
        let path = state.path + "/hb_uuid"
        let file = try #require(fopen(path, "w"))
        #expect(fwrite(uuid, 1, uuid.count, file) == uuid.count && fclose(file) == 0)
        let next = try state.nextGeneration(unixTime: 5)
        #expect(next.generation == Generation(1_795_218_585) && !next.isNew)
        #expect(readFile(state.generationPath) == "     1795218585\n")
        let known = try state.nodeUUID()
        #expect(known.uuid.bytes == uuid && !known.isNew)
    }

    @Test func aGenerationThatFollowsTimeNeverGoesBack() throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        #expect(try state.nextGeneration(unixTime: 1000, followsTime: true).generation == Generation(1001))
        #expect(try state.nextGeneration(unixTime: 5000, followsTime: true).generation == Generation(5000))
        #expect(try state.nextGeneration(unixTime: 4000, followsTime: true).generation == Generation(5001))
    }

    @Test(arguments: ["", "garbage", "999999999999999\n"])
    func aDamagedGenerationStopsTheStartAndStays(text: String) throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        writeFile(state.generationPath, text)
        #expect(throws: StateError.self) { _ = try state.nextGeneration(unixTime: 5) }
        #expect(readFile(state.generationPath) == text)
    }

    @Test func anUnusableDirectoryIsNamed() throws {
        let state = StateDirectory("/nonexistent/state")
        do throws(StateError) {
            _ = try state.nextGeneration(unixTime: 5)
            Issue.record("no error")
        } catch {
            #expect("\(error)".contains("/nonexistent/state/hb_generation"))
        }
    }

    @Test func aDirectoryInPlaceOfTheFileIsNoMissingFile() throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        #expect(mkdir(state.generationPath, 0o755) == 0)
        #expect(throws: StateError.self) { _ = try state.nextGeneration(unixTime: 5) }
    }

    @Test func `what stands in the way of the new generation is replaced, not written into`() throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        let victim = state.path + "/victim"
        writeFile(victim, "kept\n")
        for plant in [symlink, link] {
            #expect(plant(victim, state.generationPath + ".new") == 0)
            _ = try state.nextGeneration(unixTime: 5)
        }
        #expect(readFile(victim) == "kept\n" && readFile(state.generationPath) == GenerationText.format(7))
    }

    @Test func theUUIDIsMadeOnceAndKept() throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        let first = try state.nodeUUID()
        let second = try state.nodeUUID()
        #expect(first.isNew && !second.isNew && first.uuid == second.uuid && first.uuid != .unknown)
        #expect(Descriptors.contents(of: state.uuidPath, atMost: 100) == first.uuid.bytes)
    }

    @Test(arguments: [0, 15, 17])
    func aUUIDOfTheWrongSizeIsRefused(size: Int) throws {
        let state = StateDirectory(try temporaryDirectory())
        defer { removeTree(state.path) }
        writeFile(state.uuidPath, String(repeating: "u", count: size))
        #expect(throws: StateError.self) { _ = try state.nodeUUID() }
    }

    @Test func directoriesAreMadeOnceWithTheirModes() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let state = StateDirectory(base + "/heartbeat")
        #expect(try state.prepare() == nil)
        #expect(try state.prepare() == nil)
        try RunDirectory.prepare(base)
        var status = stat()
        #expect(stat(state.workingDirectory, &status) == 0 && status.st_mode & 0o7777 == 0o700)
        #expect(stat(base + "/swift-heartbeat/rsctmp", &status) == 0 && status.st_mode & 0o7777 == 0o755)
        writeFile(base + "/file", "")
        #expect(throws: SystemError.self) { try Directories.make(base + "/file", mode: 0o755) }
    }
}

@Suite struct StatePidFileTests {
    @Test func theFileHasTheOriginalsForm() {
        #expect(PidFile.text(for: 34) == Array("        34\n".utf8))
        #expect(PidFile.text(for: 4_194_304).count == 11)
    }

    @Test func aSecondDaemonIsRefusedForAsLongAsTheFirstLives() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/heartbeat.pid"
        #expect(PidFile.owner(of: path) == .nobody)
        do {
            let held = try PidFile.acquire(path)
            #expect(readFile(path) == String(decoding: PidFile.text(for: getpid()), as: UTF8.self))
            #expect(PidFile.owner(of: path) == .running(pid: getpid()))
            do throws(PidFile.Failure) {
                let second = try PidFile.acquire(path)
                second.release()
                Issue.record("two daemons")
            } catch {
                #expect(error == .alreadyRunning(pid: getpid()))
            }
            held.release()
        }
        #expect(access(path, F_OK) != 0)
        #expect(PidFile.owner(of: path) == .nobody)
    }

    @Test(arguments: ["", "garbage\n", "         1\n", "-5\n", "4194304999\n", "        99999999\n"])
    func aStaleFileIsTakenOver(text: String) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/heartbeat.pid"
        writeFile(path, text)
        #expect(PidFile.owner(of: path) == .nobody)
        let held = try PidFile.acquire(path)
        #expect(readFile(path) == String(decoding: PidFile.text(for: getpid()), as: UTF8.self))
        held.release()
    }

    @Test func aLivingProcessOfAnotherNameIsNoDaemon() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/heartbeat.pid"
        writeFile(path, String(decoding: PidFile.text(for: getppid()), as: UTF8.self))
        #expect(PidFile.owner(of: path) == .nobody)
    }

    @Test func theOriginalsDaemonIsKnownByItsName() throws {
        let harness = try ScriptHarness()
        let program = harness.directory + "/heartbeat"
        let copied = try harness.run("/bin/cp", ["/bin/sleep", program])
        #expect(copied.results == [.exited(code: 0, output: "")])
        let daemon = try harness.start(program, ["1000"], timeout: .seconds(30))
        let pid = try #require(daemon.now.pid)
        defer { kill(pid, SIGKILL) }
        let path = harness.directory + "/heartbeat.pid"
        writeFile(path, String(decoding: PidFile.text(for: pid), as: UTF8.self))
        #expect(waitUntil { PidFile.owner(of: path) == .running(pid: pid) })
    }
}

@Suite struct StateFifoTests {
    @Test func localProcessesReachTheLoopAndNeverHang() throws {
        let harness = try ScriptHarness()
        let path = harness.directory + "/fifo"
        // A plain file is what a writer leaves when no daemon has made the FIFO.
        writeFile(path, "old")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { group.shutdownGracefully { _ in } }
        let loop = group.next()
        let received = Mutex<[String]>([])
        _ = try loop.flatSubmit {
            do throws(SystemError) {
                return try Fifo.open(path, on: loop) { bytes in
                    received.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                }
            } catch {
                return loop.makeFailedFuture(error)
            }
        }.wait()
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600 && status.st_mode & S_IFMT == S_IFIFO)
        let writer = harness.script("printf '>>>\\nt=hello\\ninfo=%s\\n<<<\\n' $1 >> $DIR/fifo")
        for number in ["1", "2"] {
            #expect(try harness.run(writer, [number]).results == [.exited(code: 0, output: "")])
        }
        let expected = ["1", "2"].map { ">>>\nt=hello\ninfo=\($0)\n<<<\n" }
        #expect(waitUntil { received.withLock { $0 } == expected })
    }

    @Test func aUuidFromTheNodeNameIsTheSameEverywhereAndDiffersFromNodeToNode() {
        let one = StateDirectory.uuid(ofNode: NodeName("cluster1"))
        #expect(one == StateDirectory.uuid(ofNode: NodeName("CLUSTER1")))
        #expect(one != StateDirectory.uuid(ofNode: NodeName("cluster2")))
        #expect(one != .unknown)
    }
}
