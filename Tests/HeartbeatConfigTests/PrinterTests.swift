// Printing: what was read is printed so that it reads the same, whatever the configuration; secrets only when asked for.

import HeartbeatConfig
import HeartbeatModel
import Testing

/// Draws valid configurations.
struct ConfigurationGenerator {
    var random: SplitMix64

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    mutating func flag() -> Bool {
        Bool.random(using: &random)
    }

    mutating func configuration() -> Configuration {
        var drawn = Configuration(nodes: flag() ? [NodeName("nodea")] : [NodeName("nodea"), NodeName("node-b.x")])
        drawTimes(&drawn)
        drawMedia(&drawn)
        drawDaemon(&drawn)
        drawClients(&drawn)
        drawGroups(&drawn)
        drawFailures(&drawn)
        drawKeys(&drawn)
        if flag() {
            drawn.lan = LanConfiguration(
                interfaces: ["eth7", "eth8", "eth9"].suffix(number(2...3)), interval: .milliseconds(number(50...5000)),
                fall: number(1...9), rise: number(1...9), port: UInt16(number(1...65535)))
        }
        return drawn
    }

    private mutating func drawTimes(_ drawn: inout Configuration) {
        drawn.keepalive = .milliseconds(number(1...3000))
        drawn.deadtime = drawn.keepalive * 2 + .milliseconds(number(1...20000))
        drawn.warntime = .milliseconds(number(1...20000))
        drawn.initdead = drawn.deadtime + .milliseconds(number(0...20000))
        drawn.deadping = drawn.keepalive * 2 + .milliseconds(number(1...20000))
        drawn.maxRetransmitDelay = .milliseconds(number(1...60000))
        drawn.actionTimeouts.start = .milliseconds(number(1...900_000))
        drawn.actionTimeouts.stop = .milliseconds(number(1...900_000))
        drawn.actionTimeouts.status = .milliseconds(number(1...900_000))
        drawn.hopfudge = number(0...255)
    }

    private mutating func drawMedia(_ drawn: inout Configuration) {
        let late = number(0...3)
        // All media of one kind share a port.
        let ports = (0...5).map { _ in UInt16(number(1...3) * 600) }
        for index in 0...number(0...5) {
            let kind = number(0...5)
            let port = ports[kind]
            let interface = "eth\(index)"
            switch kind {
            case 0: drawn.media.append(.serial(device: "/dev/ttyS\(index)", baud: index < late ? 19200 : 9600))
            case 1: drawn.media.append(.broadcast(interface: interface, port: port))
            case 2: drawn.media.append(.unicast(interface: interface, peer: "10.0.0.\(index)", port: port))
            case 3:
                drawn.media.append(
                    .multicast(
                        interface: interface, group: "225.0.0.1", port: port, ttl: UInt8(port / 10), loopback: flag()))
            case 4: drawn.media.append(.unicast6(interface: interface, peer: "fe80::\(index)", port: port))
            default:
                drawn.media.append(
                    .multicast6(
                        interface: interface, group: "ff12::1", port: port, hops: UInt8(index), loopback: flag()))
            }
        }
        if flag() { drawn.pingNodes.append(PingNode(name: NodeName("10.0.1.1"), hosts: ["10.0.1.1"])) }
        if flag() {
            drawn.pingNodes.append(PingNode(name: NodeName("up"), hosts: ["10.0.1.2", "r.example"], isGroup: true))
        }
        if flag() { drawn.pingNodes.append(PingNode(name: NodeName("fe80::9"), hosts: ["fe80::9"], isIPv6: true)) }
    }

    private mutating func drawClients(_ drawn: inout Configuration) {
        let natural = drawn.nodes + drawn.pingNodes.map(\.name)
        let order = natural.shuffled(using: &random)
        // Nodes among themselves, and ping nodes, stay in their own order.
        var nodes = drawn.nodes[...]
        var pings = drawn.pingNodes.map(\.name)[...]
        let mixed = order.compactMap { drawn.nodes.contains($0) ? nodes.popFirst() : pings.popFirst() }
        drawn.memberOrder = mixed == natural ? [] : mixed
        if flag() { drawn.clientPrograms.append(ClientProgram(user: "root", command: "/bin/sleep  1, \"2\"")) }
        if flag() { drawn.clientPrograms.append(ClientProgram(user: "root", command: "/bin/true", isFailFast: flag())) }
        if flag() { drawn.clientPermissions.append(ClientPermission(client: "ipfail", users: ["root", "17"])) }
        if flag() { drawn.clientPermissions.append(ClientPermission(client: "x", groups: ["haclient"])) }
    }

    private mutating func drawDaemon(_ drawn: inout Configuration) {
        drawn.autoFailback = [.on, .off, .legacy][number(0...2)]
        drawn.messageFormat = flag() ? .classic : .netstring
        drawn.logging.logFile = flag() ? "/var/log/ha-log" : nil
        drawn.logging.debugFile = flag() ? "/var/log/ha-debug" : nil
        drawn.logging.facility = flag() ? "local\(number(0...7))" : nil
        drawn.logging.debugLevel = number(0...255)
        drawn.logging.usesSyslogFormat = flag()
        drawn.logging.logsBadPackets = flag()
        drawn.realtime.isEnabled = flag()
        drawn.realtime.priority = number(1...99)
        drawn.watchdog = flag() ? "/dev/watchdog" : nil
        drawn.generationFromTime = flag()
        drawn.uuidFromNodeName = flag()
        // Agreeing, mostly disagreeing and unknown to ha.cf: fields win, the rest is kept.
        drawn.parameters = [
            .init(name: "keepalive", value: "\(drawn.keepalive.milliseconds)msec"),
            .init(name: "hopfudge", value: "+1"),
            .init(name: "SITE", value: "a=b"),
        ]
    }

    private mutating func drawGroups(_ drawn: inout Configuration) {
        for index in 0..<number(0...4) {
            var resources = [Resource(word: "key\(index)", scriptName: "key\(index)", arguments: [])]
            if flag() {
                let address = "10.0.\(index).1/24"
                let service = ServiceAddress(
                    IPAddress(0x0A00_0001 | UInt32(index) << 8), text: "10.0.\(index).1", prefixLength: 24)
                resources.append(
                    Resource(word: address, scriptName: "IPaddr", arguments: [address], address: service))
            }
            for argument in 0..<number(0...3) {
                resources.append(
                    Resource(word: "s::\(argument)::x", scriptName: "s", arguments: ["\(argument)", "x"]))
            }
            let node = drawn.nodes[number(0...(drawn.nodes.count - 1))]
            drawn.groups.append(ResourceGroup(preferredNode: node, resources: resources, line: 0))
        }
    }

    private mutating func drawFailures(_ drawn: inout Configuration) {
        drawn.onStopFailure = StopFailurePolicy.allCases[number(0...2)]
        drawn.shutdownTimeout = .milliseconds(number(1...900_000))
        drawn.failureLimit = number(0...100)
        drawn.failureWindow = .milliseconds(number(1...9_000_000))
        if let lengths = drawn.leaseLengths {
            drawn.lease = [.automatic, .off, .required, .length(lengths.upperBound)][number(0...3)]
        }
        drawn.hasGuardian = flag()
        drawn.quickDeath = QuickDeathRule.allCases[number(0...3)]
        drawn.quickProbe = QuickProbe(rounds: number(2...50), pause: .milliseconds(number(5...1000)))
        drawn.references = (0..<number(0...3)).map { IPAddress(0x0A00_00FE + UInt32($0)) }
        drawn.syncFiles = (0..<number(0...3)).map { "/etc/sync,\($0)" }
        drawn.syncMismatch = flag() ? .hold : .warn
        if flag() {
            let boot: Duration? = flag() ? .milliseconds(number(0...900_000)) : nil
            drawn.failbackDelay = FailbackDelay(.milliseconds(number(0...900_000)), afterBoot: boot)
        }
        guard flag() else { return }
        let intervals = (0...2).map { _ in flag() ? nil : Duration.milliseconds(number(1000...99_000)) }
        // A call has one interval, unless it follows its group's.
        let followsGroup = flag()
        drawn.groups = drawn.groups.enumerated().map { number, group in
            let resources = group.resources.map { resource in
                var resource = resource
                let number = followsGroup ? number : resource.word.utf8.reduce(0) { $0 + Int($1) }
                resource.monitorInterval = intervals[number % 3]
                return resource
            }
            return ResourceGroup(preferredNode: group.preferredNode, resources: resources, line: group.line)
        }
    }

    private mutating func drawKeys(_ drawn: inout Configuration) {
        let ids = (0...15).shuffled(using: &random).prefix(number(1...16))
        let keys = ids.map { id in
            let method = AuthenticationMethod.allCases[number(0...2)]
            let secret = (0..<number(1...80)).map { _ in UInt8(number(0x21...0xFF)) }
            return AuthenticationKey(id: id, method: method, secret: method == .crc ? [] : secret)
        }
        drawn.authentication = AuthenticationKeys(current: keys[number(0...(keys.count - 1))].id, keys: keys)
    }
}

@Suite("Printing")
struct PrinterTests {
    @Test("Any configuration is read back as it was printed", arguments: 0..<300)
    func roundTrip(seed: Int) {
        var generator = ConfigurationGenerator(random: SplitMix64(seed: UInt64(seed)))
        var drawn = generator.configuration()
        let result = drawn.printedAndRead
        var read = result.configuration?.withoutLines
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(read?.parameters.contains(.init(name: "SITE", value: "a=b")) == true)
        #expect(read?.parameters.contains(drawn.parameters[0]) == true)
        drawn.parameters = []
        read?.parameters = []
        #expect(read == drawn)
    }

    @Test("What was read is printed the same again, parameters included", arguments: 0..<100)
    func idempotence(seed: Int) throws {
        var generator = ConfigurationGenerator(random: SplitMix64(seed: UInt64(seed)))
        let first = try #require(generator.configuration().printedAndRead.configuration)
        let second = try #require(first.printedAndRead.configuration)
        #expect(second.withoutLines == first.withoutLines)
        #expect(ConfigurationPrinter(second).haCf == ConfigurationPrinter(first).haCf)
        #expect(ConfigurationPrinter(second).haresources == ConfigurationPrinter(first).haresources)
    }

    @Test("Secrets are printed only when asked for, and their absence is no working file")
    func secrets() throws {
        let configuration = try #require(readAuthkeys("auth 2\n1 crc\n2 sha1 Hidden\n").configuration)
        let printer = ConfigurationPrinter(configuration)
        let hidden = String(decoding: printer.authkeys(showingSecrets: false), as: UTF8.self)
        #expect(hidden == "auth 2\n1 crc\n#2 sha1 (secret not shown)\n")
        #expect(readAuthkeys(hidden).configuration == nil)
        #expect(String(decoding: printer.authkeys(showingSecrets: true), as: UTF8.self).contains("2 sha1 Hidden\n"))
        #expect(!printer.haCf.contains("Hidden") && !printer.haresources.contains("Hidden"))
    }
}
