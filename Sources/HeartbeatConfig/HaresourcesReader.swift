// haresources: joining continued lines, and the rules between groups. How one word becomes a resource is decided in
// ResourceWord. A script that is missing is only warned of: it may be there when the group starts.

import HeartbeatModel

/// Reads haresources into `groups`.
struct HaresourcesReader {
    var log: DiagnosticLog
    private(set) var groups: [ResourceGroup] = []

    /// The nodes of ha.cf; empty when ha.cf names none, which is said there.
    private let nodes: [NodeName]
    private let host: HostFacts
    /// Words of the logical line being joined.
    private var words: [PlacedWord] = []
    /// The line before ended, but for its backslash, within its last word.
    private var wordIsOpen = false
    /// Line each group's key was first seen in.
    private var keyLines: [String: Int] = [:]
    /// First group of each address, by its bytes.
    private var addressOwners: [[UInt8]: (key: String, line: Int)] = [:]
    /// Scripts something has been said about, or nothing had to be.
    private var knownScripts: Set<String> = []

    private struct PlacedWord {
        let text: String
        let line: Int
    }

    init(file: SourceFile, nodes: [NodeName], host: HostFacts) {
        log = DiagnosticLog(file: file.path)
        self.nodes = nodes
        self.host = host
    }

    mutating func read(_ file: SourceFile) {
        let source = SourceLines(file, &log)
        if case .unreadable = file.contents { return }
        var isContinued = false
        for line in source.lines {
            isContinued = add(line, continuing: isContinued)
            if !isContinued { finishGroup() }
        }
        if isContinued {
            log.warning(source.last, "the last line ends with a backslash, but nothing follows")
            finishGroup()
        }
        guard groups.isEmpty, !log.hasErrors else { return }
        log.warning(source.last, "no resource group is given: the cluster will run nothing")
    }

    // MARK: Lines

    /// Adds one line's words; true if the next line belongs to the same group. Comments go before lines are joined, so
    /// that a backslash counts only if it is the last byte (observed behaviour).
    private mutating func add(_ line: SourceLine, continuing: Bool) -> Bool {
        var bytes = line.bytes.withoutComment
        let backslash = UInt8(ascii: "\\")
        let isContinued = bytes.last == backslash
        if isContinued {
            bytes = bytes.dropLast()
        } else if bytes.last(where: { !$0.isBlank }) == backslash {
            log.warning(
                line.number,
                "the backslash is not the last character of the line (a blank or comment follows), "
                    + "so the next line is not part of this group; remove what follows the backslash")
            bytes = bytes.prefix { $0 != backslash }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            log.error(line.number, "the line is not valid UTF-8; outside comments use plain text")
            return isContinued
        }
        var added = text.words(separatedBy: \.isBlank).map { PlacedWord(text: $0, line: line.number) }
        if continuing, added.isEmpty, !words.isEmpty {
            log.warning(line.number, "the line before is continued, but here is nothing; the group ends")
        }
        // Without a blank on either side of the break the halves are one word (observed behaviour).
        if wordIsOpen, text.utf8.first?.isBlank == false, let last = words.popLast() {
            let word = PlacedWord(text: last.text + added.removeFirst().text, line: last.line)
            log.warning(line.number, "the backslash joins two lines within the word \(quoted(word.text))")
            words.append(word)
        }
        words += added
        wordIsOpen = isContinued && text.utf8.last?.isBlank == false
        return isContinued
    }

    // MARK: Groups

    private mutating func finishGroup() {
        defer { words = [] }
        guard let first = words.first else { return }
        let node = NodeName(first.text)
        let isKnown = nodeIsKnown(node, first)
        guard words.count > 1 else {
            guard isKnown else { return }
            return log.warning(
                first.line, "the line names no resource; write \"<node> <resource> <resource>…\", or remove it")
        }
        let placed = words.dropFirst().compactMap { word in resource(word).map { (resource: $0, line: word.line) } }
        guard !placed.isEmpty else { return }
        let group = ResourceGroup(preferredNode: node, resources: placed.map(\.resource), line: first.line)
        checkKey(group)
        checkResources(of: group)
        let resources = placed.map { assigned($0.resource, $0.line) }
        groups.append(ResourceGroup(preferredNode: node, resources: resources, line: first.line))
    }

    private mutating func nodeIsKnown(_ node: NodeName, _ word: PlacedWord) -> Bool {
        if nodes.isEmpty || nodes.contains(node) { return true }
        log.error(
            word.line,
            "the line begins with \(quoted(word.text)), which is no node of ha.cf "
                + "(\(nodes.map(\.text).joined(separator: ", ")))"
                + Spelling.hint(for: node.text, among: nodes.map(\.text)))
        return false
    }

    private mutating func resource(_ word: PlacedWord) -> Resource? {
        if word.text.contains("\"") || word.text.contains("'") {
            log.warning(word.line, "\(quoted(word.text)): quotes are not understood, the script will see them")
        }
        do throws(Complaint) {
            return try ResourceWord.resource(word.text)
        } catch {
            log.error(word.line, "\(quoted(word.text)) \(error.message)")
            return nil
        }
    }

    private mutating func checkKey(_ group: ResourceGroup) {
        if let earlier = keyLines[group.key] {
            log.error(
                group.line,
                "the group begins with \(quoted(group.key)), like the one in line \(earlier); "
                    + "the first resource names its group and must be unique")
        } else {
            keyLines[group.key] = group.line
        }
    }

    private mutating func checkResources(of group: ResourceGroup) {
        for (index, resource) in group.resources.enumerated() {
            let isRepeated = group.resources[..<index].contains {
                $0.scriptName == resource.scriptName && $0.arguments == resource.arguments
            }
            if isRepeated {
                log.warning(group.line, "\(quoted(resource.word)) is in the group twice; once is enough")
            }
            checkAddress(of: resource, in: group)
        }
    }

    /// An address in two groups would be on both nodes as soon as the groups are.
    private mutating func checkAddress(of resource: Resource, in group: ResourceGroup) {
        guard let address = resource.address else { return }
        if let interface = address.interface, host.hasInterface(interface) == false {
            log.warning(group.line, "\(quoted(resource.word)): \(quoted(interface)) is not an interface of this node")
        }
        if address.interface == nil, IPv6Address(address.text)?.isLinkLocal == true {
            log.warning(
                group.line, "\(quoted(resource.word)) is link-local, so any interface will do; name one after the bits")
        }
        guard let owner = addressOwners[address.bytes] else {
            addressOwners[address.bytes] = (group.key, group.line)
            return
        }
        // The same key twice has been refused already.
        guard owner.key != group.key else { return }
        log.error(
            group.line,
            "the address of \(quoted(resource.word)) is already in the group of line \(owner.line); "
                + "it can belong to one group only")
    }

    // MARK: Scripts

    /// The resource as it will be brought up: an address by the daemon, unless the owner has a script for it.
    private mutating func assigned(_ resource: Resource, _ line: Int) -> Resource {
        guard resource.address != nil else {
            checkScript(resource.scriptName, line)
            return resource
        }
        let name = resource.scriptName
        guard host.hasOwnScript(name) else { return resource }
        if knownScripts.insert(name).inserted {
            log.warning(
                line,
                "resource.d/\(name) is your own, so it is used instead of the built-in \(name); remove it to have addresses "
                    + "brought up by the daemon itself, which is faster")
        }
        var assigned = resource
        assigned.address = nil
        return assigned
    }

    private mutating func checkScript(_ name: String, _ line: Int) {
        guard knownScripts.insert(name).inserted else { return }
        switch host.findScript(name) {
        case .found:
            break
        case .notExecutable(let path):
            // Not shortened: the path is what the owner needs.
            log.warning(line, "the script \(path) may not be executed, so its group cannot start; chmod 755 it")
        case .missing(let searched):
            log.warning(
                line,
                "there is no script \(quoted(name)), so its group cannot start; looked for "
                    + searched.joined(separator: ", "))
        }
    }
}
