// Turns the rows of bench runs into the generated part of a page: goals and verdicts first, then every figure. Pure: the same
// files give the same text.

/// The report of some result files.
struct BenchReport {
    /// In the order they were given; a later one's rows stand behind an earlier one's.
    var files: [BenchFile]

    private var table: RowTable { RowTable(rows: files.flatMap(\.rows)) }

    /// Peers in the order of the page; others follow as they come.
    private static let order = [
        "ours", "asking", "cable", "eager", "heartbeat", "keepalived", "floor", "ipfail", "watching", "unleased",
        "unasking",
    ]
    /// Those of the picture, each of which has a colour.
    private static let drawn = ["ours", "heartbeat", "keepalived", "floor", "ipfail", "watching"]
    private static let measurements = ["cost", "load", "forward", Fault.flapping.rawValue]

    private var peers: [String] {
        let measured = table.distinct(\.peer)
        return Self.order.filter(measured.contains) + measured.filter { !Self.order.contains($0) }
    }

    /// The generated part. `picture` is the path of the picture as the page names it.
    func markdown(picture: String) -> String {
        let parts =
            [machines, goals] + outages + [
                flapping, addresses(picture: picture), timelines, cost, forward, load,
                ConnectionTable(table).markdown, PairsTable(table).markdown, LinesTable(table).markdown,
                HostsTable(table).markdown, ForecastTable(table).markdown, MachineTable(table).markdown, remarks,
            ]
        return parts.joined(separator: "\n")
    }

    // MARK: - Where

    private var machines: String {
        "## Measured on\n\n" + files.map(machine).joined(separator: "\n")
    }

    private func machine(_ file: BenchFile) -> String {
        let machine = file.machine
        let versions = machine.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let lines = [
            "\(machine.startedAt), \(decimal(machine.seconds / 60, digits: 0)) minutes: "
                + "\(machine.processors) × \(machine.processorModel), \(machine.memoryMegabytes) MB, Linux \(machine.kernel)",
            "steal \(decimal(machine.stealPercent, digits: 1)) %, load average "
                + "\(decimal(machine.loadBefore, digits: 2)) before and \(decimal(machine.loadAfter, digits: 2)) after",
            machine.commit.isEmpty ? nil : "commit \(machine.commit)",
            versions.isEmpty ? nil : versions.joined(separator: "; "),
            file.command.map { "`\($0)`" },
        ].compactMap(\.self)
        return "- \(lines.joined(separator: "\n  "))\n"
    }

    // MARK: - Goals

    private var goals: String {
        let others = peers.filter { peer in
            peer != "ours" && Goal.all.contains { $0.measured(of: peer, in: table) != nil }
        }
        var result = MarkdownTable(
            columns: [.left("trial"), .left("figure"), .right("goal"), .right("ours"), .left("verdict")]
                + others.map { .right($0) })
        let isMeasured = Dictionary(grouping: Goal.all) { $0.measured(of: $0.peer, in: table) != nil }
        for goal in isMeasured[true] ?? [] {
            let cells = (["ours"] + others).map { goal.measured(of: $0, in: table)?.text ?? "-" }
            result.rows.append(
                [Self.trial(of: goal), goal.title, goal.limitText, cells[0], goal.verdict(in: table)]
                    + cells.dropFirst())
        }
        let rest = (isMeasured[false] ?? []).map { "- \(Self.trial(of: $0)): \($0.title) \($0.limitText)\n" }.joined()
        return "## Goals\n\n\(Self.howToRead)\n\n" + (result.rows.isEmpty ? "" : result.text)
            + (rest.isEmpty ? "" : (result.rows.isEmpty ? "" : "\n") + "Not measured:\n\n\(rest)")
    }

    private static func trial(of goal: Goal) -> String {
        title(fault: goal.fault, setting: goal.setting, addresses: goal.addresses)
            + (goal.peer == Goal.ours ? "" : ": \(goal.peer)")
    }

    private static let howToRead = """
        Cells are median (least–greatest) of all runs. Goals are for ours and judged by the median; two owners,
        two hosts, load, lines and connections by the worst run. Trials name keepalive and dead time: `1s` is 250 ms and 1 s, `10s` 1 s
        and 10 s, `30s` 2 s and 30 s, `tight` each daemon's shortest, `default` what files mean that say no times. `ours` has no other
        setting than these; behind a colon stands the variant of ours that a goal is for.
        """

    private static func title(fault: String, setting: String, addresses: Int) -> String {
        "\(fault), \(setting)" + (addresses == 1 ? "" : ", \(addresses) addresses")
    }

    // MARK: - Outages

    private var outages: [String] {
        let timed = table.with {
            !Self.measurements.contains($0.fault) && !$0.fault.hasPrefix(ConnectionTrial.prefix)
                && !$0.fault.hasPrefix(PairsTrial.prefix) && !$0.fault.hasPrefix(LinesTrial.prefix)
                && !$0.fault.hasPrefix(HostsTrial.prefix) && !$0.fault.hasPrefix(ForecastTrial.prefix)
                && !$0.fault.hasPrefix(BenchRow.machines)
        }
        return timed.distinct { Pair(setting: $0.setting, addresses: $0.addresses) }.map { pair in
            let rows = timed.with { $0.setting == pair.setting && $0.addresses == pair.addresses }
            let count = pair.addresses == 1 ? "one address" : "\(pair.addresses) addresses"
            return "## Outage at \(pair.setting), \(count)\n\n" + outage(rows).text
        }
    }

    private struct Pair: Hashable {
        var setting: String
        var addresses: Int
    }

    private func outage(_ rows: RowTable) -> MarkdownTable {
        let figures = [
            ("outage ms", Figure.outage), ("since last heard", Figure.afterLastHeard),
            ("beyond dead time", Figure.afterDeadtime),
            ("last announced", Figure.lastAnnouncement), ("two owners", Figure.twoOwners), ("lost", Figure.lost),
            ("stall", Figure.stall),
        ]
        var result = MarkdownTable(
            columns: [.left("fault"), .left("peer"), .right("keepalive/dead ms"), .right("n")]
                + figures.map { .right($0.0) })
        for fault in rows.distinct(\.fault) {
            for peer in peers {
                let some = rows.with { $0.fault == fault && $0.peer == peer }
                guard let first = some.rows.first else { continue }
                result.rows.append(
                    [fault, peer, Self.times(of: first), "\(some.rows.count)"] + figures.map { some.cell($0.1) })
            }
        }
        return result
    }

    private static func times(of row: BenchRow) -> String {
        "\(decimal(row.keepaliveMilliseconds, digits: 0))/\(decimal(row.deadtimeMilliseconds, digits: 0))"
    }

    // MARK: - Flapping

    private var flapping: String {
        let figures = [
            ("moves", Figure.moves), ("gaps ms", Figure.gaps), ("longest outage ms", Figure.outage),
            ("two owners ms", Figure.twoOwners),
        ]
        let title =
            "## Flapping\n\nThe serving node's LAN cable is out \(Fault.flaps) times, for as long as it is back: how often the address moved.\n"
        let rows = table.with { $0.fault == Fault.flapping.rawValue }
        guard !rows.rows.isEmpty else { return title + "\nNot measured.\n" }
        var result = MarkdownTable(columns: [.left("peer"), .right("n")] + figures.map { .right($0.0) })
        for peer in peers {
            let some = rows.with { $0.peer == peer }
            guard !some.rows.isEmpty else { continue }
            result.rows.append([peer, "\(some.rows.count)"] + figures.map { some.cell($0.1) })
        }
        return title + "\n" + result.text
    }

    // MARK: - Addresses

    private var scaling: RowTable {
        table.with { $0.fault == "power-loss" && $0.setting == "1s" }
    }

    private func addresses(picture: String) -> String {
        let peers = peers.filter(scaling.distinct(\.peer).contains)
        var result = MarkdownTable(columns: [.right("addresses")] + peers.map { .right($0) })
        for count in scaling.distinct(\.addresses).sorted() {
            let cells = peers.map { peer in
                scaling.with { $0.addresses == count && $0.peer == peer }.cell(Figure.afterDeadtime)
            }
            result.rows.append(["\(count)"] + cells)
        }
        let title =
            "## Addresses\n\nPower loss at 1s: outage beyond the dead time in ms, until the last address is served.\n"
        // How it grows takes two of them.
        guard result.rows.count > 1 else { return title + "\nNot measured.\n" }
        return title + "\n![Outage beyond the dead time by number of addresses](\(picture))\n\n\(result.text)"
    }

    /// The picture of what `addresses` tells.
    var chart: OutageChart {
        OutageChart(
            series: peers.enumerated().compactMap { position, peer in
                let rows = scaling.with { $0.peer == peer }
                let points = rows.distinct(\.addresses).sorted().compactMap { count in
                    rows.with { $0.addresses == count }.spread(Figure.afterDeadtime).map {
                        OutageChart.Point(addresses: count, outage: $0)
                    }
                }
                let style = Self.drawn.firstIndex(of: peer) ?? Self.drawn.count + position
                return points.isEmpty ? nil : OutageChart.Series(name: peer, style: style, points: points)
            })
    }

    // MARK: - Timelines

    /// Numbers of addresses whose takeovers are shown step by step.
    private static let shownAddresses = [1, 100]

    private var timelines: String {
        let told = table.with {
            $0.timeline != nil && Self.shownAddresses.contains($0.addresses)
                && $0.peer != GatewayVariant.control.rawValue
        }
        let trials = told.distinct(TrialKey.init).compactMap { key in
            told[key].typical(Figure.outage).map { timeline(of: $0) }
        }
        let title = "## Where the time goes\n\n\(Self.howTimelinesAreMade)\n"
        return ([title] + (trials.isEmpty ? ["Not measured.\n"] : trials)).joined(separator: "\n")
    }

    private static let howTimelinesAreMade = """
        Of each trial the run whose outage is in the middle. The nodes' part is a line that the daemon writes into its log after
        every movement of a group; laboratory, nodes and client read the same clock.
        """

    private func timeline(of row: BenchRow) -> String {
        var result = MarkdownTable(columns: [.right("at ms"), .right("took ms"), .left("who"), .left("what")])
        for entry in row.timeline ?? [] {
            let took = entry.took.map { decimal($0, digits: 2) } ?? ""
            result.rows.append([decimal(entry.at, digits: 2), took, entry.who, entry.what])
        }
        let title =
            Self.title(fault: row.fault, setting: row.setting, addresses: row.addresses)
            + (row.peer == PeerName.ours.rawValue ? "" : ": \(row.peer)")
        return "### \(title), run \(row.run)\n\n\(result.text)"
    }

    // MARK: - Cost and load

    private var cost: String {
        let figures = [
            ("processes", Figure.processes), ("PSS MiB", Figure.proportionalMemory),
            ("alone", Figure.proportionalMemoryAlone), ("RSS MiB", Figure.residentMemory),
            ("locked MiB", Figure.lockedMemory), ("CPU s/h", Figure.processorTime), ("switches/s", Figure.switches),
            ("calls/interval", Figure.systemCalls), ("instructions/interval", Figure.instructions),
            ("LAN packets/s", Figure.lanPackets), ("bytes/s", Figure.lanBytes),
            ("link packets/s", Figure.crossPackets), ("bytes/s", Figure.crossBytes),
        ]
        let rows = table.with { $0.fault == "cost" }
        var result = MarkdownTable(
            columns: [.left("peer"), .right("node"), .right("keepalive ms"), .right("n")] + figures.map { .right($0.0) }
        )
        for peer in peers {
            let own = rows.with { $0.peer == peer }
            for node in own.distinct({ $0.figures[Figure.node] ?? 0 }).sorted() {
                let some = own.with { ($0.figures[Figure.node] ?? 0) == node }
                let keepalive = decimal(some.rows[0].keepaliveMilliseconds, digits: 0)
                result.rows.append(
                    [peer, decimal(node, digits: 0), keepalive, "\(some.rows.count)"] + figures.map { some.cell($0.1) })
            }
        }
        let title = "## Cost while nothing happens\n\n\(Self.howCostIsMeasured)\n\n"
        return title + (result.rows.isEmpty ? "Not measured.\n" : result.text)
    }

    private static let howCostIsMeasured = """
        Node 1 serves, node 2 stands by; all processes of the daemon together. Both nodes of a pair run the same program and
        share its pages, so PSS halves them; `alone` is the same with the other node off. Instructions are those in user space for
        each keepalive interval, which no neighbour on the machine changes. Packets are what the node sends on the LAN and on
        the second link.
        """

    private var forward: String {
        let rows = table.with { $0.fault == "forward" }
        var result = MarkdownTable(
            columns: [.left("peer"), .right("n"), .right("ns a packet"), .right("more than without a lease, %")])
        for peer in peers {
            let some = rows.with { $0.peer == peer }
            guard !some.rows.isEmpty else { continue }
            result.rows.append(
                [peer, "\(some.rows.count)", some.cell(Figure.forwardTime), some.cell(Figure.forwardShare)])
        }
        let title = "## A forwarded packet\n\n\(Self.howForwardingIsMeasured)\n\n"
        return title + (result.rows.isEmpty ? "Not measured.\n" : result.text)
    }

    private static let howForwardingIsMeasured = """
        A node forwards packets of 18 bytes from one interface to another, with the lease's filters on both and without: processor
        time of the whole way through two interface pairs, one processor, in turns. With larger packets the share is smaller.
        """

    private var load: String {
        let figures = [
            ("takeovers", Figure.takeovers), ("declared dead", Figure.deaths), ("quick deaths", Figure.quickDeaths),
            ("two owners ms", Figure.twoOwners),
            ("no owner ms", Figure.noOwner), ("longest gap ms", Figure.outage), ("gaps ms", Figure.gaps),
            ("stall ms", Figure.stall), ("steal %", Figure.steal),
        ]
        let rows = table.with { $0.fault == "load" }
        var result = MarkdownTable(
            columns: [.left("setting"), .left("peer"), .right("keepalive/dead ms"), .right("n"), .right("s")]
                + figures.map { .right($0.0) })
        for setting in rows.distinct(\.setting) {
            for peer in peers {
                let some = rows.with { $0.setting == setting && $0.peer == peer }
                guard let first = some.rows.first else { continue }
                result.rows.append(
                    [setting, peer, Self.times(of: first), "\(some.rows.count)", some.cell(Figure.loadSeconds)]
                        + figures.map { some.cell($0.1) })
            }
        }
        let title = "## Load without any fault\n\n\(Self.howLoadIsMade)\n\n"
        return title + (result.rows.isEmpty ? "Not measured.\n" : result.text)
    }

    private static let howLoadIsMade = """
        Four processes that count, one that writes 256 MiB and waits for the disk, one that maps, touches and unmaps 512 MiB, all
        with normal priority, and all clusters of one setting at the same time. Every takeover is one too many. `stall` is the
        longest time in which the real-time probe itself was not run: what the machine held up, and nobody's fault.
        """

    // MARK: - Remarks

    /// What is remarked on several rows of a trial is told once, with the runs.
    private var remarks: String {
        var told: [(of: Remark, runs: [Int])] = []
        for row in table.rows {
            for note in row.notes {
                let remark = Remark(trial: TrialKey(row), note: note)
                if let index = told.firstIndex(where: { $0.of == remark }) {
                    if !told[index].runs.contains(row.run) { told[index].runs.append(row.run) }
                } else {
                    told.append((remark, [row.run]))
                }
            }
        }
        let lines = told.map { remark, runs in
            let trial = remark.trial
            let title = Self.title(fault: trial.fault, setting: trial.setting, addresses: trial.addresses)
            return "- \(trial.peer), \(title), run \(runs.map(String.init).joined(separator: " ")): \(remark.note)\n"
        }
        return "## Remarks\n\n" + (lines.isEmpty ? "None.\n" : lines.joined())
    }

    private struct Remark: Hashable {
        var trial: TrialKey
        var note: String
    }
}
