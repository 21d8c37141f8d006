// A prediction for people, on one page: what happens when and why that is known, what becomes of each group, and what it comes to.

import HeartbeatModel

package struct PlanText {
    /// More lines of the story, or more groups, are counted and not shown.
    private static let mostLines = 9
    private static let mostGroups = 6

    private let prediction: Prediction
    private let width: Int

    package init(_ prediction: Prediction, width: Int) {
        self.prediction = prediction
        self.width = max(40, width)
    }

    package var lines: [String] {
        let head = wrapped(prediction.headline + ":", width: width)
        if let obstacle = prediction.obstacle {
            return head + [""] + wrapped("cannot tell: \(obstacle)", width: width, rest: "   ")
        }
        return head + [""] + story + [""] + groups + [""] + wrapped(verdict, width: width) + notes
    }

    // MARK: - The story

    private var story: [String] {
        let all = Self.merged(prediction.lines)
        let shown = all.prefix(all.count > Self.mostLines ? Self.mostLines - 1 : Self.mostLines)
        let times = shown.map { "\($0.at.milliseconds)" }
        let nodes = shown.map { $0.node?.text ?? "" }
        let timeWidth = max(8, times.map(\.count).max() ?? 0)
        let nodeWidth = max(4, nodes.map(\.count).max() ?? 0)
        let groundWidth = max(10, shown.map(\.knownFrom.count).max() ?? 0)
        let room = max(16, width - timeWidth - nodeWidth - groundWidth - 6)
        func row(_ time: String, _ node: String, _ what: String, _ ground: String) -> String {
            let left = Self.right(time, timeWidth) + "  " + Self.left(node, nodeWidth) + "  "
            return (left + Self.left(what, room) + "  " + ground).withoutBlanksAtEnd
        }
        var rows = [row("at ms", "node", "what", "known from")]
        for (line, time) in zip(shown, times) {
            let parts = wrapped(line.what, width: room)
            rows.append(row(time, line.node?.text ?? "", parts[0], line.knownFrom))
            rows += parts.dropFirst().map { row("", "", $0, "") }
        }
        if all.count > shown.count { rows.append(row("", "", "and \(all.count - shown.count) more: --json", "")) }
        return rows
    }

    /// What a node stops one after the other is one line, and so is what it starts.
    private static func merged(_ lines: [Prediction.Line]) -> [Prediction.Line] {
        var result: [Prediction.Line] = []
        for line in lines {
            guard let last = result.last, last.node == line.node, last.kind == line.kind, last.group != nil,
                line.group != nil
            else {
                result.append(line)
                continue
            }
            var sum = last
            sum.at = line.at
            sum.words += line.words
            sum.what = "\(line.kind.rawValue) \(sum.words.joined(separator: " "))"
            if last.knownFrom != line.knownFrom { sum.knownFrom = "p95 of runs, some new" }
            result[result.count - 1] = sum
        }
        return result
    }

    // MARK: - Groups

    private var groups: [String] {
        let sorted = prediction.groups.filter(\.isAffected) + prediction.groups.filter { !$0.isAffected }
        let shown = sorted.prefix(sorted.count > Self.mostGroups ? Self.mostGroups - 1 : Self.mostGroups)
        let keys = shown.map(\.key)
        let places = shown.map(Self.place)
        let (keyWidth, placeWidth) = (keys.map(\.count).max() ?? 0, places.map(\.count).max() ?? 0)
        var rows = zip(shown, zip(keys, places)).map { group, words in
            let mark = group.isLost || group.isOnBoth ? "!" : group.isAffected ? "~" : " "
            let line =
                "\(mark) \(Self.left(words.0, keyWidth))  \(Self.left(words.1, placeWidth))  \(Self.figures(group))"
            return line.withoutBlanksAtEnd
        }
        if sorted.count > shown.count {
            let rest = sorted.dropFirst(shown.count)
            let moved = rest.count(where: \.isAffected)
            rows.append("  and \(rest.count) more, of which \(moved) move or are lost: --json")
        }
        return rows
    }

    private static func place(_ group: Prediction.Group) -> String {
        let from = group.from.map { "\($0)" } ?? "nobody"
        if group.owners.count > 1 { return "on " + group.owners.map(\.text).joined(separator: " and ") }
        if group.isLost { return group.from == nil ? "stays with nobody" : "\(from) -> nobody" }
        if group.moves { return "\(from) -> \(group.to.map { "\($0)" } ?? "nobody")" }
        return group.isAffected ? "again on \(from)" : "stays on \(from)"
    }

    private static func figures(_ group: Prediction.Group) -> String {
        if group.isOnBoth {
            return group.owners.count > 1 ? "both, until they hear each other" : "both for \(group.onBoth.rounded)"
        }
        guard !group.isLost, group.isAffected, let away = group.away else { return "" }
        let least = group.isAtLeast ? "at least " : ""
        let back = group.back.map { ", \($0.rounded) after it" } ?? ""
        return "away \(least)\(away.rounded)\(back)"
    }

    // MARK: - What it comes to

    private var verdict: String {
        let moving = prediction.groups.count(where: \.moves)
        let lost = prediction.groups.count(where: \.isLost)
        let both = prediction.groups.count(where: \.isOnBoth)
        let moves = moving == 0 ? "no group moves" : moving == 1 ? "1 group moves" : "\(moving) groups move"
        let double = both == 0 ? "never on both" : "\(both) on both"
        let goal =
            !prediction.keepsGoal
            ? "missed (\(prediction.away.rounded))"
            : lost > 0 ? "missed (lost)" : prediction.isAtLeast ? "kept as far as is known" : "kept"
        return
            "Plan: \(moves), \(lost) \(lost == 1 ? "is" : "are") lost, \(double). Goal \(prediction.goal.whole): \(goal)."
    }

    private var notes: [String] {
        prediction.notes.flatMap { wrapped($0, width: width, first: "  ", rest: "    ") }
    }

    // MARK: - Words and blanks

    private static func left(_ text: String, _ width: Int) -> String { text + blanks(width - text.count) }

    private static func right(_ text: String, _ width: Int) -> String { blanks(width - text.count) + text }
}

extension Duration {
    /// `20 s`, without hundredths that are none.
    var whole: String { milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : rounded }
}
