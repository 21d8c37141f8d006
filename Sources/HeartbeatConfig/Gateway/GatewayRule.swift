// The table of every word that gateway.cf may contain, and the shapes most of them share: a value that is given once in a service, a
// list, a setting of the whole file.

import HeartbeatModel

/// How one word is read.
struct GatewayRule: Sendable {
    let name: String
    /// It says something of the service whose `gateway` line stands above it.
    var belongsToGateway = true
    let read: @Sendable (inout GatewayReader, DirectiveLine) -> Void

    typealias Take = @Sendable (inout GatewayReader, String) throws(Complaint) -> Void

    /// A good first line of a service, for messages.
    static let head = "gateway fw down=eth0 up=eth1 roving=10.0.0.1/24,203.0.113.1/29"

    static let all: [GatewayRule] = parties + networks + times + logging

    static let named: [String: GatewayRule] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// A word with one value, given once in a service.
    /// - Parameter example: a good value, for messages.
    static func value(_ name: String, such example: String, _ take: @escaping Take) -> GatewayRule {
        GatewayRule(name: name) { reader, line in
            guard line.words.count == 1 else {
                return reader.fail(name, "\(name): it has one value; write for example \"\(name) \(example)\"")
            }
            if let earlier = reader.block.written[name] {
                return reader.fail(
                    name, "\(name): line \(earlier) says it already for this service; remove one of the two lines")
            }
            reader.block.written[name] = reader.line
            reader.accept(line.words[0], of: name, take)
        }
    }

    /// A word with any number of values; several lines are one list.
    static func list(_ name: String, such example: String, _ take: @escaping Take) -> GatewayRule {
        GatewayRule(name: name) { reader, line in
            guard !line.words.isEmpty else {
                return reader.fail(name, "\(name): nothing stands behind it; write for example \"\(name) \(example)\"")
            }
            for word in line.words { reader.accept(word, of: name, take) }
        }
    }

    /// A word as ha.cf has it: its values apply one after the other, so that the last wins.
    static func setting(_ name: String, _ take: @escaping Take) -> GatewayRule {
        GatewayRule(name: name, belongsToGateway: false) { reader, line in
            if line.values.isEmpty { reader.log.warning(reader.line, "\(name) has no value; the line does nothing") }
            for value in line.values { reader.accept(value, of: name, take) }
        }
    }

    private static let logging: [GatewayRule] = [
        setting("logfile") { (reader, text) throws(Complaint) in
            reader.logging.logFile = try ValueText.absolutePath(text)
        },
        setting("logfacility") { (reader, text) throws(Complaint) in
            reader.logging.facility = try DirectiveRule.facility(text)
        },
        setting("debug") { (reader, text) throws(Complaint) in
            reader.logging.debugLevel = try number(text, in: 0...255)
        },
    ]

    /// A whole number and nothing behind it.
    static func number(_ text: String, in range: ClosedRange<Int>) throws(Complaint) -> Int {
        let (number, surplus) = try ValueText.integer(text, in: range)
        guard surplus.isEmpty else {
            throw Complaint("is not a whole number; write one from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

extension GatewayReader {
    /// Hands each `option=value` among the words to `take`, once; false if one was refused.
    mutating func readOptions(
        _ words: some Sequence<String>, _ options: [String], of word: String, _ seen: inout Set<String>,
        _ take: (inout GatewayReader, _ option: String, _ text: String) throws(Complaint) -> Void
    ) -> Bool {
        var usable = true
        for option in words {
            let isGood = accept(option, of: word) { (reader, option) throws(Complaint) in
                guard let name = options.first(where: { option.hasPrefix("\($0)=") }), let text = option.value(of: name)
                else {
                    let forms = options.map { $0 + "=" }
                    let name = String(option.prefix { $0 != "=" })
                    let likely = Spelling.nearest(to: name, among: options).map {
                        "; did you mean \(quoted($0 + "="))?"
                    }
                    throw Complaint("is none of \(forms.joined(separator: ", "))\(likely ?? "")")
                }
                guard seen.insert(name).inserted else { throw Complaint("says \(name) a second time") }
                try take(&reader, name, text)
            }
            usable = usable && isGood
        }
        return usable
    }
}
