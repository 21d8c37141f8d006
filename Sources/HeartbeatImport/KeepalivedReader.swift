// keepalived.conf of one host, read: what stands at the top of the file. Instances and scripts are read in files beside this one.

import HeartbeatConfig
import HeartbeatModel

struct KeepalivedReader {
    var host: ImportedHost
    /// Definitions of vrrp_script by name.
    private var scripts: [String: KeepalivedStatement] = [:]
    /// What instances and groups say of scripts, in the order of the file.
    private var trackedScripts: [KeepalivedStatement] = []
    private var version = 2

    /// - Parameter included: gives the files that an `include` names.
    static func read(_ file: SourceFile, _ included: IncludedFiles?) throws(ImportMistake) -> ImportedHost {
        var tree = KeepalivedTree(included)
        let statements = try tree.read(file)
        var reader = KeepalivedReader(host: ImportedHost(file: file.path))
        reader.host.findings = tree.findings
        for statement in statements { reader.read(statement) }
        reader.readTrackedScripts()
        reader.finishTimes()
        guard !reader.host.instances.isEmpty else {
            throw ImportMistake(
                ImportPlace(file: file.path, line: 1), "there is no vrrp_instance, so that nothing can be carried over",
                "name the file that has them; keepalived -C needs no counterpart")
        }
        return reader.host
    }

    private init(host: ImportedHost) { self.host = host }

    private mutating func read(_ statement: KeepalivedStatement) {
        switch statement.keyword {
        case "global_defs": for word in statement.block ?? [] { readGlobal(word) }
        case "vrrp_instance": readInstance(statement)
        case "vrrp_sync_group": readSyncGroup(statement)
        case "vrrp_script": if let name = statement.value, scripts[name] == nil { scripts[name] = statement }
        default: tell(statement)
        }
    }

    private mutating func readGlobal(_ statement: KeepalivedStatement) {
        switch statement.keyword {
        case "router_id":
            if let name = statement.value, ImportedWord.isNodeName(name) { host.name = name }
        case "vrrp_version": version = statement.value == "3" ? 3 : 2
        default: tell(statement)
        }
    }

    /// Says what becomes of a statement that has no counterpart of its own.
    mutating func tell(_ statement: KeepalivedStatement) {
        let keyword = statement.keyword
        guard !keyword.isEmpty else {
            return host.find(.lost, statement.place, "{", "the braces belong to nothing", "write what they belong to")
        }
        guard !keyword.hasPrefix("@") else {
            return host.find(
                .lost, statement.place, statement.text, "lines for some hosts only are not read",
                "write this host's file without them")
        }
        guard let row = KeepalivedWord.row(of: keyword) else { return }
        guard !row.isRead else {
            return host.find(
                .lost, statement.place, statement.text, "the word does nothing where it stands",
                "look whether a brace is in the wrong place")
        }
        let hint = row.words == "*" ? Spelling.hint(for: keyword, among: KeepalivedWord.names) : ""
        // A password is nobody's to print.
        let what = keyword.hasPrefix("auth") ? keyword : statement.text
        host.find(row.outcome, statement.place, what, Self.plain(row.why) + hint, row.remedy.map(Self.plain))
    }

    /// Without what a page makes of it.
    private static func plain(_ text: String) -> String { String(text.filter { $0 != "`" }) }

    // MARK: - Groups

    private mutating func readSyncGroup(_ statement: KeepalivedStatement) {
        var group = ImportedSyncGroup(place: statement.place, name: statement.value ?? "", members: [])
        for word in statement.block ?? [] {
            switch word.keyword {
            case "group": group.members += word.words.dropFirst() + (word.block ?? []).flatMap(\.words)
            case "track_interface": readTrackedInterfaces(word)
            case "track_script": trackedScripts += word.block ?? []
            default: tell(word)
            }
        }
        host.syncGroups.append(group)
        host.find(
            .kept, statement.place, statement.text, "one group of haresources with the addresses of all its instances")
    }

    // MARK: - Instances

    private mutating func readInstance(_ statement: KeepalivedStatement) {
        var instance = ImportedInstance(
            place: statement.place, title: statement.text.printable(atMost: 60), name: statement.value ?? "")
        for word in statement.block ?? [] {
            switch word.keyword {
            case "track_interface": readTrackedInterfaces(word)
            case "track_script": trackedScripts += word.block ?? []
            case "virtual_ipaddress", "virtual_ipaddress_excluded":
                instance.addresses += readAddresses(word)
            case "version": if word.value == "3" { instance.isVersion3 = true }
            default: readSetting(word, of: &instance)
            }
        }
        if instance.peers.count > 1 {
            host.find(
                .lost, instance.place, instance.title,
                "it has \(instance.peers.count) peers, and a pair has two nodes: only the first one is carried over",
                "look at docs/gateway-of-n-hosts.md for a service of more hosts")
        }
        // What stands beside an address, and what is written for all.
        for index in instance.addresses.indices where instance.addresses[index].interface == nil {
            instance.addresses[index].interface = instance.interface
        }
        checkLabels(of: &instance)
        host.instances.append(instance)
    }

    private mutating func readSetting(_ word: KeepalivedStatement, of instance: inout ImportedInstance) {
        switch word.keyword {
        case "state": instance.isMaster = word.value.map { $0 == "MASTER" }
        case "interface": instance.interface = readInterface(word)
        case "virtual_router_id": instance.id = readNumber(word, in: 1...255)
        case "priority": instance.priority = readNumber(word, in: 1...255) ?? instance.priority
        case "advert_int": instance.advert = readTime(word, in: 10...255_000) ?? instance.advert
        case "nopreempt", "preempt":
            (instance.preempts, instance.preemptPlace) = (word.keyword == "preempt", word.place)
        case "preempt_delay":
            instance.preemptDelay = readTime(word, in: 0...1_000_000)
            if instance.preemptPlace == nil { instance.preemptPlace = word.place }
        case "unicast_src_ip": instance.source = readAddress(word, word.value ?? "")
        case "unicast_peer":
            for peer in word.block ?? [] {
                if let address = readAddress(peer, peer.keyword) { instance.peers.append(address) }
            }
        default: tell(word)
        }
    }

    /// Known when all of the file is read.
    private mutating func finishTimes() {
        for index in host.instances.indices {
            let instance = host.instances[index]
            let isThird = instance.isVersion3 || instance.isIPv6 || version == 3
            // RFC 3768 and RFC 5798: the skew is a part of a second, or of the interval.
            let skew = (256 - instance.priority) * (isThird ? instance.advert : 1000) / 256
            host.instances[index].deadAfter = instance.advert * 3 + skew
        }
    }

    // MARK: - Values

    mutating func readInterface(_ word: KeepalivedStatement) -> String? {
        guard let name = word.value, ImportedWord.isInterface(name) else {
            host.find(
                .lost, word.place, word.text, "that cannot be the name of an interface", "name one that ip link shows")
            return nil
        }
        return name
    }

    private mutating func readNumber(_ word: KeepalivedStatement, in range: ClosedRange<Int>) -> Int? {
        if let number = ImportedWord.number(word.value ?? ""), range.contains(number) { return number }
        host.find(
            .changed, word.place, word.text,
            "no number from \(range.lowerBound) to \(range.upperBound): it counts as not written",
            "correct it")
        return nil
    }

    private mutating func readTime(_ word: KeepalivedStatement, in range: ClosedRange<Int>) -> Int? {
        if let time = ImportedWord.thousandths(word.value ?? ""), range.contains(time) { return time }
        host.find(
            .changed, word.place, word.text, "no number of seconds that can be: it counts as not written", "correct it")
        return nil
    }

    private mutating func readAddress(_ word: KeepalivedStatement, _ text: String) -> IPAddress? {
        if let address = IPAddress(text), address.isUnicast { return address }
        host.find(.lost, word.place, word.text, "no address of a host", "correct it")
        return nil
    }

    private mutating func readTrackedInterfaces(_ statement: KeepalivedStatement) {
        for word in statement.block ?? [] {
            guard ImportedWord.isInterface(word.keyword) else {
                host.find(
                    .lost, word.place, "track_interface \(word.text)", "that cannot be the name of an interface",
                    "name one that ip link shows")
                continue
            }
            if !host.trackedInterfaces.contains(word.keyword) { host.trackedInterfaces.append(word.keyword) }
            guard word.words.contains("weight") else {
                host.find(
                    .kept, word.place, "track_interface \(word.text)",
                    "watched: by a link line of ha.cf, where it has no service address")
                continue
            }
            host.find(
                .changed, word.place, "track_interface \(word.text)",
                "its loss counts as one thing lost, and groups go to the node that has lost less; there are no weights")
        }
    }

    private mutating func readTrackedScripts() {
        var seen: Set<String> = []
        for word in trackedScripts where seen.insert(word.keyword).inserted {
            guard let definition = scripts[word.keyword] else {
                host.find(
                    .lost, word.place, "track_script \(word.text)", "there is no vrrp_script of that name", "correct it"
                )
                continue
            }
            let script = KeepalivedScript(definition, tracked: word)
            if let probe = script.probe { host.probes.append(probe) }
            host.findings += script.findings
        }
        for (name, definition) in scripts.sorted(by: { $0.key < $1.key }) where !seen.contains(name) {
            host.find(.kept, definition.place, definition.text, "no instance tracks it, so that it did nothing")
        }
    }
}
