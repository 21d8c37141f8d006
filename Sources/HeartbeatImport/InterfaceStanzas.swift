// /etc/network/interfaces as far as it says how a program is started: its iface stanzas with their options (interfaces(5)).

import HeartbeatModel

struct InterfaceStanza: Hashable {
    struct Option: Hashable {
        var name: String
        var value: String
        var place: ImportPlace
    }

    var interface: String
    var place: ImportPlace
    var options: [Option] = []

    /// The value of the first option of that name.
    subscript(name: String) -> String? { options.first { $0.name == name }?.value }
}

enum InterfaceStanzas {
    private static let others: Set = [
        "auto", "mapping", "source", "source-directory", "no-auto-down", "no-scripts", "rename",
    ]

    static func read(_ file: SourceFile) throws(ImportMistake) -> [InterfaceStanza] {
        var stanzas: [InterfaceStanza] = []
        var isInside = false
        for (number, text) in try CommandLines.lines(of: file) {
            let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            let place = ImportPlace(file: file.path, line: number)
            if first == "iface", words.count > 1 {
                stanzas.append(InterfaceStanza(interface: words[1], place: place))
                isInside = true
            } else if others.contains(first) || first.hasPrefix("allow-") {
                isInside = false
            } else if isInside {
                stanzas[stanzas.count - 1].options.append(
                    .init(name: first, value: words.dropFirst().joined(separator: " "), place: place))
            }
        }
        return stanzas
    }
}
