import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatScripts

@Suite struct ProcessScriptsTests {
    @Test func scriptsAreSearchedInOrder() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let paths = try makeTree(in: directory)
        let scripts = ResourceScripts(paths: paths)
        #expect(scripts.locate("everywhere") == .success("\(directory)/ha.d/resource.d/everywhere"))
        #expect(scripts.locate("shipped") == .success("\(directory)/shipped/shipped"))
        #expect(scripts.locate("init") == .success("\(directory)/init.d/init"))
        #expect(scripts.locate("locked") == .failure(.notExecutable(path: "\(directory)/ha.d/resource.d/locked")))
        #expect(scripts.locate("directory") == .success("\(directory)/init.d/directory"), "a directory is no script")
        guard case .failure(.notFound(_, let searched)) = scripts.locate("nowhere") else {
            Issue.record("found nowhere")
            return
        }
        #expect(searched.count == 3)
    }

    @Test(arguments: [
        ("/usr/libexec/heartbeat/heartbeat", ["/usr/share/swift-heartbeat"], "/usr/share/swift-heartbeat"),
        ("/usr/local/sbin/hb", ["/share/swift-heartbeat", "/usr/share/swift-heartbeat"], "/usr/share/swift-heartbeat"),
        ("/opt/hb/bin/heartbeat", ["/share/swift-heartbeat"], "/share/swift-heartbeat"),
        ("/home/me/.build/release/heartbeat", [], "/usr/share/swift-heartbeat"),
        ("heartbeat", ["/share/swift-heartbeat"], "/usr/share/swift-heartbeat"),
    ])
    func shippedFilesAreInTheNearestShareAboveTheProgram(program: String, directories: [String], expected: String) {
        let found = ShippedFiles.directory(above: program) { directories.contains($0) }
        #expect(found == expected)
        #expect(ShippedFiles.prefix(of: found).map { $0 + "/share/swift-heartbeat" } == expected)
    }

    @Test func aDirectoryOfSourcesIsBelowNoPrefix() {
        #expect(ShippedFiles.prefix(of: "/home/me/swift-heartbeat") == nil)
        #expect(ShippedFiles.prefix(of: "/usr/share/swift-heartbeat") == "/usr")
    }

    @Test func aFileIsNoDirectoryOfShippedFiles() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        try #require(mkdir(directory + "/share", 0o755) == 0)
        writeFile(directory + "/share/swift-heartbeat", "", mode: 0o644)
        #expect(ShippedFiles.directory(above: directory + "/bin/heartbeat") == ShippedFiles.usual)
        #expect(unlink(directory + "/share/swift-heartbeat") == 0)
        try #require(mkdir(directory + "/share/swift-heartbeat", 0o755) == 0)
        #expect(ShippedFiles.directory(above: directory + "/bin/heartbeat") == directory + "/share/swift-heartbeat")
    }

    @Test func aLinkToTheShippedScriptIsNobodysOwn() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let scripts = ResourceScripts(paths: try makeTree(in: directory))
        let place = directory + "/ha.d/resource.d/shipped"
        try #require(symlink(directory + "/shipped/shipped", place) == 0)
        #expect(scripts.locate("shipped") == .success(place))
        #expect(scripts.ownScript("shipped") == nil)
        #expect(scripts.ownScript("everywhere") == directory + "/ha.d/resource.d/everywhere")
        #expect(unlink(place) == 0 && symlink(directory + "/init.d/shipped", place) == 0)
        #expect(scripts.ownScript("shipped") == place)
    }

    @Test(arguments: ["", ".", "..", "../evil", "/bin/sh", "a/b"])
    func aNameWithAPathIsRefused(name: String) {
        #expect(ResourceScripts().locate(name) == .failure(.badName(name)))
    }

    @Test(arguments: [([], ResourceVerb.stop, ["stop"]), (["a1", "a 2"], .start, ["a1", "a 2", "start"])])
    func theVerbStandsBehindTheArguments(arguments: [String], verb: ResourceVerb, expected: [String]) {
        let resource = Resource(word: "Stub1", scriptName: "Stub1", arguments: arguments)
        #expect(ResourceScripts.arguments(for: resource, verb: verb) == expected)
    }

    func makeTree(in directory: String) throws -> ScriptPaths {
        var paths = ScriptPaths()
        paths.configuration = directory + "/ha.d"
        paths.initScripts = directory + "/init.d"
        paths.shippedScripts = directory + "/shipped"
        for path in ["/ha.d", "/ha.d/resource.d", "/init.d", "/shipped", "/ha.d/resource.d/directory"] {
            try #require(mkdir(directory + path, 0o755) == 0)
        }
        for path in ["/ha.d/resource.d/everywhere", "/init.d/everywhere", "/shipped/everywhere", "/init.d/init"] {
            writeFile(directory + path, "#!/bin/sh\n", mode: 0o755)
        }
        for path in ["/shipped/shipped", "/init.d/shipped"] { writeFile(directory + path, "#!/bin/sh\n", mode: 0o755) }
        writeFile(directory + "/init.d/directory", "#!/bin/sh\n", mode: 0o755)
        writeFile(directory + "/ha.d/resource.d/locked", "#!/bin/sh\n", mode: 0o644)
        return paths
    }
}

@Suite struct ProcessEnvironmentTests {
    private func environment(
        _ context: ActionContext = ActionContext(peerIsAbsent: false),
        _ change: (inout Configuration) -> Void = { _ in }
    ) -> [String: String] {
        var configuration = Configuration(nodes: [NodeName("nodea"), NodeName("nodeb")])
        configuration.autoFailback = .on
        change(&configuration)
        let list = scriptEnvironment(configuration, host: NodeName("nodea"), paths: ScriptPaths(), context: context)
        #expect(Set(list.map(\.0)).count == list.count, "each name once")
        return Dictionary(uniqueKeysWithValues: list)
    }

    @Test func placesAndFixedValuesAreTheOriginals() {
        let found = environment()
        let expected = [
            "HA_DIR": "/etc/ha.d", "HA_RCDIR": "/etc/ha.d/rc.d", "HA_RESOURCEDIR": "/etc/ha.d/resource.d",
            "HA_FUNCS": "/etc/ha.d/shellfuncs", "HA_FIFO": "/var/lib/heartbeat/fifo",
            "HA_BIN": "/usr/libexec/heartbeat", "HA_DOCDIR": "/usr/share/doc/heartbeat",
            "HA_DATEFMT": "%Y/%m/%d_%T\t", "HA_CURHOST": "nodea", "HA_LOGD": "no", "HA_debug": "0",
            "HA_NICEFAILBACK": "yes", "OCF_ROOT": "/usr/lib/ocf",
            "OCF_AGENTS": "/usr/lib/ocf/resource.d/heartbeat/", "LC_ALL": "C", "HOME": "/root",
            "PATH": "/usr/libexec/heartbeat:/usr/sbin:/usr/share/heartbeat:"
                + "/usr/local/sbin:/usr/local/bin:/usr/bin:/sbin:/bin",
        ]
        #expect(found == expected)
    }

    @Test func belowAnotherPrefixTheOriginalsHelpersStayWhereTheyAre() {
        var paths = ScriptPaths()
        paths.programs = "/opt/hb/libexec/heartbeat"
        paths.commands = "/opt/hb/bin"
        paths.share = "/opt/hb/share/heartbeat"
        paths.functions = "/opt/hb/share/swift-heartbeat/shellfuncs"
        let configuration = Configuration(nodes: [NodeName("nodea"), NodeName("nodeb")])
        let list = scriptEnvironment(
            configuration, host: NodeName("nodea"), paths: paths, context: ActionContext(peerIsAbsent: false))
        let found = Dictionary(uniqueKeysWithValues: list)
        // findif and send_arp of resource-agents.
        #expect(found["HA_BIN"] == "/usr/libexec/heartbeat")
        #expect(found["HA_FUNCS"] == "/opt/hb/share/swift-heartbeat/shellfuncs")
        #expect(
            found["PATH"] == "/opt/hb/libexec/heartbeat:/usr/sbin:/opt/hb/share/heartbeat:/opt/hb/bin:"
                + "/usr/local/sbin:/usr/local/bin:/usr/bin:/sbin:/bin")
        let client = clientEnvironment(configuration, host: NodeName("nodea"), paths: paths)
        #expect(client.contains { $0 == ("HA_FUNCS", "/opt/hb/share/swift-heartbeat/shellfuncs") })
    }

    @Test func directivesAreExportedButCannotReplaceWhatIsFixed() {
        let found = environment {
            $0.parameters = [
                .init(name: "keepalive", value: "500ms"), .init(name: "TESTVAR", value: "a b"),
                .init(name: "CURHOST", value: "evil"), .init(name: "x=y", value: ""),
                .init(name: "deadtime", value: "3"), .init(name: "deadtime", value: "4"),
            ]
        }
        #expect(found["HA_keepalive"] == "500ms" && found["HA_TESTVAR"] == "a b" && found["HA_deadtime"] == "4")
        #expect(found["HA_CURHOST"] == "nodea")
        #expect(!found.keys.contains { $0.contains("=") })
    }

    @Test(arguments: [
        (AutoFailback.on, false, true), (.off, false, true), (.legacy, false, false), (.on, true, false),
        (.off, true, false),
    ])
    func niceFailbackIsSaid(failback: AutoFailback, isRelease: Bool, isSaid: Bool) {
        let context = ActionContext(peerIsAbsent: false, isRelease: isRelease)
        #expect((environment(context) { $0.autoFailback = failback }["HA_NICEFAILBACK"] == "yes") == isSaid)
    }

    @Test func anAbsentPeerAndTheOwnStatusAreSaid() {
        let found = environment(ActionContext(peerIsAbsent: true, ownStatus: .active))
        #expect(found["HA_DONTASK"] == "yes" && found["HA_OSTATUS"] == "active")
        #expect(environment()["HA_DONTASK"] == nil)
    }

    @Test(
        arguments: [
            (nil, nil, nil, nil, nil), ("/l", "/d", nil, "/l", "/d"), ("/l", nil, nil, "/l", nil),
            (nil, nil, "local0", "/dev/null", "/dev/null"), ("/l", nil, "local0", "/l", "/dev/null"),
        ] as [(String?, String?, String?, String?, String?)])
    func logFilesAreSaid(log: String?, debug: String?, facility: String?, logValue: String?, debugValue: String?) {
        let found = environment {
            $0.logging.logFile = log
            $0.logging.debugFile = debug
            $0.logging.facility = facility
        }
        #expect(found["HA_LOGFILE"] == logValue && found["HA_DEBUGLOG"] == debugValue)
        #expect(found["HA_LOGFACILITY"] == facility)
    }
}

@Suite struct ProcessStatusTextTests {
    @Test(arguments: [
        ("running", true), ("Running", true), ("Is Running ok", true), ("status: OK", true), ("OK", true),
        ("stopped OK", true), ("RUNNING", false), ("ok", false), ("Not Running", false), ("not running OK", false),
        ("stopped", false), ("", false), ("INFO:  Running OK\n", true), ("INFO:  Resource is stopped\n", false),
        ("not  running", false), ("NOT running", false), ("nOt Running", false), ("not\nrunning", false),
        ("not yet stopped, still running", true), ("notrunning", true), ("cannot\trunning", false), ("O K", false),
        ("runnin", false), ("unning", false), ("not runnin, OK", true), ("\u{FFFD}OK", true),
    ])
    func statusTextDecides(text: String, isRunning: Bool) {
        #expect(statusTextMeansRunning(text) == isRunning)
    }
}
