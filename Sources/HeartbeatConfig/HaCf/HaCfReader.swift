// ha.cf from its first line to its last: cutting a line into a directive and its values, finding the rule for the
// directive, remembering what was written where. What a directive means is in the rules; what must hold between
// directives is in the checks.

import HeartbeatModel

/// Reads ha.cf into `draft`; only a draft without errors in `log` is a configuration.
struct HaCfReader: DirectiveReader {
    let localNode: NodeName
    let host: HostFacts
    var log: DiagnosticLog
    var draft = Configuration(nodes: [])

    /// Line being read.
    var line = 1
    /// Last line of the file.
    var lastLine = 1
    /// Scalar directives with their last accepted value as written, and its line.
    var written: [String: (text: String, line: Int)] = [:]
    /// Directives some value of which was refused: checks that involve them would only repeat the complaint.
    var faulty: Set<String> = []
    /// `env` entries in the order of the file.
    var environment: [Configuration.Parameter] = []
    /// What `monitor` lines say, in the order of the file; applied when haresources is known.
    var monitorRules: [MonitorRule] = []
    /// Line of each `node` entry kept.
    var nodeLines: [Int] = []
    /// Names of nodes and ping nodes as they come.
    var members: [NodeName] = []
    /// Line of each ping node kept.
    var pingLines: [Int] = []
    /// What each medium was made of, in the order of `draft.media`.
    var mediumLines: [(directive: String, line: Int)] = []
    /// Line of each `link`, `probe` and `probe_group` kept.
    var interfaceLines: [Int] = []
    var probeLines: [Int] = []
    var probeGroupLines: [Int] = []
    /// Line of each `line`, `class` and probe of a line kept.
    var lineLines: [Int] = []
    var classLines: [Int] = []
    var lineProbeLines: [Int] = []
    /// The file is that of a gateway without a peer: it says nothing but what its lines need.
    var isForLinesAlone = false
    /// Line of `draft.lan`.
    var lanLine = 0
    /// Whether any medium was asked for, however wrongly.
    var sawMedium = false
    /// Whether the obsolete form of `auto_failback` occurred.
    var sawNiceFailback = false
    /// What `udpport` and `baud` say so far; they act on the media after them.
    var udpPort: UInt16
    var baud = 19200
    /// The port of each kind of medium that has occurred.
    var portOfKind: [String: UInt16] = [:]

    init(file: SourceFile, localNode: NodeName, host: HostFacts) {
        self.localNode = localNode
        self.host = host
        log = DiagnosticLog(file: file.path)
        udpPort = host.heartbeatPort ?? Configuration.usualPort
        draft.isGuest = host.isGuest
    }

    mutating func read(_ directiveLine: DirectiveLine) {
        guard let rule = DirectiveRule.named[directiveLine.directive] else {
            return refuseUnknown(directiveLine)
        }
        guard !isForLinesAlone || DirectiveRule.ofLinesAlone.contains(rule.name) else {
            return error("\(rule.name): a gateway without a peer has no use for it; this belongs into ha.cf")
        }
        if directiveLine.values.isEmpty, !rule.isRefused, !rule.needsValue {
            return warning("\(rule.name) has no value; the line does nothing")
        }
        rule.read(&self, directiveLine)
    }

    private mutating func refuseUnknown(_ directiveLine: DirectiveLine) {
        let directive = directiveLine.directive
        let beforeSeparator = String(directive.prefix { !"=,:".contains($0) })
        if beforeSeparator != directive, DirectiveRule.named[beforeSeparator] != nil {
            meant(beforeSeparator)
            return error(
                "\(quoted(directive)) is not a directive: write a blank after it, \"\(beforeSeparator) <value>\"")
        }
        let names = DirectiveRule.all.lazy.filter { !$0.isRefused }.map(\.name)
        if let likely = Spelling.nearest(to: directive, among: names) { meant(likely) }
        error("\(quoted(directive)) is not a directive\(Spelling.hint(for: directive, among: names))")
    }

    /// What a misspelt line would have said is not known, so that nothing is said about what is missing or does not fit.
    private mutating func meant(_ directive: String) {
        faulty.insert(directive)
        if DirectiveRule.media.contains(where: { $0.name == directive && $0.isMedium }) { sawMedium = true }
    }

    // MARK: Remembering

    /// Notes a scalar's accepted value for the checks and for `HA_<name>`.
    mutating func record(_ name: String, _ text: String) {
        written[name] = (text, line)
    }

    mutating func error(_ message: String, about topic: Diagnostic.Topic? = nil) {
        log.error(line, message, about: topic)
    }

    mutating func warning(_ message: String, about topic: Diagnostic.Topic? = nil) {
        log.warning(line, message, about: topic)
    }

    /// A whole number among the values of `directive`; what the original would pass over in it is pointed out.
    mutating func integer(
        _ text: String, of directive: String, in range: ClosedRange<Int>
    ) throws(Complaint) -> Int {
        let (number, surplus) = try ValueText.integer(text, in: range)
        if !surplus.isEmpty { warning("\(directive): \(quoted(text)) is read as \(number); write that") }
        return number
    }

    /// Reports what is wrong with one word of `directive`.
    mutating func refuse(_ word: String, of directive: String, _ complaint: Complaint) {
        faulty.insert(directive)
        error("\(directive): \(quoted(word)) \(complaint.message)", about: complaint.topic)
    }
}
