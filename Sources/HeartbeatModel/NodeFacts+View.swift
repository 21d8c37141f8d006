// The other node's view as lines of text: one of the node, and one of each medium over which it may hear this one.

extension NodeFacts.PeerWord {
    var viewLines: [FactLine] {
        guard let view else { return [] }
        let told = view.told
        var line = FactLine(
            "view",
            [
                "age": view.age.factWord, "at": "\(told.at)", "version": told.version, "up": told.up?.factWord,
                "late": told.lateness?.factWord, "more": told.moreLost > 0 ? "\(told.moreLost)" : nil,
                "marks": told.marks?.text,
            ])
        line.fields += told.lost.map { FactLine.Field("lost", $0) }
        // Its keys are none of the view's own.
        line.fields += told.maintenance?.factLine.fields ?? []
        return [line] + told.media.map(\.factLine)
    }

    /// Takes a line of the view, which begins with that of the node.
    mutating func take(_ line: FactLine) {
        if line.kind == "heard" {
            // More than a node tells is none of it.
            guard let name = line["medium"], let count = view?.told.media.count, count < PeerView.mostMedia else {
                return
            }
            view?.told.media.append(PeerView.Medium(MediumName(name), line))
            return
        }
        guard let age = line.duration("age"), let at: UInt64 = line.number("at") else { return }
        var told = PeerView(at: at)
        told.version = line["version"]
        told.up = line.duration("up")
        told.lateness = line.duration("late")
        told.lost = Array(line.all("lost").prefix(PeerView.mostNames))
        told.moreLost = max(0, line.number("more") ?? 0)
        told.marks = line["marks"].flatMap { ConfigurationMarks($0) }
        told.maintenance = Maintenance(fields: line)
        view = NodeFacts.View(told, age: age)
    }
}

extension PeerView.Medium {
    fileprivate var factLine: FactLine {
        FactLine(
            "heard",
            [
                "medium": name.text, "age": age?.factWord, "jitter": jitter?.factWord,
                "lost": lost.map { "\($0)" }, "lane": lane,
            ])
    }

    fileprivate init(_ name: MediumName, _ line: FactLine) {
        self.init(name: name)
        age = line.duration("age")
        jitter = line.duration("jitter")
        lost = line.number("lost")
        lane = line["lane"]
    }
}
