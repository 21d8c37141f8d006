// Asks the neighbours of addresses that came up whether they know it, and has them told again until they do. All of it happens
// beside the start, which waits for none of it: the choice of neighbours on a thread of its own, questions and answers on the
// loop. It refuses to know what an operator is told.

import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// What has become known of addresses that were announced together.
package enum NeighbourNews: Hashable, Sendable {
    /// Whether the neighbours agreed at once, told once for every announcement and soon after it: when the last of those that
    /// answer did, `nil` if one of them does not, or nobody answers.
    case first(agreed: Instant?)
    /// All that answer anything agree: who, how long after the first announcement, and how often they had been told by then.
    case agree([IPAddress], after: Duration, announcements: Int)
    /// The neighbour goes on sending elsewhere what is for the address; told once for each.
    case disagrees(IPAddress, of: IPAddress, interface: String)
    /// None of these answers anything.
    case unknown([IPAddress])
}

/// The questions that are open.
package final class NeighbourCheck {
    /// Something has become known of the addresses of one announcement.
    package var onNews: (_ addresses: [IPAddress], NeighbourNews) -> Void = { _, _ in }
    /// Whether this node's kernel lets nothing of its service addresses pass just now: nobody can be asked then.
    package var isSilenced: () -> Bool = { false }
    package var rules = NeighbourRules()
    /// Tells everybody on the LAN once where these are.
    var announce: ([IPAddress]) -> Void = { _ in }
    /// Announces these as if they had just come up: of those that came together only some are asked about.
    var announceAgain: ([IPAddress]) -> Void = { _ in }

    /// So long the first news waits for neighbours to agree. On a LAN they do within a millisecond.
    package static let patience = Duration.milliseconds(250)
    /// So many addresses that came up together on one interface are asked about: they were announced in one go, and what loses
    /// packets on the way loses the first or the last of them, or some between. Hundreds would cost a slow machine more than
    /// the announcements themselves.
    static let sampleSize = 4
    /// While so many are being asked about, of further groups only one address is.
    private static let manyQuestions = 16
    /// While nothing can leave.
    private static let silencePause = Duration.milliseconds(200)

    private struct PortKey: Hashable {
        let interface: UInt32
        let isIPv6: Bool

        init(_ choice: NeighbourChoice) {
            interface = choice.interface.index
            isIPv6 = choice.neighbour.isIPv6
        }
    }

    private let reactor: Reactor
    private var batches: [UInt64: NeighbourBatch] = [:]
    private var lastBatch: UInt64 = 0
    /// Batches whose neighbours are still to be chosen, and whether a choice is under way.
    private var waiting: [UInt64: NeighbourChoice.Wish] = [:]
    private var isChoosing = false
    private var ports: [PortKey: NeighbourPort] = [:]
    private var timer: ReactorTimer?

    package init(reactor: Reactor) {
        self.reactor = reactor
    }

    // MARK: - Beginning and ending

    /// These have been announced for the first time since they came up, or since that was ordered. The start of the group goes
    /// on behind this, so everything that takes time is left to the thread that chooses.
    func begin(_ addresses: [IPAddress], at instant: Instant) {
        cancel(addresses)
        let open = batches.values.reduce(0) { $0 + $1.subjectCount }
        lastBatch += 1
        batches[lastBatch] = NeighbourBatch(addresses, announced: instant, firstDue: reactor.now + Self.patience)
        waiting[lastBatch] = NeighbourChoice.Wish(
            addresses: addresses, most: open < Self.manyQuestions ? Self.sampleSize : 1)
        choose()
        schedule()
    }

    /// One choice at a time: groups that come up together are chosen for together.
    private func choose() {
        guard !isChoosing, !waiting.isEmpty else { return }
        isChoosing = true
        let (wishes, rules) = (waiting, rules)
        waiting = [:]
        BackgroundWork.run(on: reactor) {
            NeighbourChoice.now(for: wishes, rules)
        } completion: { [weak self] choices in
            guard let self else { return }
            isChoosing = false
            for id in wishes.keys.sorted() { chosen(choices[id] ?? [], for: id) }
            choose()
            schedule()
        }
    }

    private func chosen(_ choices: [NeighbourChoice], for id: UInt64) {
        guard let batch = batches[id] else { return }
        for choice in choices {
            guard openPort(for: choice) != nil else { continue }
            let index = batch.add(choice)
            perform(batch.talks[index].agreement.begin(at: reactor.now), batch, index)
        }
        batch.isChosen = true
        settle(id)
    }

    /// `nil` when it cannot be opened, as that of an interface that has just gone: then nobody is asked there.
    private func openPort(for choice: NeighbourChoice) -> NeighbourPort? {
        let key = PortKey(choice)
        if let port = ports[key] { return port }
        guard let port = try? NeighbourPort(choice.interface, isIPv6: key.isIPv6, reactor: reactor) else { return nil }
        ports[key] = port
        port.onStation = { [weak self] in self?.found($0, key) }
        port.onEcho = { [weak self] in self?.answered($0, $1, key) }
        return port
    }

    /// These are not here any more, or are announced anew.
    func cancel(_ addresses: [IPAddress]) {
        guard !batches.isEmpty else { return }
        for id in batches.keys.sorted() where batches[id]?.cancel(addresses) == true { settle(id) }
        schedule()
    }

    func cancelAll() {
        batches = [:]
        waiting = [:]
        timer?.cancel()
        timer = nil
        closeUnusedPorts()
    }

    // MARK: - Questions and answers

    private func perform(_ effects: [NeighbourAgreement.Effect], _ batch: NeighbourBatch, _ index: Int) {
        let choice = batch.talks[index].choice
        guard let port = ports[PortKey(choice)] else { return }
        for effect in effects {
            switch effect {
            case .find:
                guard port.find(choice.neighbour, from: choice.own) else { continue }
                perform(batch.talks[index].agreement.found(at: reactor.now), batch, index)
            case .askFromOwn: if let own = choice.own { port.ask(choice.neighbour, from: own) }
            case .ask(let address): port.ask(choice.neighbour, from: address)
            case .tell(let address):
                batch.tellings += 1
                port.tell(choice.neighbour, of: address)
                announce([address])
            case .known(let address, let opinion):
                batch.know(opinion, of: choice.neighbour, at: reactor.now)
                guard opinion == .disagrees else { continue }
                onNews(
                    batch.announcedAddresses,
                    .disagrees(choice.neighbour, of: address, interface: choice.interface.name))
            }
        }
    }

    private func found(_ neighbour: IPAddress, _ key: PortKey) {
        forEachTalk(with: neighbour, key) { batch, index in
            perform(batch.talks[index].agreement.found(at: reactor.now), batch, index)
        }
    }

    private func answered(_ neighbour: IPAddress, _ address: IPAddress, _ key: PortKey) {
        forEachTalk(with: neighbour, key) { batch, index in
            if batch.talks[index].choice.own == address { batch.talks[index].agreement.answeredOwn() }
            perform(batch.talks[index].agreement.answered(address), batch, index)
        }
    }

    private func forEachTalk(with neighbour: IPAddress, _ key: PortKey, _ body: (NeighbourBatch, Int) -> Void) {
        for id in batches.keys.sorted() {
            guard let batch = batches[id] else { continue }
            for (index, talk) in batch.talks.enumerated()
            where talk.choice.neighbour == neighbour && PortKey(talk.choice) == key {
                body(batch, index)
            }
            settle(id)
        }
        schedule()
    }

    // MARK: - Time

    private func expire() {
        let now = reactor.now
        for id in batches.keys.sorted() {
            guard let batch = batches[id] else { continue }
            if !isSilenced() {
                for index in batch.talks.indices { perform(batch.talks[index].agreement.expire(at: now), batch, index) }
            }
            settle(id)
        }
        schedule()
    }

    private func schedule() {
        timer?.cancel()
        let now = reactor.now
        let pause = isSilenced() ? Self.silencePause : .zero
        timer = batches.values.compactMap(\.deadline).min().map { due in
            reactor.after(max(pause, due - now)) { [weak self] in self?.expire() }
        }
    }

    private func settle(_ id: UInt64) {
        guard let batch = batches[id] else { return }
        let news = batch.takeNews(at: reactor.now)
        if batch.isOver {
            batches[id] = nil
            waiting[id] = nil
            closeUnusedPorts()
        }
        for news in news {
            onNews(batch.announcedAddresses, news)
            guard case .agree = news, batch.tellings > 0, batch.addresses.count > batch.subjectCount else { continue }
            announceAgain(batch.addresses)
        }
    }

    private func closeUnusedPorts() {
        let used = Set(batches.values.flatMap(\.talks).map { PortKey($0.choice) })
        for (key, port) in ports where !used.contains(key) {
            port.close()
            ports[key] = nil
        }
    }
}
