// haresources: how lines join, how words become resources, what must not be there twice.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("haresources")
struct HaresourcesTests {
    private func words(_ text: String) -> [[String]]? {
        readHaresources(text).configuration?.groups.map { [$0.preferredNode.text] + $0.resources.map(\.word) }
    }

    @Test("The line from the field, as it was printed")
    func fieldLine() throws {
        var files = Files()
        files.haCf = "bcast eth0\nnode cluster1 cluster2\n"
        files.localNode = "cluster1"
        files.haresources = "cluster1 116.1.1.1/28 192.168.0.1/24 \\\n         ipsec gre zebra bgpd\n"
        let groups = try #require(files.read().configuration?.groups)
        #expect(groups.count == 1)
        #expect(groups[0].key == "116.1.1.1/28")
        #expect(groups[0].preferredNode == NodeName("cluster1"))
        #expect(groups[0].line == 1)
        #expect(
            groups[0].resources == [
                Resource(
                    word: "116.1.1.1/28", scriptName: "IPaddr", arguments: ["116.1.1.1/28"],
                    address: ServiceAddress(IPAddress("116.1.1.1")!, text: "116.1.1.1", prefixLength: 28)),
                Resource(
                    word: "192.168.0.1/24", scriptName: "IPaddr", arguments: ["192.168.0.1/24"],
                    address: ServiceAddress(IPAddress("192.168.0.1")!, text: "192.168.0.1", prefixLength: 24)),
                Resource(word: "ipsec", scriptName: "ipsec", arguments: []),
                Resource(word: "gre", scriptName: "gre", arguments: []),
                Resource(word: "zebra", scriptName: "zebra", arguments: []),
                Resource(word: "bgpd", scriptName: "bgpd", arguments: []),
            ])
    }

    @Test("The grammar as recorded from the original")
    func recordedGrammar() {
        let text = """
            # comment line
               NODEA   10.77.0.100   Stub1::a::b::c   Stub2\tStub3::x   # trailing comment
            nodea 10.77.0.102/24/eth0/10.77.0.255 \\
               Stub4::one \\
               Stub4::two
            nodeb 10.77.0.101/24

            nodeb IPaddr::10.77.0.103/24/eth0 Stub3::b1
            nodea Stub1
            """
        #expect(
            words(text) == [
                ["nodea", "10.77.0.100", "Stub1::a::b::c", "Stub2", "Stub3::x"],
                ["nodea", "10.77.0.102/24/eth0/10.77.0.255", "Stub4::one", "Stub4::two"],
                ["nodeb", "10.77.0.101/24"], ["nodeb", "IPaddr::10.77.0.103/24/eth0", "Stub3::b1"], ["nodea", "Stub1"],
            ])
        #expect(readHaresources(text).configuration?.groups.map(\.line) == [2, 3, 6, 8, 9])
    }

    @Test(
        "A word is a script with arguments; empty arguments collapse",
        arguments: [
            ("Stub", "Stub", []), ("Stub::a", "Stub", ["a"]), ("Stub::a:b::c", "Stub", ["a:b", "c"]),
            ("Stub::::a::", "Stub", ["a"]),
            (
                "Filesystem::/dev/sda1::/srv::ext4::ro,nodev", "Filesystem",
                ["/dev/sda1", "/srv", "ext4", "ro,nodev"]
            ),
            ("IPaddr2::10.0.0.1/24/eth0:1", "IPaddr2", ["10.0.0.1/24/eth0:1"]), ("db2::db2", "db2", ["db2"]),
            ("10.0.0.1//", "IPaddr", ["10.0.0.1//"]),
            ("IPv6addr::2001:db8:0:0:0:0:0:1/64", "IPv6addr", ["2001:db8:0:0:0:0:0:1/64"]),
            ("postgresql@14-main", "postgresql@14-main", []),
        ] as [(String, String, [String])])
    func word(word: String, script: String, arguments: [String]) {
        let resource = readHaresources("nodea \(word)").configuration?.groups.first?.resources.first
        #expect(resource?.scriptName ?? "" == script)
        #expect(resource?.arguments ?? [] == arguments)
    }

    // MARK: Continued lines

    @Test(
        "Only a backslash that is the last character continues a line; others are warned of",
        arguments: ["nodea Stub1 \\ ", "nodea Stub1 \\ # more", "nodea Stub1\\\t"])
    func trappedBackslash(line: String) {
        let result = readHaresources(line + "\nnodeb Stub2\n")
        #expect(result.configuration?.groups.map(\.key) == ["Stub1", "Stub2"])
        #expect(result.warnings.count == 1)
        #expect(result.warnings.first?.contains("the backslash is not the last character") == true)
    }

    @Test("The error a trapped backslash causes comes after the warning that explains it")
    func trappedBackslashExplains() {
        let result = readHaresources("nodea Stub1 \\ \n  Stub2\n")
        #expect(result.diagnostics.map(\.line) == [1, 2])
        #expect(result.errors.count == 1)
    }

    @Test(
        "Continued lines join",
        arguments: [
            "nodea Stub1 \\\n Stub2", "nodea Stub1 \\\nStub2", "nodea Stub1\\\n Stub2", "nodea St\\\nub1 Stub2",
            "no\\\nde\\\na Stub1 Stub2", "\\\nnodea Stub1 \\\n\\\n Stub2",
            "nodea \\#x\n Stub1 Stub2",
            "nodea Stub1 \\\r\n Stub2\r\n",
        ])
    func joined(text: String) {
        #expect(words(text) == [["nodea", "Stub1", "Stub2"]])
    }

    @Test(
        "A continuation into nothing is warned of", arguments: ["nodea Stub1 \\\n", "nodea Stub1 \\\n# x\nnodeb Stub2"])
    func continuedIntoNothing(text: String) {
        let result = readHaresources(text)
        #expect(result.configuration?.groups.first?.resources.count == 1)
        #expect(result.warnings.count == 1)
    }

    // MARK: Mistakes

    @Test(
        "What cannot be meant is refused in its line",
        arguments: [
            ("nodec Stub", 1, "no node of ha.cf (nodea, nodeb)"), ("noeda Stub", 1, "did you mean \"nodea\"?"),
            ("nodea Stub\n\nnodeb Stub", 3, "like the one in line 1"), ("nodea =", 1, "cannot be the name"),
            ("nodea = Stub", 1, "cannot be the name"), ("nodea Stub,Stub2", 1, "separated by blanks"),
            ("nodea Stub;", 1, "cannot be the name"), ("nodea /etc/init.d/x", 1, "contains a path"),
            ("nodea 10.0.0", 1, "is not a complete IPv4 address"), ("nodea 10.0.0.256", 1, "no valid IPv4 address"),
            ("nodea 10.0.0.1.2", 1, "no valid IPv4 address"), ("nodea 224.0.0.1", 1, "no valid IPv4 address"),
            ("nodea 10.0.0.1/33", 1, "a number of bits from 1 to 32"), ("nodea 10.0.0.1//eth0", 1, "a number of bits"),
            ("nodea 10.0.0.1/255.0.255.0", 1, "a number of bits"), ("nodea 10.0.0.1/24/:1", 1, "names an interface"),
            ("nodea 10.0.0.1/24/10.0.0.999", 1, "no valid broadcast address"),
            ("nodea 10.0.0.1/24/eth0/eth1", 1, "no valid broadcast address"),
            ("nodea IPaddr", 1, "needs exactly one argument"), ("nodea IPaddr::10.0.0.1::24", 1, "needs exactly one"),
            ("nodea 2001:db8::1/64", 1, "write \"IPv6addr::2001:db8:0:0:0:0:0:1/64\""),
            ("nodea IPv6addr::2001:db8::1/64", 1, "\"IPv6addr::2001:db8:0:0:0:0:0:1/64\""),
            ("nodea IPv6addr::x", 1, "no valid IPv6 address"),
            ("nodea 10.0.0.1\nnodeb Stub IPaddr2::10.0.0.1/24", 2, "already in the group of line 1"),
            ("nodea Stub\u{1}", 1, "\"Stub\\u{01}\" cannot be the name"),
        ])
    func mistake(text: String, line: Int, message: String) {
        let result = readHaresources(text)
        let errors = result.diagnostics.filter { $0.severity == .error }
        #expect(errors.count == 1 && errors[0].line == line && errors[0].message.contains(message), "\(errors)")
    }

    @Test(
        "What may be meant is warned of",
        arguments: [
            ("nodea Stub Stub::a Stub", "is in the group twice"), ("nodea 10.0.0.1 IPaddr::10.0.0.1", "twice"),
            ("", "no resource group"), ("# nothing", "no resource group"), ("nodea Stub::\"a", "quotes"),
            ("nodea 10.0.0.1/24/eth0/10.0.0.255/x", "has parts that mean nothing (x)"),
            ("nodea 10.0.0.1/24/eth7:1", "\"eth7\" is not an interface of this node"),
            ("nodea Stub\nnodeb", "names no resource"),
            ("nodea Stub::a\\\nb", "joins two lines within the word \"Stub::ab\""),
        ])
    func suspicious(text: String, message: String) {
        let result = readHaresources(text)
        #expect(result.configuration != nil)
        #expect(result.warnings.count == 1 && result.warnings[0].contains(message), "\(result.diagnostics)")
    }

    @Test("A netmask is as good as a number of bits")
    func netmask() {
        let address = readHaresources("nodea 10.0.0.1/255.255.240.0/eth0").configuration?.groups[0].resources[0].address
        #expect(address?.prefixLength == 20)
    }

    @Test("Keys are compared exactly: a dot is a dot, and a later word is no key")
    func exactKeys() {
        #expect(words("nodea 10.0.0.1 Stub\nnodeb 10.0.0x1.1.1.1 Stub2") == nil)
        #expect(words("nodea a.b Stub\nnodeb aXb\nnodea Stub")?.count == 3)
    }

    @Test("Without nodes nothing is said about the nodes of groups")
    func noNodes() {
        var files = Files()
        files.haCf = "bcast eth0\n"
        #expect(files.read().errors.count == 1)
    }
}
