// Calls of vrrpd: `vrrpd -i INTERFACE -v ID [-p PRIORITY] [-d SECONDS] [-s] [-n] [-a AUTH] ADDRESS[/BITS] …`.

import HeartbeatModel

struct VrrpdReader {
    private var host: ImportedHost
    private var instance: ImportedInstance

    static func read(_ file: SourceFile) throws(ImportMistake) -> ImportedHost {
        var host = ImportedHost(file: file.path)
        for call in try CommandLines.calls(of: "vrrpd", in: file) {
            var reader = VrrpdReader(host: host, call)
            reader.read(call)
            host = reader.host
        }
        guard !host.instances.isEmpty else {
            throw ImportMistake(
                ImportPlace(file: file.path, line: 1), "there is no call of vrrpd with an address",
                "name the script or unit that calls it")
        }
        return host
    }

    private init(host: ImportedHost, _ call: ProgramCall) {
        self.host = host
        instance = ImportedInstance(place: call.place, title: "vrrpd", name: "")
    }

    private static let withValue: Set = ["-i", "-v", "-p", "-d", "-a", "-f", "-U", "-D", "-M", "-z", "-x"]

    private mutating func read(_ call: ProgramCall) {
        var usesInterfaceAddress = false
        var words = call.words[...]
        while let word = words.popFirst() {
            if Self.withValue.contains(word) {
                set(word, words.popFirst() ?? "", at: call.place)
            } else if word == "-s" {
                (instance.preempts, instance.preemptPlace) = (false, call.place)
            } else if word == "-n" {
                usesInterfaceAddress = true
            } else if word.hasPrefix("-") {
                host.find(
                    .lost, call.place, "vrrpd \(word)", "the option is not known", "look in vrrpd(8) for what it does")
            } else {
                add(word, at: call.place)
            }
        }
        if !usesInterfaceAddress {
            host.find(
                .changed, call.place, "vrrpd",
                "addresses have the MAC of the interface, and neighbours are told when they move")
        }
        guard !instance.addresses.isEmpty else { return }
        for index in instance.addresses.indices where instance.addresses[index].bits != nil {
            instance.addresses[index].interface = instance.interface
        }
        instance.title = "vrrpd -v \(instance.id.map(String.init) ?? "?")"
        // RFC 3768.
        instance.deadAfter = instance.advert * 3 + (256 - instance.priority) * 1000 / 256
        host.instances.append(instance)
    }

    private mutating func set(_ option: String, _ value: String, at place: ImportPlace) {
        let number = ImportedWord.number(value)
        switch option {
        case "-i": instance.interface = ImportedWord.isInterface(value) ? value : nil
        case "-v": instance.id = number
        case "-p": instance.priority = number.map { min(max($0, 1), 255) } ?? instance.priority
        case "-d": instance.advert = number.flatMap { (1...255).contains($0) ? $0 * 1000 : nil } ?? instance.advert
        case "-a":
            guard value != "none" else { return }
            host.find(.changed, place, "vrrpd -a", "its password is not used again: authkeys has a new random secret")
        case "-U", "-D":
            host.find(
                .lost, place, "vrrpd \(option) \(value)", "scripts of vrrpd do not fit",
                "put a program into /etc/ha.d/notify.d (docs/notices.md), or a resource script behind the address")
        case "-M", "-z", "-x":
            host.find(
                .lost, place, "vrrpd \(option)", "processes do not watch each other",
                "nothing, where haresources has all addresses in one line: they move together")
        default: break
        }
    }

    private mutating func add(_ word: String, at place: ImportPlace) {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let ip = IPAddress(parts.first ?? ""), ip.isUnicast else {
            return host.find(
                .lost, place, "vrrpd \(word)", "no address that an interface can own",
                "write it into haresources by hand")
        }
        var address = ImportedAddress(ip: ip, place: place)
        if parts.count == 2 {
            address.bits = DecimalNumber.value(parts[1]).flatMap { (1...ip.length).contains($0) ? $0 : nil }
        }
        instance.addresses.append(address)
    }
}
