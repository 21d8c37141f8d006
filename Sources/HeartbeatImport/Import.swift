// The configuration of another program, carried over: text in, the three files of a pair and what became of every word out.

import HeartbeatModel

/// Whose configuration is read.
package enum ImportSource: String, Hashable, Sendable, CaseIterable {
    case keepalived
    case ucarp
    case vrrpd
}

/// A node as the caller names it: what `uname -n` prints there, and an address that the other one reaches it by.
package struct ImportNode: Hashable, Sendable {
    var name: NodeName
    var address: IPAddress?

    /// `NAME` or `NAME=ADDRESS`; `nil` when it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, ImportedWord.isNodeName(name) else { return nil }
        self.name = NodeName(name)
        guard parts.count == 2 else { return }
        guard let address = IPAddress(parts[1]), address.isUnicast else { return nil }
        self.address = address
    }

    init(name: String) { self.name = NodeName(name) }
}

/// What came of it.
package struct Import: Hashable, Sendable {
    /// A file of the pair.
    package struct File: Hashable, Sendable {
        /// `ha.cf`, `haresources`, `authkeys`; `ha.cf.NODE` where the nodes' files differ.
        package var name: String
        package var mode: UInt32
        package var text: String
    }

    var source: ImportSource
    var nodes: [NodeName]
    package var files: [File]
    /// In the order of the files and their lines.
    var findings: [ImportFinding]
    /// What is left to do, in this order.
    var next: [String]

    /// Files that `include` may name, all together: with more nothing is made.
    package static let mostIncluded = 255

    /// Nothing was changed or lost.
    package var isWhole: Bool { findings.allSatisfy { $0.outcome == .kept } }

    /// - Parameters:
    ///   - files: one of each node, or one alone.
    ///   - nodes: both, in the order of the files; or the other one alone, where the file names its own.
    ///   - secret: a new random one, without blanks.
    ///   - included: gives the files that an `include` names; `nil`: they are not followed.
    package static func make(
        from source: ImportSource, _ files: [SourceFile], nodes: [ImportNode], secret: String,
        included: IncludedFiles? = nil
    ) throws(ImportMistake) -> Import {
        guard (1...2).contains(files.count) else {
            throw ImportMistake(
                .question, "a pair has two nodes, and \(files.count) files are named",
                "name one file of each of two nodes")
        }
        var hosts: [ImportedHost] = []
        for file in files {
            switch source {
            case .keepalived: hosts.append(try KeepalivedReader.read(file, included))
            case .ucarp: hosts.append(try UcarpReader.read(file))
            case .vrrpd: hosts.append(try VrrpdReader.read(file))
            }
        }
        var writer = PairWriter(source, hosts, nodes: try ImportNames.nodes(of: hosts, named: nodes), secret: secret)
        return try writer.run()
    }
}

/// Who the two nodes are.
enum ImportNames {
    static func nodes(of hosts: [ImportedHost], named: [ImportNode]) throws(ImportMistake) -> [ImportNode] {
        let nodes: [ImportNode]
        switch (hosts.count, named.count) {
        case (_, 2): nodes = named
        case (1, 1): nodes = [try own(hosts[0]), named[0]]
        case (2, 0): nodes = [try own(hosts[0]), try own(hosts[1])]
        case (1, 0):
            throw ImportMistake(
                .question, file: hosts[0].file, "one file tells of one node, and a pair has two",
                "name the file of the other node, too, or write --node OTHER[=ADDRESS]")
        default:
            throw ImportMistake(
                .question, "\(named.count) nodes are named for \(hosts.count) file(s)",
                "write --node for both nodes, in the order of the files")
        }
        guard nodes[0].name != nodes[1].name else {
            throw ImportMistake(
                .question, "both nodes are called \(nodes[0].name)",
                "write --node NAME --node NAME, as uname -n prints them")
        }
        return nodes
    }

    private static func own(_ host: ImportedHost) throws(ImportMistake) -> ImportNode {
        if let name = host.name { return ImportNode(name: name) }
        throw ImportMistake(
            .question, file: host.file, "the file does not say what its node is called",
            "write --node for both nodes, as uname -n prints them")
    }
}
