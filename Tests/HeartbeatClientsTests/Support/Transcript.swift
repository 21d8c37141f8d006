// Recorded conversations with the original daemon: the format is explained at the top of captures/cl_status.txt.

import Foundation
import HeartbeatClients
import HeartbeatModel
import HeartbeatWire
import Testing

/// One recorded file.
struct Transcript: CustomStringConvertible, Sendable {
    enum Line: Sendable {
        case title(String)
        case connect(PeerCredentials)
        case toDaemon(header: String, body: [UInt8])
        case fromDaemon(header: String, body: [UInt8])
        case closedByDaemon
        case closedByClient
    }

    var name: String
    var lines: [(number: Int, line: Line)]
    var description: String { name }

    static let names = ["cl_status", "casual", "named", "api_test", "ipfail", "requests"]

    init(_ name: String) throws {
        self.name = name
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "captures"))
        let text = try String(contentsOf: url, encoding: .utf8)
        lines = try text.split(separator: "\n").enumerated().map { ($0.offset + 1, try Self.line(String($0.element))) }
    }

    private static func line(_ text: String) throws -> Line {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        switch (words[0], words.count > 1 ? words[1] : "") {
        case ("#", _): return .title(text)
        case ("=", "connect"):
            let numbers = words[2].split(separator: " ").compactMap { Int64($0.split(separator: "=")[1]) }
            return .connect(
                PeerCredentials(pid: Int32(numbers[0]), user: UInt32(numbers[1]), group: UInt32(numbers[2])))
        case ("=", "end"): return .closedByDaemon
        case ("=", "close"): return .closedByClient
        case (">", let header): return .toDaemon(header: header, body: try bytes(words.count > 2 ? words[2] : ""))
        case ("<", let header): return .fromDaemon(header: header, body: try bytes(words.count > 2 ? words[2] : ""))
        default: throw LabelError(text: text)
        }
    }

    private struct LabelError: Error {
        var text: String
    }

    /// C escapes: `\n`, `\0`, `\\`, `\xNN`.
    private static func bytes(_ text: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "0"): bytes.append(0)
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                bytes.append(try #require(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)))
                rest = rest.dropFirst(2)
            default: throw LabelError(text: text)
            }
        }
        return bytes
    }
}

/// The cluster in which everything was recorded, as our daemon would see it.
enum RecordedCluster {
    static let versionText = "3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)"

    static var snapshot: ClusterSnapshot {
        func link(_ name: String) -> ClusterSnapshot.Link { .init(medium: MediumName(name), isUp: true) }
        let both = [link("eth0"), link("eth1")]
        return ClusterSnapshot(
            localNode: NodeName("nodea"),
            nodes: [
                .init(
                    name: NodeName("10.77.0.2"), status: .ping, isPingNode: true, links: [link("10.77.0.2")]),
                .init(
                    name: NodeName("nodea"), status: .active, isPingNode: false, links: both,
                    uuid: uuid("OsjGGX3gSIeBoYEw4AkM5g==")),
                .init(
                    name: NodeName("nodeb"), status: .active, isPingNode: false, links: both,
                    uuid: uuid("3ZD0RvEXRWaX64e1S1LE8g==")),
            ], hold: .local, isInTransition: false, groups: [])
    }

    private static func uuid(_ base64: String) -> NodeUUID? {
        Data(base64Encoded: base64).flatMap { NodeUUID(bytes: Array($0)) }
    }

    static var configuration: Configuration {
        var configuration = Configuration(nodes: [NodeName("nodea"), NodeName("nodeb")])
        configuration.pingNodes = [PingNode(name: NodeName("10.77.0.2"), hosts: ["10.77.0.2"])]
        configuration.keepalive = .milliseconds(500)
        configuration.deadtime = .seconds(3)
        configuration.clientPermissions = [
            ClientPermission(client: "cl1", users: ["root", "nobody"], groups: ["haclient"]),
            ClientPermission(client: "cl2", users: ["nobody"]),
        ]
        let values: KeyValuePairs = [
            "keepalive": "500ms", "deadtime": "3", "deadping": "3", "warntime": "2", "initdead": "6", "debug": "0",
            "logfile": "/var/log/ha-log", "debugfile": "/var/log/ha-debug", "auto_failback": "on", "baud": "19200",
            "cluster": "linux-ha", "hbgenmethod": "file", "hopfudge": "1", "realtime": "true", "udpport": "694",
            "pacemaker": "false",
        ]
        configuration.parameters = values.map { Configuration.Parameter(name: $0.key, value: $0.value) }
        return configuration
    }

    static var settings: ClientSettings {
        let users: [String: UInt32] = ["root": 0, "hacluster": 102, "nobody": 65534]
        let groups: [String: UInt32] = ["haclient": 105, "nogroup": 65534]
        return ClientSettings(
            configuration, localNode: NodeName("nodea"),
            authority: ClientAuthority(
                configuration.clientPermissions, userID: { users[$0] }, groupID: { groups[$0] }),
            version: "3.0.6", versionText: versionText)
    }
}
