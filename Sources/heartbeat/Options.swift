// The options of `heartbeat` by subject, and which of them a daemon in the background is started with.

import ArgumentParser
import Glibc

struct Action: ParsableArguments {
    @Flag(
        name: [.customShort("k"), .customLong("stop")], help: "Stop the running daemon and wait until it has stopped.")
    var isStop = false

    @Flag(name: [.customShort("s"), .customLong("status")], help: "Tell whether the daemon runs.")
    var isStatus = false

    @Flag(
        name: [.customShort("r"), .customLong("reload")],
        help: "Make the running daemon read its files again, or start one.")
    var isReload = false

    @Flag(
        name: [.customShort("t"), .customLong("test")],
        help: "Check ha.cf, haresources and authkeys; start nothing. (Not in the original.)")
    var isTest = false

    @Flag(
        name: [.customShort("v"), .customLong("print")],
        help: "Check them and print what they are understood as, without secrets; start nothing.")
    var isPrint = false

    @Flag(
        name: [.customShort("D"), .customLong("defaults")], help: "Print the directives of ha.cf with their defaults.")
    var isDefaults = false

    @Flag(name: [.customShort("W"), .customLong("wiki")], help: "With -D: as a table for a wiki.")
    var isWiki = false

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
    var isVersion = false

    @Flag(
        name: .customLong("list-groups"),
        help: "Print the groups of haresources, one a line: its node, then its resources. (Not in the original.)")
    var isList = false

    @Flag(
        name: .customLong("release-leftovers"),
        help: "Stop everything of haresources that runs here although no daemon does; then end. (Not in the original.)")
    var isRelease = false

    @Flag(
        name: .customLong("upgrade"),
        help:
            "Have the running daemon become the program that is installed now; the service does not move. (Not in the original.)"
    )
    var isUpgrade = false

    @Flag(
        name: .customLong("state-format"),
        help: "Print the number of the state that --upgrade hands from program to program. (Not in the original.)")
    var isStateFormat = false

    @Flag(name: .customLong("accepts-state"), help: .hidden)
    var acceptsState = false

    @Flag(
        name: [.customShort("R"), .customLong("restart")],
        help: "Refused: the original starts itself again with it; here -r does without.")
    var isRestart = false

    @Option(
        name: [.customShort("C"), .customLong("current-resources")],
        help: ArgumentHelp("Refused: belongs to -R.", valueName: "state"))
    var currentResources: String?

    func validate() throws {
        guard !isRestart, currentResources == nil else {
            throw ValidationError(
                "-R and -C are how the original starts itself again; this daemon need not: use -r, or stop and start it"
            )
        }
        guard !isWiki || isDefaults else { throw ValidationError("-W belongs to -D") }
        let chosen = [
            ("-k", isStop), ("-s", isStatus), ("-r", isReload), ("-t", isTest), ("-v", isPrint), ("-D", isDefaults),
            ("-V", isVersion), ("--list-groups", isList), ("--release-leftovers", isRelease),
            ("--upgrade", isUpgrade), ("--state-format", isStateFormat), ("--accepts-state", acceptsState),
        ].filter(\.1).map(\.0)
        guard chosen.count <= 1 else {
            throw ValidationError("\(chosen.joined(separator: " and ")) exclude each other")
        }
    }
}

struct Starting: ParsableArguments {
    @Flag(name: [.customShort("f"), .customLong("foreground")], help: "Stay in the foreground.")
    var isForeground = false

    @Flag(name: [.customShort("l"), .customLong("no-realtime")], help: "No real-time priority and no locked memory.")
    var isRealtimeDisabled = false

    @Flag(
        name: [.customShort("M"), .customLong("no-resources")],
        help: """
            Do not manage resources: be a member of the cluster, run no group. Groups at home here run nowhere until \
            the node stops or hb_takeover takes them to the other one.
            """)
    var isUnmanaged = false

    @Flag(name: [.customShort("d"), .customLong("debug")], help: "Log debug lines too; may be repeated.")
    var debug: Int

    /// Without `-f`, which whoever starts the daemon adds.
    var arguments: [String] {
        (isRealtimeDisabled ? ["-l"] : []) + (isUnmanaged ? ["-M"] : []) + [String](repeating: "-d", count: debug)
    }
}

struct Places: ParsableArguments {
    @Option(
        name: .customLong("config-dir"), help: "Directory of ha.cf, haresources, authkeys and resource.d.",
        transform: wholePath)
    var configuration = "/etc/ha.d"

    @Option(
        name: .customLong("state-dir"), help: "Directory of the generation, the uuid and the FIFO.",
        transform: wholePath)
    var state = "/var/lib/heartbeat"

    @Option(
        name: .customLong("run-dir"), help: "Directory of the pid file and the control socket.", transform: wholePath)
    var run = "/run"

    @Option(
        name: .customLong("share-dir"),
        help: "Directory of the shipped resource.d (default: share/swift-heartbeat above the program).",
        transform: wholePath)
    var share: String?

    @Option(help: "Name of the local node (default: nodeinfo, else uname -n).")
    var node: String?

    var arguments: [String] {
        ["--config-dir", configuration, "--state-dir", state, "--run-dir", run]
            + (share.map { ["--share-dir", $0] } ?? []) + (node.map { ["--node", $0] } ?? [])
    }

    /// The daemon does not stand where the command was typed.
    private static func wholePath(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("a directory has a name") }
        if text.hasPrefix("/") { return text }
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&room, room.count) != nil else { throw ValidationError("'\(text)' must begin with /") }
        return String(decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) + "/" + text
    }
}
