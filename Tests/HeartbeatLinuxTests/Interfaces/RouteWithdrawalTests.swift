// The settings that withdraw routes, in a directory instead of the kernel. What the kernel makes of them a life test shows.

import Foundation
import Testing

@testable import HeartbeatInterfaces

@Suite struct RouteWithdrawalTests {
    private let root = TemporaryDirectory()

    private func file(_ interface: String, _ family: String = "ipv4") -> String {
        "\(root.path)/\(family)/conf/\(interface)/ignore_routes_with_linkdown"
    }

    private func make(_ interface: String, _ values: String...) throws {
        for (family, value) in zip(["ipv4", "ipv6"], values) {
            let path = file(interface, family)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try (value + "\n").write(toFile: path, atomically: false, encoding: .utf8)
        }
    }

    private func values(_ interface: String) -> [String] {
        ["ipv4", "ipv6"].map { family in
            String((try? String(contentsOfFile: file(interface, family), encoding: .utf8))?.first ?? "-")
        }
    }

    @Test("It is switched on, and off again when it is not asked for any more")
    func adopted() throws {
        try make("eth0", "0", "0")
        try make("eth1", "0", "0")
        let routes = RouteWithdrawal(root: root.path)
        routes.adopt(["eth0", "eth1", "gone"])
        #expect(values("eth0") == ["1", "1"] && values("eth1") == ["1", "1"])
        routes.adopt(["eth1"])
        #expect(values("eth0") == ["0", "0"] && values("eth1") == ["1", "1"])
        routes.close()
        #expect(values("eth1") == ["0", "0"])
    }

    @Test("What somebody else has switched on stays on")
    func foreign() throws {
        try make("eth0", "1", "0")
        let routes = RouteWithdrawal(root: root.path)
        routes.adopt(["eth0"])
        #expect(values("eth0") == ["1", "1"])
        routes.close()
        #expect(values("eth0") == ["1", "0"])
    }

    @Test("An interface that is made anew gets it again")
    func madeAnew() throws {
        try make("ppp0", "0", "0")
        let routes = RouteWithdrawal(root: root.path)
        routes.adopt(["ppp0"])
        try make("ppp0", "0", "0")
        routes.adopt(["ppp0"])
        #expect(values("ppp0") == ["1", "1"])
    }

    @Test("A file that says neither yes nor no is left alone")
    func strange() throws {
        try make("eth0", "2", "0")
        let routes = RouteWithdrawal(root: root.path)
        routes.adopt(["eth0"])
        routes.close()
        #expect(values("eth0") == ["2", "0"])
    }

    /// A file of the kernel that reads as 0 and that nobody can write.
    private static let immutable = "/sys/kernel/kexec_loaded"

    @Test(
        "What cannot be set is told once, with the file and a remedy",
        .enabled(if: (try? String(contentsOfFile: immutable, encoding: .utf8)) == "0\n"))
    func refused() throws {
        try make("eth0", "0", "0")
        let path = file("eth0")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: Self.immutable)
        var problems: [String] = []
        let routes = RouteWithdrawal(root: root.path)
        routes.onProblem = { problems.append($0) }
        for _ in 0..<2 { routes.adopt(["eth0"]) }
        #expect(
            problems.count == 1 && problems[0].contains(path) && problems[0].contains("write 1 there"), "\(problems)")
        #expect(values("eth0")[1] == "1")
    }
}
