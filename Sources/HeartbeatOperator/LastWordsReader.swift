// What a daemon that does not answer has left on its machine: its last state, its last sign of life, how it ended, what its guardian
// did, and which service addresses the kernel still has. Each is looked for on its own, and none of them is waited for long.

import HeartbeatAddresses
import HeartbeatCheck
import HeartbeatHost
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

struct LastWordsReader {
    private let paths: DaemonPaths
    private var own: String { paths.own.path }

    init(_ places: Places) {
        paths = DaemonPaths(places)
    }

    func read() -> LastWords {
        var words = LastWords()
        let now = WallClock.unixMilliseconds
        words.facts = paths.lastStatus.read()
        words.saved = words.facts?.unixMilliseconds.map { PairStatus.Age(since: $0, asked: now) }
        let life = LifePage.read(in: own)
        if let life, let beat = life.beat {
            words.lastKeepalive = PairStatus.Age(
                duration: max(.zero, Instant.sinceBoot - beat), since: life.beatUnixMilliseconds)
        }
        readEnd(life, &words)
        words.guardian = guardian
        words.isConfigured = Descriptors.contents(of: paths.haCf, atMost: 1) == nil ? .no : .yes
        readAddresses(&words)
        return words
    }

    // MARK: - How it ended

    /// A process that holds the pid file is there. systemd knows best how one has ended; without it the daemon's own word counts.
    private func readEnd(_ life: LifePage.Words?, _ words: inout LastWords) {
        if case .running(let pid) = PidFile.owner(of: paths.pidFile) {
            words.end = .running(pid: pid > 0 ? pid : life?.pid ?? 0)
            return
        }
        if paths.run == "/run", let unit = ServiceUnit.look() {
            words.end = unit.end
            words.ended = unit.ended.map { PairStatus.Age(since: wallClock($0), asked: WallClock.unixMilliseconds) }
        }
        if words.end == .unknown, life?.state == .ended { words.end = .orderly }
    }

    private func wallClock(_ ago: Duration) -> UInt64 {
        let now = WallClock.unixMilliseconds
        let milliseconds = UInt64(max(0, ago.milliseconds))
        return now > milliseconds ? now - milliseconds : 0
    }

    private var guardian: String? {
        let bytes = Descriptors.contents(of: own + "/guardian_acted", atMost: 1024) ?? []
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
    }

    // MARK: - What the kernel has

    private func readAddresses(_ words: inout LastWords) {
        let addresses = addressWords(words.facts).compactMap { word in Self.address(word).map { (word, $0) } }
        guard !addresses.isEmpty else { return }
        let survey = AddressSurvey.now()
        words.held = addresses.filter { survey.isHere($0.1) }.map { word, address in
            switch survey.holder(of: address) {
            case nil: LastWords.Held(word: word, interface: "", isOurs: .yes)
            case .earlierHeartbeat(let label)?: LastWords.Held(word: word, interface: label, isOurs: .no)
            case .machine(let interface)?: LastWords.Held(word: word, interface: interface, isOurs: .no)
            case .unknown(let interface)?: LastWords.Held(word: word, interface: interface, isOurs: .unknown)
            }
        }
        words.hasAddresses = words.held.isEmpty ? .no : .yes
    }

    /// Words of the last state, else of haresources.
    private func addressWords(_ facts: NodeFacts?) -> [String] {
        if let facts, !facts.groups.isEmpty { return facts.groups.flatMap(\.resources) }
        let bytes = Descriptors.contents(of: paths.haresources, atMost: 1 << 20) ?? []
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).flatMap { line in
            line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
        }
    }

    /// The address of a word of haresources that is one.
    static func address(_ word: String) -> ServiceAddress? {
        let argument = ["IPaddr::", "IPaddr2::", "IPv6addr::"].first(where: word.hasPrefix).map {
            word.dropFirst($0.count)
        }
        let text = String(argument ?? word[...])
        if let address = try? AddressWord.ipv4(text).address { return address }
        return try? AddressWord.ipv6(text).address
    }
}
