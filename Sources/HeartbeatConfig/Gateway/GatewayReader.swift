// gateway.cf from its first line to its last: cutting a line into a word and its values, finding the rule for the word, remembering to
// which service it belongs. What a word means is in the rules; what must hold between words is in the checks.

import HeartbeatModel

/// Reads gateway.cf into `blocks`; only those without errors in `log` are configurations.
struct GatewayReader: DirectiveReader {
    let localNode: NodeName
    let host: HostFacts
    var log: DiagnosticLog
    var logging = LoggingConfiguration()
    /// In the order of the file. The last one is being read.
    var blocks: [GatewayBlock] = []
    /// Line being read.
    var line = 1
    /// Last line of the file.
    var lastLine = 1
    var scripts: ScriptChecks

    init(file: SourceFile, localNode: NodeName, host: HostFacts) {
        self.localNode = localNode
        self.host = host
        log = DiagnosticLog(file: file.path)
        scripts = ScriptChecks(host)
    }

    /// The services that have this host.
    var gateways: [GatewayConfiguration] { blocks.filter(hasThisHost).map(\.draft) }

    /// Where each service names its hosts.
    var hostLines: [String: [NodeName: Int]] {
        blocks.reduce(into: [:]) { lines, block in
            for (host, line) in zip(block.draft.hosts, block.hostLines) {
                lines[block.draft.name, default: [:]][host.name] = line
            }
        }
    }

    func hasThisHost(_ block: GatewayBlock) -> Bool { block.namedHosts.contains(localNode) }

    /// The service that the line being read belongs to.
    var block: GatewayBlock {
        get { blocks[blocks.count - 1] }
        set { blocks[blocks.count - 1] = newValue }
    }

    mutating func read(_ directiveLine: DirectiveLine) {
        guard let rule = GatewayRule.named[directiveLine.directive] else {
            return refuseUnknown(directiveLine.directive)
        }
        if rule.belongsToGateway, blocks.isEmpty {
            log.error(
                line, "\(rule.name): no gateway line stands above it; begin each service with \"\(GatewayRule.head)\"")
            // Said once: what follows belongs to the service whose first line is missing.
            beginWithoutHead()
        }
        rule.read(&self, directiveLine)
    }

    private mutating func beginWithoutHead() {
        blocks.append(GatewayBlock(line: line))
        block.faulty.insert("gateway")
    }

    private mutating func refuseUnknown(_ word: String) {
        let beforeSeparator = String(word.prefix { !"=,:".contains($0) })
        if beforeSeparator != word, GatewayRule.named[beforeSeparator] != nil {
            meant(beforeSeparator)
            return log.error(
                line, "\(quoted(word)) is no word of this file: write a blank after it, \"\(beforeSeparator) <value>\"")
        }
        let names = GatewayRule.all.map(\.name)
        if let likely = Spelling.nearest(to: word, among: names) {
            meant(likely)
        } else if DirectiveRule.named[word] != nil {
            return log.error(line, "\(word): a gateway service has no use for it; this belongs into ha.cf")
        }
        log.error(line, "\(quoted(word)) is no word of this file\(Spelling.hint(for: word, among: names))")
    }

    /// What a misspelt line would have said is not known, so that nothing is said about what is missing or does not fit.
    private mutating func meant(_ word: String) {
        if word == "gateway" {
            beginWithoutHead()
        } else if !blocks.isEmpty {
            block.faulty.insert(word)
        }
    }

    // MARK: Mistakes

    /// Hands one value to `take`; reports and returns false if it is refused.
    @discardableResult
    mutating func accept(
        _ value: String, of word: String, _ take: (inout GatewayReader, String) throws(Complaint) -> Void
    ) -> Bool {
        do throws(Complaint) {
            try take(&self, value)
            return true
        } catch {
            fail(word, "\(word): \(quoted(value)) \(error.message)")
            return false
        }
    }

    /// Reports that the line being read cannot be meant.
    mutating func fail(_ word: String, _ message: String) {
        if !blocks.isEmpty { block.faulty.insert(word) }
        log.error(line, message)
    }
}
