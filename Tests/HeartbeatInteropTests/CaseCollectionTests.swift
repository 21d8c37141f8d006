// The cases of Tests/Interop without the original: that they are well-formed, that they touch every directive, and that our
// half of each expectation holds for a machine like the sandbox.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatInterop

enum CaseCollection {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Interop").path

    static func all() throws -> [ConfigurationCase] {
        try ConfigurationSuite.cases(in: directory + "/configuration", only: [])
    }

    static func directives() throws -> [String] {
        try String(contentsOfFile: directory + "/directives.txt", encoding: .utf8)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }
}

extension ConfigurationCase: CustomTestStringConvertible {
    public var testDescription: String { name }
}

extension HostFacts {
    /// A sandbox as its node sees it.
    static func sandbox(hasModem: Bool) -> HostFacts {
        var host = HostFacts()
        host.deviceKind = { path in
            if hasModem, ["/run/ttyA", "/run/ttyB"].contains(path) { return .characterDevice }
            if path == "/dev/null" { return .characterDevice }
            return ["/etc/passwd", "/dev"].contains(path) ? .other : .missing
        }
        host.hasInterface = { ["lo", "eth0", "eth1"].contains($0) }
        host.hasBroadcastAddress = { ["eth0", "eth1"].contains($0) ? true : $0 == "lo" ? false : nil }
        host.userExists = { ["root", "hacluster"].contains($0) }
        host.groupExists = { ["root", "haclient"].contains($0) }
        host.isExecutable = { ["/bin/true", "/bin/sleep", "/bin"].contains($0) }
        host.findScript = { CaseFiles.scripts.contains($0) ? .found : .missing(searched: []) }
        host.holder = { ["10.77.0.1", "10.78.0.1"].contains($0.text) ? .machine(interface: "eth0") : nil }
        host.isOwnAddress = { ["10.77.0.1", "10.78.0.1"].contains($0) }
        host.serviceForUDPPort = { $0 == 53 ? "domain" : nil }
        return host
    }
}

extension ConfigurationCase {
    /// Our reading of it.
    func read() throws -> ConfigurationResult {
        let files = try StandardFiles(directory: CaseCollection.directory + "/standard").files(of: self)
        func source(_ name: String) -> SourceFile {
            guard let file = files.first(where: { $0.name == name }), !file.isMissing, !file.isDirectory else {
                return SourceFile(path: name, contents: .unreadable(reason: "it is not there"))
            }
            return SourceFile(path: name, bytes: file.text)
        }
        let nodeInfo = self[file: "nodeinfo"]?.text.split(separator: UInt8(ascii: "\n")).first
        let hasModem = files.contains { String(decoding: $0.text, as: UTF8.self).contains("/run/tty") }
        return readConfiguration(
            ConfigurationInput(
                haCf: source("ha.cf"), haresources: source("haresources"), authkeys: source("authkeys"),
                authkeysMode: files.first { $0.name == "authkeys" }?.mode ?? 0o600,
                localNode: NodeName(nodeInfo.map { String(decoding: $0, as: UTF8.self) } ?? host),
                host: .sandbox(hasModem: hasModem)))
    }
}

@Suite struct CaseCollectionTests {
    @Test func `there are enough cases, and every directive is in one`() throws {
        let cases = try CaseCollection.all()
        #expect(cases.count > 500)
        let words = Set(
            cases.flatMap { given in
                given.files.filter { $0.name == "ha.cf" }.flatMap { file in
                    String(decoding: file.text, as: UTF8.self).split(separator: "\n").compactMap { line in
                        line.split(whereSeparator: \.isWhitespace).first.map(String.init)
                    }
                }
            })
        let directives = try CaseCollection.directives()
        #expect(directives.count > 60)
        for directive in directives { #expect(words.contains(directive), "no case has \(directive)") }
    }

    @Test("our verdict on a case is the expected one", arguments: try CaseCollection.all())
    func verdict(_ given: ConfigurationCase) throws {
        let result = try given.read()
        let error = result.diagnostics.first { $0.severity == .error }
        let place = error.map { error in error.line.map { "\(error.file):\($0)" } ?? error.file }
        let verdict: ConfigurationCase.Verdict = error == nil ? .starts : .refuses(place: place)
        #expect(verdict == given.own, "\(result.diagnostics)")
        if let warns = given.warns {
            let places = result.diagnostics.map { diagnostic in
                diagnostic.line.map { "\(diagnostic.file):\($0)" } ?? diagnostic.file
            }
            #expect(places.contains(warns), "\(result.diagnostics)")
        }
    }
}
