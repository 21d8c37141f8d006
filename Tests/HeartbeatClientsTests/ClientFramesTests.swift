// Frames in a stream: any pieces give the same bodies, and no bytes whatever do harm.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatClients

@Suite struct ClientFramesTests {
    @Test func aStreamInAnyPiecesGivesTheSameBodies() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let bodies = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            var stream = bodies.flatMap(ClientFrames.frame)[...]
            var frames = ClientFrames()
            var cut: [[UInt8]] = []
            while !stream.isEmpty {
                let piece = stream.prefix(Int.random(in: 1...100, using: &random))
                stream = stream.dropFirst(piece.count)
                cut += try frames.append(piece)
            }
            #expect(cut == bodies)
        }
    }

    @Test(arguments: [
        (Array("GET / HTTP/1.0\r\n\r\n".utf8), ClientFrameError.notAFrame),
        ([3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3], .notAFrame),
        ([255, 255, 255, 255, 0xcd, 0xab, 0, 0], .tooLong(.max)),
        ([1, 0, 1, 0, 0xcd, 0xab, 0, 0], .tooLong(0x10001)),
    ])
    func whatIsNoStreamOfFramesIsRefusedAtTheHeader(bytes: [UInt8], error: ClientFrameError) {
        var frames = ClientFrames()
        #expect(throws: error) { try frames.append(bytes) }
    }

    @Test func theLongestBodyPasses() throws {
        let body = [UInt8](repeating: 7, count: ClientFrames.longestBody)
        var frames = ClientFrames()
        #expect(try frames.append(ClientFrames.frame(body)) == [body])
    }

    /// A refused connection is closed; one that is not never holds more than a frame and a read.
    @Test(arguments: 0..<20)
    func damagedStreamsCostABoundedAmount(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var lines = try Transcript("requests").lines.compactMap { line -> [UInt8]? in
            guard case .toDaemon(_, let body) = line.line else { return nil }
            return ClientFrames.frame(body)
        }
        lines.shuffle(using: &random)
        var frames = ClientFrames()
        var sessions = ClientSessions(RecordedCluster.settings)
        let connection = ClientConnection(1)
        _ = sessions.handle(.connected(connection, PeerCredentials(pid: 243, user: 0, group: 0)))
        for var bytes in lines {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                // Mostly within the body, so that many get through the framing.
                bytes[max(index, Int.random(in: 0..<10, using: &random) == 0 ? 0 : 8) % bytes.count] =
                    UInt8.random(in: 0...255, using: &random)
            }
            do throws(ClientFrameError) {
                for body in try frames.append(bytes) {
                    _ = sessions.handle(.received(connection, body: body, RecordedCluster.snapshot))
                }
            } catch {
                // As the server does: this connection is over.
                frames = ClientFrames()
                _ = sessions.handle(.disconnected(connection))
                _ = sessions.handle(.connected(connection, PeerCredentials(pid: 243, user: 0, group: 0)))
            }
        }
        #expect(sessions.names.count <= 1)
    }
}
