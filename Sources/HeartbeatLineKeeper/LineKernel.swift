// Has the kernel have the rules and routes that are wanted, and nothing else of ours. They carry a number of their own: what a killed
// predecessor has left is known by it, and nobody else's entry is ever changed.

import Glibc
import HeartbeatFormats
import HeartbeatLines
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem

/// What the kernel did not take.
package struct LineRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package let what: String
    package let reason: String

    package var description: String { "the kernel does not take \(what): \(reason)" }
}

/// The rules and tables of this program.
package final class LineKernel {
    private let socket = NetlinkSocket(isStrict: true)
    private let tables: [UInt32]

    package init(_ configuration: LineConfiguration) {
        tables = configuration.lines.map(\.table)
    }

    /// What the kernel has of ours, in the tables of the lines and in those that rules of ours lead to.
    package func present() throws(SystemError) -> LineTables {
        let rules = try allRules().filter { $0.setter == LineTables.setter }
        var routes: [RouteEntry] = []
        for table in Set(tables + rules.map(\.table)).subtracting([RouteEntry.mainTable]).sorted() {
            routes += try self.routes(in: table, setter: LineTables.setter)
        }
        return LineTables(rules: rules, routes: routes)
    }

    /// Makes it so; returns how much there was to change, and what the kernel refused. What is so already is left alone.
    package func program(_ wanted: LineTables) throws(SystemError) -> (count: Int, refusals: [LineRefusal]) {
        let changes = wanted.changes(from: try present())
        guard !changes.isEmpty else { return (0, []) }
        let answers = try socket.change(changes.map(\.request))
        let refusals = zip(changes, answers).compactMap { change, answer -> LineRefusal? in
            // What is gone already, with its interface, is no trouble.
            guard answer.code != 0, !change.isRemoval else { return nil }
            return LineRefusal(what: change.text, reason: Self.reason(answer))
        }
        return (changes.count, refusals)
    }

    /// Removes everything of ours; returns how much that was.
    package func removeAll() throws(SystemError) -> Int {
        try program(LineTables()).count
    }

    /// What belongs to somebody else and would decide instead of ours: entries in the tables of the lines, rules among ours, and
    /// rules that choose by the same mark.
    package func conflicts(_ configuration: LineConfiguration) throws(SystemError) -> [String] {
        let rules = try allRules().filter { $0.setter != LineTables.setter }
        var conflicts: [String] = []
        for line in configuration.lines {
            let routes = try self.routes(in: line.table).filter { $0.setter != LineTables.setter }
            if let route = routes.first {
                conflicts.append(
                    "table \(line.table) of line \(line.name) has routes of somebody else, such as \(route); give the line another "
                        + "table")
            }
            if let mark = line.mark, let rule = rules.first(where: { $0.mark == mark }) {
                conflicts.append(
                    "mark \(mark) of line \(line.name) is used by somebody else (\(rule)); give the line another mark")
            }
        }
        for rule in rules where (LineTables.firstPriority..<LineTables.end).contains(rule.priority) {
            conflicts.append(
                "priority \(rule.priority) is used by somebody else (\(rule)); rules of lines have those from "
                    + "\(LineTables.firstPriority) to \(LineTables.end - 1), so give it another one")
        }
        return conflicts
    }

    private func allRules() throws(SystemError) -> [RuleEntry] {
        try socket.list(RuleEntry.list).compactMap(RuleEntry.init)
    }

    private func routes(in table: UInt32, setter: UInt8 = 0) throws(SystemError) -> [RouteEntry] {
        try socket.list(RouteEntry.list(table: table, setter: setter)).compactMap(RouteEntry.init)
    }

    /// The default route that others have set by this interface, the one that the kernel would take.
    package func defaultRoute(by interface: UInt32) throws(SystemError) -> RouteEntry? {
        try socket.list(RouteEntry.list(table: RouteEntry.mainTable, interface: interface)).compactMap(RouteEntry.init)
            .filter { $0.destination == .all && $0.setter != LineTables.setter }.min { $0.metric < $1.metric }
    }

    /// Interfaces and addresses.
    package func interfaces() throws(SystemError) -> KernelTables { try KernelTables.read(socket) }

    private static func reason(_ answer: NetlinkAnswer) -> String {
        switch answer.code {
        case EEXIST: "somebody else has the same; remove that, or give the line another table"
        case ENOMEM, ENOBUFS, ENOSPC: "\(answer.text); there is no room for more routes"
        default: answer.text
        }
    }
}
