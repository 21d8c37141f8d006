// respawn, failfast and apiauth: what is read from them, and what the original would not have accepted either.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Clients in ha.cf") struct ClientDirectiveTests {
    @Test("A program is taken with its user and the command as it stands")
    func programs() throws {
        let result = readHaCf(
            """
            respawn hacluster   /bin/sleep  "1, 2" $HOME  # why
            failfast root /bin/true
            respawn hacluster\t/bin/true
            """)
        #expect(result.diagnostics.isEmpty)
        #expect(
            try #require(result.configuration).clientPrograms == [
                ClientProgram(user: "hacluster", command: "/bin/sleep  \"1, 2\" $HOME"),
                ClientProgram(user: "root", command: "/bin/true", isFailFast: true),
                ClientProgram(user: "hacluster", command: "/bin/true"),
            ])
    }

    @Test("Who may be which client, in names or numbers")
    func permissions() throws {
        let result = readHaCf("apiauth ipfail gid=haclient uid=hacluster,,0\napiauth a,b uid=root\napiauth c uid=")
        #expect(result.diagnostics.isEmpty)
        #expect(
            try #require(result.configuration).clientPermissions == [
                ClientPermission(client: "ipfail", users: ["hacluster", "0"], groups: ["haclient"]),
                ClientPermission(client: "a,b", users: ["root"]), ClientPermission(client: "c"),
            ])
    }

    @Test(
        "Mistakes are named",
        arguments: [
            ("apiauth x", "write \"apiauth <client> uid=<users> gid=<groups>\""),
            ("apiauth x root", "write \"apiauth <client>"), ("apiauth x uid=root foo", "write \"apiauth <client>"),
            ("apiauth x UID=root", "write \"apiauth <client>"), ("apiauth x uid =root", "write \"apiauth <client>"),
            ("apiauth x uid=root uid=hacluster", "has two lists of one kind"),
            ("apiauth x uid=root\napiauth x gid=haclient", "has a line already"),
            ("apiauth x uid=nosuchuser", "is not a user of this system"),
            ("apiauth x gid=nosuchgroup", "is not a group of this system"),
            ("respawn root", "write \"respawn <user> <full path of the command>\""),
            ("respawn nosuchuser /bin/true", "is not a user of this system"),
            ("failfast root bin/true", "bin/true"), ("failfast root /nonexist", "is not an executable file"),
            ("respawn root /etc/passwd", "is not an executable file"),
        ])
    func mistakes(text: String, message: String) {
        var files = Files()
        files.haCf = "bcast eth0\nnode nodea nodeb\n" + text
        files.host.userExists = { ["root", "hacluster"].contains($0) }
        files.host.groupExists = { $0 == "haclient" }
        files.host.isExecutable = { $0 == "/bin/true" }
        let errors = files.read().errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test("An ipfail that went with the original's package is the daemon's own work, whatever its path")
    func missingIPFail() throws {
        var files = Files()
        files.haCf += "respawn hacluster /usr/lib/heartbeat/ipfail\nrespawn hacluster /opt/ipfail -d\n"
        files.host.isExecutable = { $0 == "/opt/ipfail" }
        let result = files.read()
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        #expect(
            try #require(result.configuration).clientPrograms == [
                ClientProgram(user: "hacluster", command: "/usr/lib/heartbeat/ipfail", isBuiltIn: true),
                ClientProgram(user: "hacluster", command: "/opt/ipfail -d"),
            ])
        files.haCf += "respawn hacluster /usr/lib/heartbeat/xipfail\n"
        #expect(files.read().warnings.count == 1)
    }

    @Test("A program that is gone is warned of and the node starts; that it will go is said while it is there")
    func missingProgram() throws {
        var files = Files()
        files.haCf += "respawn hacluster /usr/libexec/heartbeat/dopd -v\n"
        let gone = files.read()
        let program = ClientProgram(user: "hacluster", command: "/usr/libexec/heartbeat/dopd -v")
        #expect(try #require(gone.configuration).clientPrograms == [program])
        #expect(gone.warnings.count == 1)
        #expect(
            gone.warnings.first?.contains("\"/usr/libexec/heartbeat/dopd\" is not there; everything else goes on")
                == true)
        files.host.isExecutable = { _ in true }
        #expect(files.read().diagnostics.isEmpty)
        files.host.belongsToHeartbeat3 = { $0 == "/usr/libexec/heartbeat/dopd" }
        let going = files.read()
        #expect(going.configuration != nil && going.warnings.count == 1)
        #expect(
            going.warnings.first?.contains("belongs to the package of heartbeat 3 and goes when that is removed")
                == true)
        files.haCf = files.haCf.replacing("dopd -v", with: "ipfail")
        files.host.belongsToHeartbeat3 = { _ in true }
        #expect(files.read().diagnostics.isEmpty, "the daemon takes its place")
    }

    @Test("Nodes and ping nodes keep the order of the file where it is not the usual one")
    func memberOrder() throws {
        var files = Files()
        files.haCf += "ping 10.0.0.1\n"
        #expect(try #require(files.read().configuration).memberOrder.isEmpty)
        files.haCf = "bcast eth0\nping 10.0.0.1\nnode nodea\nping_group grp 10.0.0.2\nnode nodeb"
        let mixed = try #require(files.read().configuration)
        #expect(mixed.memberOrder.map(\.text) == ["10.0.0.1", "nodea", "grp", "nodeb"])
        let printed = ConfigurationPrinter(mixed).haCf
        #expect(printed.contains("ping 10.0.0.1\nnode nodea\nping_group grp 10.0.0.2\nnode nodeb\n"))
    }
}
