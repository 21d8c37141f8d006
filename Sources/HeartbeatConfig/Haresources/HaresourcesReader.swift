// haresources: joining continued lines, and the rules between groups. How one word becomes a resource is decided in
// ResourceWord. A script that is missing is only warned of: it may be there when the group starts.

import HeartbeatModel

/// Reads haresources into `groups`.
struct HaresourcesReader {
    var log: DiagnosticLog
    private(set) var groups: [ResourceGroup] = []

    /// The nodes of ha.cf; empty when ha.cf names none, which is said there.
    private let nodes: [NodeName]
    let host: HostFacts
    /// Words of the logical line being joined.
    private var words: [PlacedWord] = []
    /// The line before ended, but for its backslash, within its last word.
    private var wordIsOpen = false
    /// Line each group's key was first seen in.
    private var keyLines: [String: Int] = [:]
    /// First group of each address, by its bytes.
    var addressOwners: [IPAddress: (key: String, line: Int)] = [:]
    private var scripts: ScriptChecks

    private struct PlacedWord {
        let text: String
        let line: Int
    }

    init(file: SourceFile, nodes: [NodeName], host: HostFacts) {
        log = DiagnosticLog(file: file.path)
        self.nodes = nodes
        self.host = host
        scripts = ScriptChecks(host)
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
        let resources = placed.map { place in
            let (resource, warning) = scripts.assigned(place.resource, loss: "its group cannot start")
            if let warning { log.warning(place.line, warning.text, about: warning.topic) }
            return resource
        }
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
        do throws(Complaint) {
            return try ResourceWord.resource(word.text) { log.warning(word.line, $0) }
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
            checkAddress(of: resource, at: index, in: group)
        }
    }
}
