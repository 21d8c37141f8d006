// Files that a removed package has left are known by what is in them, and only as long as nobody has touched them.

import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatScripts

@Suite struct PackageLeftoversTests {
    /// SHA-256 and MD5 of `abc`, as their standards give them.
    private static let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private static let md5 = "900150983cd24fb0d6963f7d28e17f72"
    private static let digests: [String: Set<String>] = [
        "resource.d/IPaddr": [sha256], "harc": ["00", sha256], "shellfuncs": [sha256], "rc.d/status": ["00"],
    ]

    /// A configuration and what is shipped, both empty.
    private struct Tree {
        let directory: String
        var paths = ScriptPaths()
        let leftovers: PackageLeftovers

        init() throws {
            directory = try temporaryDirectory()
            paths.configuration = directory + "/ha.d"
            paths.shippedScripts = directory + "/share/resource.d"
            paths.initScripts = directory + "/init.d"
            for path in ["/ha.d", "/ha.d/resource.d", "/ha.d/rc.d", "/share", "/share/resource.d"] {
                try #require(mkdir(directory + path, 0o755) == 0)
            }
            leftovers = PackageLeftovers(digests: PackageLeftoversTests.digests, dpkgStatus: directory + "/status")
        }

        func put(_ name: String, _ text: String, mode: mode_t = 0o755) {
            unlink("\(directory)/\(name)")
            writeFile("\(directory)/\(name)", text, mode: mode)
        }
    }

    @Test func `a script as the package has left it is passed over for the shipped one`() throws {
        let tree = try Tree()
        defer { removeTree(tree.directory) }
        let scripts = ResourceScripts(paths: tree.paths, leftovers: tree.leftovers)
        let (own, shipped) = (tree.directory + "/ha.d/resource.d/IPaddr", tree.directory + "/share/resource.d/IPaddr")
        tree.put("ha.d/resource.d/IPaddr", "abc")
        #expect(scripts.locate("IPaddr") == .success(own), "where nothing is shipped it is better than nothing")
        #expect(scripts.ownScript("IPaddr") == nil)
        tree.put("share/resource.d/IPaddr", "shipped")
        #expect(scripts.locate("IPaddr") == .success(shipped))
        tree.put("ha.d/resource.d/IPaddr", "abd")
        #expect(scripts.locate("IPaddr") == .success(own))
        #expect(scripts.ownScript("IPaddr") == own)
        // The same text under another name is somebody's own work.
        tree.put("ha.d/resource.d/Other", "abc")
        tree.put("share/resource.d/Other", "shipped")
        #expect(scripts.locate("Other") == .success(tree.directory + "/ha.d/resource.d/Other"))
    }

    @Test func `a file that is changed in place is judged again`() throws {
        let tree = try Tree()
        defer { removeTree(tree.directory) }
        let path = tree.directory + "/ha.d/harc"
        tree.put("ha.d/harc", "abc")
        #expect(tree.leftovers.contains(path, named: "harc"))
        #expect(tree.leftovers.names(in: tree.paths.configuration) == ["harc"])
        let file = try #require(fopen(path, "r+"))
        fputs("abd", file)
        fclose(file)
        #expect(!tree.leftovers.contains(path, named: "harc"))
        #expect(tree.leftovers.names(in: tree.paths.configuration) == [])
    }

    @Test func `a link, a directory and what is not there are nobody's leftovers`() throws {
        let tree = try Tree()
        defer { removeTree(tree.directory) }
        tree.put("elsewhere", "abc")
        let path = tree.directory + "/ha.d/harc"
        #expect(!tree.leftovers.contains(path, named: "harc"))
        try #require(symlink(tree.directory + "/elsewhere", path) == 0)
        #expect(!tree.leftovers.contains(path, named: "harc"))
        try #require(unlink(path) == 0 && mkdir(path, 0o755) == 0)
        #expect(!tree.leftovers.contains(path, named: "harc"))
    }

    @Test func `dpkg knows files of releases that are not in the table`() throws {
        let tree = try Tree()
        defer { removeTree(tree.directory) }
        let path = tree.directory + "/ha.d/rc.d/status"
        tree.put("ha.d/rc.d/status", "abc")
        #expect(!tree.leftovers.contains(path, named: "rc.d/status"), "there is no dpkg")
        let record = """
            Package: heartbeat
            Status: deinstall ok config-files
            Conffiles:
             \(path) \(Self.md5)
             \(tree.directory)/ha.d/harc 00000000000000000000000000000000 obsolete

            """
        tree.put("status", record)
        let asked = PackageLeftovers(digests: Self.digests, dpkgStatus: tree.directory + "/status")
        #expect(asked.contains(path, named: "rc.d/status"))
        tree.put("ha.d/rc.d/status", "abd")
        tree.put("ha.d/harc", "abd")
        #expect(asked.names(in: tree.paths.configuration) == [])
    }

    @Test func `shell functions that were left without what they read are not used`() throws {
        let tree = try Tree()
        defer { removeTree(tree.directory) }
        let (shipped, library) = (tree.directory + "/share", tree.directory + "/ocf-shellfuncs")
        let functions = { tree.leftovers.functions(in: tree.paths.configuration, shipped: shipped, library: library) }
        tree.put("share/shellfuncs", "shipped")
        #expect(functions() == nil, "there are none")
        tree.put("ha.d/shellfuncs", "abc")
        #expect(functions() == shipped + "/shellfuncs")
        tree.put("ocf-shellfuncs", "# installed")
        #expect(functions() == nil, "resource-agents are there, and so these do all that scripts expect")
        try #require(unlink(library) == 0)
        tree.put("ha.d/shellfuncs", "abd")
        #expect(functions() == nil, "the owner's own")
    }

    @Test func `the table has every script of the packages, and digests that are digests`() {
        let table = PackageLeftovers.digests
        let expected = [
            "harc", "shellfuncs", "rc.d/status", "rc.d/hb_takeover", "resource.d/IPaddr", "resource.d/IPv6addr",
        ]
        #expect(Set(expected).isSubset(of: table.keys))
        for digest in table.values.joined() {
            #expect(digest.utf8.count == 64 && digest.allSatisfy { $0.isHexDigit && !$0.isUppercase }, "\(digest)")
        }
    }
}
