// The parts of a live screen: what is wrong, both nodes beside the groups, a lane of keepalives for each way, what is watched, and what
// would happen. How wide each becomes follows from the screen and from what there is to say; names are never cut.

import HeartbeatModel

extension WatchScreen {
    private typealias Column = TextTable.Column

    var blocks: [ScreenBlock] {
        guard text.isLive else {
            return [ScreenBlock(lines: text.shownProblems.flatMap { broken(text.lines(of: $0)) }, weight: 9, least: 3)]
        }
        return [ScreenBlock(lines: problems, weight: 9, least: 1)] + pair + [
            ScreenBlock(lines: media, weight: 5, hasTitle: true), ScreenBlock(lines: watched, weight: 2),
            ScreenBlock(lines: forecasts, weight: 3),
        ]
    }

    // MARK: - What is wrong

    /// The worst first: whole ones, as far as a third of the screen goes. What is over stands among the events.
    private var problems: [String] {
        let all = text.shownProblems.filter { $0.healed == nil }.map { broken(text.lines(of: $0)) }
        var shown: [String] = []
        for (place, lines) in all.enumerated() {
            guard place == 0 || shown.count + lines.count <= size.rows / 3 else {
                return shown + ["   ... and \(all.count - place) more"]
            }
            shown += lines
        }
        return shown
    }

    // MARK: - Nodes and groups

    /// Beside each other where both fit, else one below the other.
    private var pair: [ScreenBlock] {
        let nodes = nodeTable
        let left = nodes.lines(width: width * 9 / 16, screen: width)
        let leftWidth = Self.width(of: left)
        let room = width - leftWidth - 4
        let right = groupLines { $0.lines(width: room, screen: width) }
        if !isNarrow, leftWidth <= width * 9 / 16, Self.width(of: right) <= room, !right.isEmpty {
            let rows = (0..<max(left.count, right.count)).map { row in
                let node = row < left.count ? left[row] : ""
                return row < right.count ? node + blanks(leftWidth + 4 - node.count) + right[row] : node
            }
            return [ScreenBlock(lines: rows, weight: 8, least: left.count, hasTitle: true)]
        }
        return [
            ScreenBlock(lines: fitting(nodes), weight: 7, least: 3, hasTitle: true),
            ScreenBlock(lines: groupLines(fitting), weight: 8, least: 3, hasTitle: true),
        ]
    }

    private static func width(of lines: [String]) -> Int { lines.map(\.count).max() ?? 0 }

    private var nodeTable: TextTable {
        var table = text.nodeTable
        let wanted: Set = ["node", "status", "holds", "network", "late by"]
        let more: Set = width > 100 ? ["files", "version"] : []
        table.columns.removeAll { !wanted.union(more).contains($0.title) && !$0.isWrong }
        return table
    }

    private func groupLines(_ lines: (TextTable) -> [String]) -> [String] {
        let most = max(2, size.rows / 4)
        var table = text.groupTable(Array(text.sortedGroups.prefix(most)))
        let wanted: Set = ["group", "runs on", "since"]
        let more: Set = width > 100 ? ["because", "resources"] : []
        table.columns.removeAll { !wanted.union(more).contains($0.title) }
        return lines(table) + text.groupsLeft(after: most)
    }

    // MARK: - Tables that may be too wide

    private func fitting(_ table: TextTable) -> [String] {
        let lines = table.lines(width: width)
        return Self.width(of: lines) <= width ? lines : list(table)
    }

    /// A line for each row, and more of them where one is too long.
    private func list(_ table: TextTable) -> [String] {
        table.marks.indices.flatMap { row in
            let cells = table.columns.filter(\.isNeeded).map { $0.cells[row] }
            let words = table.marks[row] + cells.joined(separator: " ")
            return broken(wrapped(words, width: width, rest: blanks(2)))
        }
    }

    // MARK: - What the nodes hear

    /// With as many keepalives as there is room for.
    private var media: [String] {
        for (beats, namesNodes) in [PeerView.laneLength, PeerView.laneLength / 2].flatMap({ [($0, true), ($0, false)] })
        {
            let lines = mediaTable(beats: beats, namesNodes: namesNodes).lines(width: width)
            if Self.width(of: lines) <= width { return lines }
        }
        return fitting(mediaTable(beats: 0, namesNodes: false))
    }

    private func mediaTable(beats: Int, namesNodes: Bool) -> TextTable {
        let (here, there) = text.pair
        let media = status.media
        let heard = media.map { cell($0.isHeard, beats) }
        return TextTable(
            marks: media.map(text.mark),
            columns: [
                Column(title: "medium", cells: media.map(\.name.text), weight: 9, isNeeded: true),
                Column(
                    title: namesNodes ? "\(here) hears \(there)" : "hears",
                    cells: media.map { if case .failing = $0.state { "does not work" } else { cell($0.hears, beats) } },
                    weight: 9, isNeeded: true),
                Column(
                    title: namesNodes ? "\(there) hears \(here)" : "is heard", cells: heard, weight: 9,
                    isNeeded: heard.contains { $0 != Column.unknown }),
            ])
    }

    private func cell(_ direction: PairStatus.Medium.Direction, _ beats: Int) -> String {
        let lane = String(direction.lane.suffix(beats))
        let hasLane = !lane.isEmpty
        let word =
            switch direction.state {
            case .sound: direction.lastHeard?.ageText ?? "up"
            case .silent: (hasLane ? "" : "nothing ") + (direction.since?.duration.ageText ?? "silent")
            case .never: "never"
            case .unknown: Column.unknown
            }
        return hasLane ? blanks(beats - lane.count) + lane + " " + word : word
    }

    // MARK: - What is watched, and what would happen

    private var watched: [String] {
        guard !status.watched.isEmpty else { return [] }
        let bad = status.watched.filter { $0.state != .good }.map { item in
            let known = [item.reason, item.answer.map { "answered \($0.age.ageText) ago" }].compactMap(\.self)
            let reason = known.isEmpty ? "" : " (\(known.joined(separator: "; ")))"
            return "\(item.name) \(item.state.rawValue)\(item.age.map { " \($0.duration.ageText)" } ?? "")\(reason)"
        }
        let good = status.watched.filter { $0.state == .good }
        let names = good.filter { $0.answer == nil }.map(\.name)
        let answers = good.compactMap { item in
            item.answer.map { "\(item.name) answered \($0.age.ageText) ago in \($0.took.shortText)" }
        }
        let sound = (names.isEmpty ? [] : ["\(names.joined(separator: " ")) sound"]) + answers
        let isLost = status.watched.contains { $0.state == .lost }
        return broken(
            wrapped(
                (bad + sound).joined(separator: ", "), width: width, first: (isLost ? "!" : "") + "watched  ",
                rest: blanks(isNarrow ? 2 : 9)))
    }

    /// Two on a line where they fit.
    private var forecasts: [String] {
        let first = stride(from: 0, to: forecast.count, by: 2).map { forecast[$0] }
        let second = stride(from: 1, to: forecast.count, by: 2).map { forecast[$0] }
        let column = Self.width(of: first) + 3
        guard !isNarrow, column + Self.width(of: second) <= width else {
            return forecast.flatMap { $0.count <= width ? [$0] : broken(wrapped($0, width: width, rest: blanks(2))) }
        }
        return first.enumerated().map { place, line in
            place < second.count ? line + blanks(column - line.count) + second[place] : line
        }
    }
}
