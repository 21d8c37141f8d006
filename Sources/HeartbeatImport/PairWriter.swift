// What one or two hosts say, as a pair: groups, media, times. It writes only words that the readers of the three files take.

import HeartbeatModel

struct PairWriter {
    let source: ImportSource
    let hosts: [ImportedHost]
    let nodes: [ImportNode]
    private let secret: String
    var pairings: [ImportedPairing]
    var findings: [ImportFinding]

    init(_ source: ImportSource, _ hosts: [ImportedHost], nodes: [ImportNode], secret: String) {
        (self.source, self.hosts, self.nodes, self.secret) = (source, hosts, nodes, secret)
        pairings = ImportedPairing.pairings(of: hosts)
        findings = hosts.flatMap(\.findings)
    }

    mutating func run() throws(ImportMistake) -> Import {
        for index in pairings.indices { prefer(index) }
        let haresources = haresources()
        let (times, failback) = (timeLines(), failbackLines())
        let first = try haCf(of: 0, times: times, failback: failback)
        let second = try haCf(of: 1, times: times, failback: failback)
        tellUnknownWay()
        let haCf: [Import.File] =
            first == second
            ? [.init(name: "ha.cf", mode: 0o644, text: first)]
            : [
                .init(name: "ha.cf.\(name(0))", mode: 0o644, text: first),
                .init(name: "ha.cf.\(name(1))", mode: 0o644, text: second),
            ]
        return Import(
            source: source, nodes: nodes.map(\.name),
            files: haCf + [
                .init(name: "haresources", mode: 0o644, text: haresources),
                .init(name: "authkeys", mode: 0o600, text: "\(head)auth 1\n1 sha1 \(secret)\n"),
            ],
            findings: Self.ordered(findings, files: hosts.map(\.file)), next: next(isSame: first == second))
    }

    mutating func find(
        _ outcome: ImportFinding.Outcome, _ place: ImportPlace, _ what: String, _ why: String, _ remedy: String? = nil
    ) {
        findings.append(ImportFinding(outcome, place, what, why, remedy))
    }

    var head: String {
        "# Made by hbctl import \(source.rawValue). Read it, and docs/import.md, before heartbeat starts with it.\n"
    }

    /// Included files come behind those that are named.
    private static func ordered(_ findings: [ImportFinding], files: [String]) -> [ImportFinding] {
        func rank(_ finding: ImportFinding) -> Int { files.firstIndex(of: finding.place.file) ?? files.count }
        return findings.enumerated()
            .sorted { one, other in
                let (left, right) = (one.element, other.element)
                return (rank(left), left.place.file, left.place.line, one.offset)
                    < (rank(right), right.place.file, right.place.line, other.offset)
            }
            .map(\.element)
    }

    private func next(isSame: Bool) -> [String] {
        var steps = [
            isSame
                ? "copy ha.cf, haresources and authkeys to /etc/ha.d on both nodes; chmod 600 authkeys"
                : "copy haresources and authkeys to /etc/ha.d on both nodes, and each ha.cf.NODE as ha.cf to its node; "
                    + "chmod 600 authkeys",
            "on each node: hbctl check",
        ]
        if Set(mediaLines(of: 0).map { $0.split(separator: " ")[1] }).count < 2 {
            steps.append("give the pair a second medium that shares no cable with the first (ha.cf.example)")
        }
        steps.append(
            "on each node: stop \(source.rawValue) and keep it from starting at boot; only then start heartbeat")
        return steps
    }

    // MARK: - Who serves

    private mutating func prefer(_ index: Int) {
        let pairing = pairings[index]
        guard let one = pairing.sides[0], let other = pairing.sides[1] else { return preferAlone(index) }
        let isFirst: Bool
        if one.priority != other.priority {
            isFirst = one.priority > other.priority
        } else {
            isFirst = other.isMaster != true || one.isMaster == true
            find(
                .changed, one.place, one.title,
                "both hosts have the same priority: its group prefers \(name(isFirst ? 0 : 1))",
                "write the other node into haresources if you like that better")
        }
        pairings[index].preferred = isFirst ? 0 : 1
        if one.priority != other.priority {
            let served = isFirst ? one : other
            find(.kept, served.place, served.title, "a group of haresources that prefers \(name(isFirst ? 0 : 1))")
        }
        if Set(one.addresses.map(\.ip)) != Set(other.addresses.map(\.ip)) {
            find(
                .changed, other.place, other.title, "its addresses are not those of \(one.place): the latter are taken",
                "make haresources what it should be")
        }
    }

    /// Of one file, or of an instance that one host has.
    private mutating func preferAlone(_ index: Int) {
        let side = pairings[index].sides[0] == nil ? 1 : 0
        let instance = pairings[index].first
        if hosts.count == 2 {
            pairings[index].preferred = side
            return find(
                .changed, instance.place, instance.title,
                "only this host has it: the other node will run its group, too",
                "leave it out of haresources if the other node cannot")
        }
        let isOther = instance.isMaster == false && instance.preempts
        pairings[index].preferred = isOther ? 1 : 0
        if instance.isMaster == true || isOther {
            find(.kept, instance.place, instance.title, "a group of haresources that prefers \(name(isOther ? 1 : 0))")
        } else {
            find(
                .changed, instance.place, instance.title,
                "without the other host's file nobody knows who has the higher priority: its group prefers \(name(0))",
                "name both files, or write the other node into haresources")
        }
    }

    func name(_ node: Int) -> String { nodes[node].name.text }

    // MARK: - Times and failback

    private mutating func timeLines() -> [String] {
        let keepalive = max(10, pairings.map(\.advert).min() ?? 1000)
        let dead = pairings.map(\.deadAfter).min() ?? 0
        let isPossible = dead > keepalive * 2
        let deadtime = isPossible ? dead : keepalive * 3
        let first = pairings[0].first
        let why = isPossible ? "" : ", which must be longer than two keepalives"
        find(
            isPossible ? .kept : .changed, first.place, "\(first.title): times",
            "keepalive \(Self.text(keepalive)), deadtime \(Self.text(deadtime))\(why)")
        for pairing in pairings where pairing.advert > keepalive {
            find(
                .changed, pairing.first.place, pairing.first.title,
                "all groups have the same times, the shortest ones: keepalive \(Self.text(keepalive))")
        }
        return ["keepalive \(Self.text(keepalive))", "deadtime \(Self.text(deadtime))"]
    }

    private mutating func failbackLines() -> [String] {
        let served = pairings.map(\.served)
        let staying = served.filter { !$0.preempts }
        let isOn = staying.isEmpty
        for instance in staying {
            let place = instance.preemptPlace ?? instance.place
            if instance.isMaster == true, source == .keepalived {
                find(
                    .changed, place, "\(instance.title): nopreempt",
                    "auto_failback off; keepalived passed over it, because the state is MASTER",
                    "write on if groups shall return")
            } else {
                find(.kept, place, "\(instance.title): no preemption", "auto_failback off")
            }
        }
        for instance in served where !isOn && instance.preempts {
            find(
                .changed, instance.place, instance.title,
                "auto_failback off, because another instance does not preempt",
                "write auto_failback on if all groups shall return")
        }
        var lines = ["auto_failback \(isOn ? "on" : "off")"]
        let delayed = served.filter { ($0.preemptDelay ?? 0) > 0 }
        for instance in delayed {
            find(
                isOn ? .kept : .changed, instance.preemptPlace ?? instance.place, "\(instance.title): preempt_delay",
                isOn
                    ? "failback_delay, the longest one for all"
                    : "nothing returns by itself, so that there is nothing to delay")
        }
        if isOn, let longest = delayed.compactMap(\.preemptDelay).max() {
            lines.append("failback_delay \(Self.text(longest))")
        }
        return lines
    }

    /// A time of ha.cf.
    static func text(_ milliseconds: Int) -> String {
        milliseconds.isMultiple(of: 1000) ? String(milliseconds / 1000) : "\(milliseconds)ms"
    }
}
