// ucarp, called by a script or a unit, or by Debian's /etc/network/interfaces with lines that begin with `ucarp-`.

import HeartbeatModel

struct UcarpReader {
    private var host: ImportedHost

    static func read(_ file: SourceFile) throws(ImportMistake) -> ImportedHost {
        var reader = UcarpReader(host: ImportedHost(file: file.path))
        let stanzas = try InterfaceStanzas.read(file)
        for stanza in stanzas where stanza.options.contains(where: { $0.name.hasPrefix("ucarp-") }) {
            reader.read(stanza, among: stanzas)
        }
        for call in try CommandLines.calls(of: "ucarp", in: file) { reader.read(call) }
        guard !reader.host.instances.isEmpty else {
            throw ImportMistake(
                ImportPlace(file: file.path, line: 1),
                "there is no call of ucarp, and no ucarp-vip line, with an address",
                "name the script or unit that calls it, or /etc/network/interfaces")
        }
        return reader.host
    }

    /// What ucarp is told, however it is.
    private struct Settings {
        var interface: String?
        var base = 1
        var skew = 0
        var ratio = 3
        var preempts = false
        var address: ImportedAddress?
        var source: IPAddress?
        var id: Int?
    }

    // MARK: - Command lines

    /// Options with a value, by their letters; those that stand together are one.
    private static let options: [Character: String] = [
        "i": "interface", "s": "srcip", "m": "mcast", "v": "vhid", "p": "pass", "o": "passfile", "a": "addr",
        "b": "advbase",
        "k": "advskew", "u": "upscript", "d": "downscript", "r": "deadratio", "f": "facility", "x": "xparam",
    ]
    private static let flags: [Character: String] = [
        "P": "preempt", "n": "neutral", "D": "debug", "z": "shutdown", "B": "daemonize", "S": "ignoreifstate",
        "M": "nomcast", "h": "help",
    ]

    private mutating func read(_ call: ProgramCall) {
        var settings = Settings()
        var words = call.words[...]
        while let word = words.popFirst() {
            if word.hasPrefix("--") {
                let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = String(parts.first ?? "")
                let takesValue = Self.options.values.contains(name)
                let value = parts.count == 2 ? String(parts[1]) : takesValue ? words.popFirst() ?? "" : ""
                set(name, value, "ucarp --\(name)", call.place, &settings)
            } else if word.hasPrefix("-"), word != "-" {
                readLetters(word.dropFirst(), &words, call.place, &settings)
            }
        }
        finish(settings, at: call.place)
    }

    private mutating func readLetters(
        _ letters: Substring, _ words: inout ArraySlice<String>, _ place: ImportPlace, _ settings: inout Settings
    ) {
        var rest = letters
        while let letter = rest.popFirst() {
            if let name = Self.options[letter] {
                let value = rest.isEmpty ? words.popFirst() ?? "" : String(rest)
                return set(name, value, "ucarp -\(letter)", place, &settings)
            }
            set(Self.flags[letter] ?? String(letter), "", "ucarp -\(letter)", place, &settings)
        }
    }

    // MARK: - Debian's stanzas

    private mutating func read(_ stanza: InterfaceStanza, among stanzas: [InterfaceStanza]) {
        var settings = Settings()
        settings.interface = ImportedWord.isInterface(stanza.interface) ? stanza.interface : nil
        settings.source = stanza["address"].flatMap { IPAddress($0.prefix { $0 != "/" }) }
        for option in stanza.options where option.name.hasPrefix("ucarp-") {
            let name = String(option.name.dropFirst(6))
            let known = ["vid": "vhid", "vip": "addr", "password": "pass", "master": "preempt"][name] ?? name
            if known == "preempt" || known == "nomcast" {
                guard !["no", "off", "false", "0", ""].contains(option.value) else { continue }
            }
            set(known, option.value, option.name, option.place, &settings)
        }
        // The stanza that Debian's scripts bring up says how long the network's part is.
        let alias = stanzas.first { $0.interface == "\(stanza.interface):ucarp" }
        if let mask = alias?["netmask"], settings.address?.bits == nil {
            settings.address?.bits = IPAddress(ipv4: mask)?.netmaskLength ?? DecimalNumber.value(mask)
        }
        finish(settings, at: stanza.place)
    }

    // MARK: - Settings

    private mutating func set(
        _ name: String, _ value: String, _ what: String, _ place: ImportPlace, _ settings: inout Settings
    ) {
        let number = ImportedWord.number(value)
        switch name {
        case "interface": settings.interface = ImportedWord.isInterface(value) ? value : nil
        case "srcip": settings.source = IPAddress(value)
        case "vhid": settings.id = number
        case "addr": settings.address = address(value, what, place)
        case "advbase": settings.base = number.flatMap { (1...255).contains($0) ? $0 : nil } ?? settings.base
        case "advskew": settings.skew = number.map { min($0, 255) } ?? settings.skew
        case "deadratio": settings.ratio = number.flatMap { (1...255).contains($0) ? $0 : nil } ?? settings.ratio
        case "preempt": settings.preempts = true
        case "pass", "passfile":
            host.find(.changed, place, what, "its password is not used again: authkeys has a new random secret")
        case "upscript", "downscript", "xparam":
            host.find(
                .lost, place, "\(what) \(value)", "scripts of ucarp do not fit; heartbeat brings up the address itself",
                "if the script does more, put that into a resource script behind the address in haresources")
        case "ignoreifstate":
            host.find(
                .changed, place, what, "an interface with service addresses is watched, always",
                "look at docs/what-moves-the-service.md")
        case "mcast", "nomcast", "neutral", "debug", "shutdown", "daemonize", "facility", "help": break
        default: host.find(.lost, place, what, "the option is not known", "look in ucarp(8) for what it does")
        }
    }

    private mutating func address(_ text: String, _ what: String, _ place: ImportPlace) -> ImportedAddress? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let ip = IPAddress(parts.first ?? ""), ip.isUnicast else {
            host.find(
                .lost, place, "\(what) \(text)", "no address that an interface can own",
                "write it into haresources by hand")
            return nil
        }
        let bits = parts.count == 2 ? DecimalNumber.value(parts[1]) : nil
        return ImportedAddress(ip: ip, bits: bits, place: place)
    }

    private mutating func finish(_ settings: Settings, at place: ImportPlace) {
        guard var address = settings.address else { return }
        if let bits = address.bits, !(1...address.ip.length).contains(bits) { address.bits = nil }
        if address.bits != nil { address.interface = settings.interface }
        var instance = ImportedInstance(place: place, title: "ucarp for \(address.ip)", name: "")
        (instance.id, instance.interface, instance.source) = (settings.id, settings.interface, settings.source)
        instance.addresses = [address]
        // Who speaks more often serves.
        instance.priority = -(settings.base * 256 + settings.skew)
        instance.isMaster = settings.skew == 0
        instance.advert = settings.base * 1000 + settings.skew * 1000 / 256
        instance.deadAfter = instance.advert * settings.ratio
        (instance.preempts, instance.preemptPlace) = (settings.preempts, place)
        host.instances.append(instance)
    }
}
