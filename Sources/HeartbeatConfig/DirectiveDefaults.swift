// Every directive with the value it has when ha.cf does not give one, from the rules that read the file.

import HeartbeatModel

/// A directive of ha.cf.
package struct DirectiveDefault: Hashable, Sendable {
    package var name: String
    /// As scripts would see it; `nil` when there is none, as for `node` or `logfile`.
    package var value: String?
    /// It is read, checked, and changes nothing.
    package var isWithoutEffect: Bool
}

/// All directives that are not refused, sorted by name (`heartbeat -D`).
package func directiveDefaults(host: HostFacts = HostFacts()) -> [DirectiveDefault] {
    var reader = HaCfReader(file: SourceFile(path: "", text: ""), localNode: NodeName(""), host: host)
    reader.deriveTimes()
    let withoutEffect = Set(DirectiveRule.withoutEffect.map(\.name))
    return DirectiveRule.all
        .filter { !$0.isRefused }
        .map { rule in
            DirectiveDefault(
                name: rule.name, value: reader.exportedText(of: rule),
                isWithoutEffect: withoutEffect.contains(rule.name))
        }
        .sorted { $0.name < $1.name }
}
