// hb_site: one description of a site, all files of its nodes. Only argument parsing and printing.

import ArgumentParser
import Glibc
import HeartbeatConfig
import HeartbeatModel
import HeartbeatSite
import HeartbeatSystem

@main
struct HBSite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_site",
        abstract: "Makes the files of gateways from one description of their site.",
        discussion: """
            The site file describes pairs of gateways, the networks behind them and the tunnels between them. docs/site-file.md \
            has its words.
            Exit code 0: done, or nothing differs; 1: files differ, or were changed by hand; 2: the site file has mistakes; \
            6: something cannot be read or written.
            """, version: Version.text, subcommands: [Check.self, Write.self, Diff.self])

    struct Check: SiteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what differs from the site file, and where nodes disagree.")
        @OptionGroup var options: SiteOptions

        func run(_ site: Site, _ nodes: [SiteOptions.Node]) throws -> Bool {
            var tree: SiteTree = [:]
            var isGood = true
            for node in nodes {
                for file in node.files {
                    guard let text = try node.disk.text(file.path) else {
                        isGood = false
                        print("\(node.name):\(file.path): is missing")
                        continue
                    }
                    tree[node.name, default: [:]][file.path] = text
                    for line in SiteDifference.lines(of: text, unlike: file.text) {
                        isGood = false
                        print("\(node.name):\(file.path):\(line)")
                    }
                }
            }
            let disagreements = SiteAgreement.disagreements(of: tree, site)
            for disagreement in disagreements { print(disagreement) }
            return isGood && disagreements.isEmpty
        }
    }

    struct Write: SiteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the files. Those that were changed by hand are named, and nothing is written.")
        @OptionGroup var options: SiteOptions
        @Flag(help: "Write over what was changed by hand, too.")
        var force = false

        func run(_ site: Site, _ nodes: [SiteOptions.Node]) throws -> Bool {
            // What heartbeat would refuse is not written, of no node.
            let mistakes = nodes.flatMap { node in
                SiteFiles.mistakes(in: node.files, of: node.name).map { "\(node.name):\($0)" }
            }
            guard mistakes.isEmpty else {
                for mistake in mistakes { print(mistake) }
                return false
            }
            let touched =
                try force
                ? []
                : nodes.flatMap { node in
                    try node.disk.touched(node.files).map { "\(node.name):\($0)" }
                }
            guard touched.isEmpty else {
                for path in touched { print("\(path): was not made by hb_site as it is; see hb_site diff, or --force") }
                return false
            }
            let written = try SiteDisk.write(nodes.map { ($0.disk, $0.files) })
            for (node, paths) in zip(nodes, written) {
                for path in paths { print("\(node.name):\(path): written") }
            }
            return true
        }
    }

    struct Diff: SiteCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what `write` would change.")
        @OptionGroup var options: SiteOptions

        func run(_ site: Site, _ nodes: [SiteOptions.Node]) throws -> Bool {
            var isSame = true
            for node in nodes {
                for file in node.files {
                    let text = try node.disk.text(file.path) ?? ""
                    let changes = SiteDifference.changes(from: text, to: file.text)
                    guard !changes.isEmpty else { continue }
                    isSame = false
                    print("--- \(node.name):\(file.path)")
                    for change in changes { print(change) }
                }
            }
            return isSame
        }
    }
}

/// What the commands have in common.
protocol SiteCommand: ParsableCommand {
    var options: SiteOptions { get }
    /// Returns whether all is well.
    func run(_ site: Site, _ nodes: [SiteOptions.Node]) throws -> Bool
}

extension SiteCommand {
    func run() throws {
        do {
            let site = try options.site()
            guard try run(site, options.nodes(of: site)) else { Glibc.exit(1) }
        } catch {
            complain("hb_site: \(error)")
            Glibc.exit(error is WrongNode ? 2 : 6)
        }
    }
}

/// A node that the site file does not have.
private struct WrongNode: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Why there is no secret.
private struct NoSecret: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A line for standard error.
private func complain(_ text: String) {
    Descriptors.writeWithoutWaiting(text + "\n", to: STDERR_FILENO)
}

struct SiteOptions: ParsableArguments {
    @Argument(help: "The site file.")
    var file = "/etc/ha.d/site.cf"

    @Option(help: "Only this node. Default: this machine, with --tree all.")
    var node: String?

    @Option(help: "A directory that has a directory for each node; not this machine.")
    var tree: String?

    @Option(help: "What stands for / of this machine.")
    var root = ""

    /// One node, where its files are or go, and what they should be.
    struct Node {
        var name: String
        var disk: SiteDisk
        var files: [SiteFile]
    }

    func site() throws(SystemError) -> Site {
        let bytes = try WholeFile.read(file, atMost: 1 << 20)
        let result = readSite(SourceFile(path: file, bytes: bytes))
        for diagnostic in result.diagnostics { complain("\(diagnostic)") }
        guard let site = result.site else { Glibc.exit(2) }
        return site
    }

    func nodes(of site: Site) throws -> [Node] {
        let maker = SiteFiles(site, secret: try secret(site))
        return try names(site).map { name in
            Node(name: name, disk: SiteDisk(root: tree.map { "\($0)/\(name)" } ?? root), files: maker.files(of: name))
        }
    }

    private func names(_ site: Site) throws -> [String] {
        if let node {
            guard site.nodes.contains(node) else { throw WrongNode("\(node) is no node of \(site.name)") }
            return [node]
        }
        if tree != nil { return site.nodes }
        let own = Machine.name
        guard site.nodes.contains(own) else {
            throw WrongNode("this machine, \(own), is no node of \(site.name); write --node or --tree")
        }
        return [own]
    }

    /// Beside the site file, unless its path begins with a slash.
    private func secret(_ site: Site) throws -> SiteSecret {
        let directory = file.contains("/") ? Directories.directory(of: file) : ""
        let path = site.secretFile.hasPrefix("/") ? site.secretFile : directory + site.secretFile
        switch SecretFile.read(path) {
        case .success(let bytes):
            guard bytes.count >= 16 else {
                throw NoSecret("\(path) has \(bytes.count) bytes; make it with: head -c 32 /dev/urandom | base64")
            }
            return SiteSecret(bytes)
        case .failure(let problem): throw NoSecret("\(problem)")
        }
    }
}
