// Floods: packets, local messages and script output without end. Keepalives go out on time meanwhile, the log stays
// readable, and what the node is asked it answers. Rows of docs/failure-modes.md, on real daemons.

import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatWire
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureFlood {
        /// Nobody was late, nobody was asked for missing messages for ever, and the log has no line a packet.
        private func expectCalm(_ cluster: LifeCluster, changes: [String], linesBefore: [Int]) throws {
            for (node, before) in zip(cluster.laboratory.nodes, linesBefore) {
                let log = cluster.log(of: node)
                #expect(!log.contains("Late heartbeat") && !log.contains("is dead"), "\(node.name)")
                #expect(log.split(separator: "\n").count - before < 200, "\(node.name)")
                #expect(try cluster.status(["rscstatus"], on: node) == "local")
            }
            #expect(cluster.changes == changes)
        }

        private func lines(_ cluster: LifeCluster) -> [Int] {
            cluster.laboratory.nodes.map { cluster.log(of: $0).split(separator: "\n").count }
        }

        private static func foreignPacket() -> String {
            let key = AuthenticationKey(id: 1, method: .sha1, secret: Array("another".utf8))
            let keys = AuthenticationKeys(current: 1, keys: [key])
            let codec = MessageCodec(keys: keys, format: .classic)
            let status = StatusReport(status: .active, deadtime: .seconds(2))
            let message = Message(
                source: NodeName("cluster2"), sequence: SequenceNumber(9), generation: Generation(1 << 40),
                timestamp: 1,
                load: "0", timeToLive: 3, content: .status(status))
            return String(decoding: codec.encode(message, as: .netstring), as: UTF8.self)
        }

        @Test func `packets at full speed, garbage, huge and signed with another key, make nobody late`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let (changes, before) = (cluster.changes, lines(cluster))
                let packet = cluster.first.runDirectory + "/packet"
                try Data(Self.foreignPacket().utf8).write(to: URL(fileURLWithPath: packet))
                let script = """
                    use Socket; my ($file, $address) = @ARGV;
                    open my $from, "<", $file or die; my $foreign = do { local $/; <$from> };
                    socket my $out, PF_INET, SOCK_DGRAM, 17 or die; my $to = sockaddr_in(694, inet_aton($address));
                    my ($end, $n) = (time + 4, 0);
                    while (time < $end) {
                        send $out, $_, 0, $to for "garbage", "###$n", "###\\n" . "x" x ($n % 60000), chr(0) x 60000, "",
                            ($foreign) x 5;
                        $n++;
                    }
                    print $n;
                    """
                let flood = try cluster.second.run(
                    ["perl", "-e", script, packet, cluster.first.lanAddress], limit: .seconds(30))
                let rounds = Int(flood.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
                #expect(flood.code == 0 && rounds > 1000, "\(flood)")
                try cluster.wait(for: "the refusals") {
                    let log = cluster.log(of: cluster.first)
                    return ["not a heartbeat message", "authentication does not match"].allSatisfy { log.contains($0) }
                }
                try expectCalm(cluster, changes: changes, linesBefore: before)
            }
        }

        @Test func `a FIFO full of garbage costs a few lines of log`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let (node, changes, before) = (cluster.first, cluster.changes, lines(cluster))
                let script = """
                    { timeout 2 cat /dev/urandom; n=0; while [ $n -lt 20000 ]; do
                        printf '>>>\\nt=%s\\nnonsense%s\\n<<<\\n' $n $n; n=$((n + 1)); done
                    } >'\(node.stateDirectory)/fifo'
                    """
                #expect(try node.run(["sh", "-c", script], limit: .seconds(30)).code == 0)
                try cluster.wait(for: "the complaint") { cluster.log(of: node).contains("/fifo: ") }
                try expectCalm(cluster, changes: changes, linesBefore: before)
            }
        }

        @Test func `a script that writes without end is read slowly and ended by its timeout`() throws {
            var settings = LifeCluster.Settings()
            settings.directives += ["start_timeout 2"]
            try LifeCluster.run(settings) { cluster in
                try cluster.first.install("web", lines: "[ $verb != start ] || exec yes 'all work and no play'")
                for node in cluster.laboratory.nodes { try cluster.boot(node) }
                for node in cluster.laboratory.nodes { try cluster.start(node) }
                try cluster.wait(for: "the group to run on the other node") {
                    cluster.running(on: cluster.second) == ["mail", "web"]
                }
                #expect(cluster.says("lines dropped: too many at once", on: cluster.first))
                #expect(cluster.log(of: cluster.first).utf8.count < 1 << 20)
                #expect(!cluster.log(of: cluster.second).contains("Late heartbeat"))
            }
        }

        @Test func `connections that say nothing keep no operator out of a real daemon`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                let path = ControlClient.socketPath(runDirectory: node.runDirectory)
                let idle = try (0..<100).map { _ in try connect(path) }
                defer { idle.forEach { close($0) } }
                for _ in 0..<3 { #expect(try cluster.laboratory.tool("cl_status", ["hbstatus"], on: node).code == 0) }
                #expect(try cluster.isRunning(node))
            }
        }

        private func connect(_ path: String) throws -> Int32 {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let length = socklen_t(MemoryLayout<sockaddr_un>.size)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) }
            }
            guard result == 0 else { throw LifeFailure("connect \(path): \(errno)") }
            return descriptor
        }
    }
}
