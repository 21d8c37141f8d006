// haresources as a CIB: each group a group, each resource an agent of OCF, a unit of systemd or a script of LSB. What Pacemaker could not
// call is left out and told.

import HeartbeatModel

struct PacemakerResources {
    private let configuration: Configuration
    private(set) var findings: [PacemakerExport.Finding] = []

    /// An agent with its parameters.
    private struct Agent {
        /// `ocf`, `systemd` or `lsb`.
        var kind: String
        var type: String
        var provider: String?
        var parameters: [(name: String, value: String)] = []
    }

    /// Of Pacemaker 2.0, which brought pacemaker-3.0. In a CIB without one, failures are looked for under the names of Pacemaker 1.1.
    private static let featureSet = "3.1.0"

    init(_ configuration: Configuration) { self.configuration = configuration }

    mutating func cib() -> String {
        let groups = configuration.groups.enumerated().map { group($0.element, "group-\($0.offset + 1)") }
        let constraints = zip(configuration.groups, groups).enumerated().filter { !$0.element.1.isEmpty }.map { item in
            "      <rsc_location id=\"prefer-\(item.offset + 1)\" rsc=\"group-\(item.offset + 1)\" "
                + "node=\(Self.quoted(item.element.0.preferredNode.text)) score=\"100\"/>"
        }
        let returns = configuration.autoFailback != .off
        findings.append(
            .init(
                outcome: .kept, what: "auto_failback", why: "resource-stickiness \(returns ? 0 : 1000)", remedy: nil))
        let head = [
            "<!-- Made by hbctl export pacemaker. -->",
            "<cib validate-with=\"pacemaker-3.0\" crm_feature_set=\"\(Self.featureSet)\" admin_epoch=\"0\" epoch=\"1\" num_updates=\"0\">",
            "  <configuration>",
            "    <crm_config>", "      <cluster_property_set id=\"cib-bootstrap-options\">",
            Self.pair("cib-bootstrap-options-stonith-enabled", "stonith-enabled", "false", 8),
            "      </cluster_property_set>",
            "    </crm_config>", "    <nodes/>", "    <resources>",
        ]
        let tail =
            [
                "    </resources>", "    <constraints>",
            ] + constraints + [
                "    </constraints>", "    <rsc_defaults>", "      <meta_attributes id=\"rsc-options\">",
                Self.pair("rsc-options-resource-stickiness", "resource-stickiness", returns ? "0" : "1000", 8),
                Self.pair(
                    "rsc-options-migration-threshold", "migration-threshold", String(configuration.failureLimit + 1), 8),
                Self.pair(
                    "rsc-options-failure-timeout", "failure-timeout", "\(configuration.failureWindow.milliseconds)ms", 8
                ),
                "      </meta_attributes>", "    </rsc_defaults>", "  </configuration>", "  <status/>", "</cib>",
            ]
        return (head + groups.flatMap(\.self) + tail).textOfLines
    }

    /// Its lines; none when no resource is left.
    private mutating func group(_ group: ResourceGroup, _ id: String) -> [String] {
        var lines: [String] = []
        for (index, resource) in group.resources.enumerated() {
            let what = "haresources:\(group.line): \(resource.word.printable(atMost: 80))"
            guard let agent = agent(of: resource, what) else { continue }
            lines += primitive(agent, resource, "\(id)-\(index + 1)")
            let name = [agent.kind, agent.provider, agent.type].compactMap(\.self).joined(separator: ":")
            guard agent.kind != "lsb" else { continue }
            findings.append(.init(outcome: .kept, what: what, why: name, remedy: nil))
        }
        return lines.isEmpty ? [] : ["      <group id=\"\(id)\">"] + lines + ["      </group>"]
    }

    // MARK: - Agents

    private mutating func agent(of resource: Resource, _ what: String) -> Agent? {
        if let address = resource.address { return Self.address(address) }
        let arguments = resource.arguments
        switch resource.scriptName {
        case "systemd" where arguments.count == 1:
            let unit = arguments[0].hasSuffix(".service") ? String(arguments[0].dropLast(8)) : arguments[0]
            return Agent(kind: "systemd", type: unit)
        case "OCF" where !arguments.isEmpty && arguments.dropFirst().allSatisfy({ $0.contains("=") }):
            return Self.ocf(arguments)
        case "Filesystem": return Self.heartbeat("Filesystem", ["device", "directory", "fstype", "options"], arguments)
        case "MailTo": return Self.heartbeat("MailTo", ["email", "subject"], arguments)
        case "IPsrcaddr": return Self.heartbeat("IPsrcaddr", ["ipaddress"], arguments)
        default: break
        }
        guard arguments.isEmpty else {
            findings.append(
                .init(
                    outcome: .lost, what: what, why: "Pacemaker gives a script no words before its verb",
                    remedy: "write an agent of OCF, or a script without words in /etc/init.d"))
            return nil
        }
        findings.append(
            .init(
                outcome: .changed, what: what,
                why: "lsb:\(resource.scriptName.printable(atMost: 40)), looked for in /etc/init.d alone",
                remedy: "its status must end with 0 when it runs and with 3 when not"))
        return Agent(kind: "lsb", type: resource.scriptName)
    }

    private static func address(_ address: ServiceAddress) -> Agent {
        var agent = Agent(kind: "ocf", type: "IPaddr2", provider: "heartbeat", parameters: [("ip", "\(address.ip)")])
        if let bits = address.prefixLength { agent.parameters.append(("cidr_netmask", String(bits))) }
        if let interface = address.interface { agent.parameters.append(("nic", interface)) }
        if let broadcast = address.broadcast { agent.parameters.append(("broadcast", "\(broadcast)")) }
        if let label = address.label?.split(separator: ":").last { agent.parameters.append(("iflabel", String(label))) }
        return agent
    }

    /// `[PROVIDER:]TYPE`, and `NAME=VALUE` each.
    private static func ocf(_ arguments: [String]) -> Agent {
        let name = arguments[0].split(separator: ":", maxSplits: 1).map(String.init)
        let parameters = arguments.dropFirst().map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (name: parts[0], value: parts.count == 2 ? parts[1] : "")
        }
        return Agent(
            kind: "ocf", type: name.last ?? "", provider: name.count == 2 ? name[0] : "heartbeat",
            parameters: parameters)
    }

    private static func heartbeat(_ type: String, _ names: [String], _ arguments: [String]) -> Agent {
        Agent(
            kind: "ocf", type: type, provider: "heartbeat",
            parameters: zip(names, arguments).map { (name: $0, value: $1) })
    }

    // MARK: - XML

    private func primitive(_ agent: Agent, _ resource: Resource, _ id: String) -> [String] {
        let provider = agent.provider.map { " provider=\(Self.quoted($0))" } ?? ""
        var lines = [
            "        <primitive id=\"\(id)\" class=\"\(agent.kind)\"\(provider) type=\(Self.quoted(agent.type))>"
        ]
        if !agent.parameters.isEmpty {
            lines.append("          <instance_attributes id=\"\(id)-parameters\">")
            for (index, parameter) in agent.parameters.enumerated() {
                lines.append(Self.pair("\(id)-parameters-\(index + 1)", parameter.name, parameter.value, 12))
            }
            lines.append("          </instance_attributes>")
        }
        lines.append("          <operations>")
        let timeouts = configuration.actionTimeouts
        lines.append(Self.operation(id, "start", every: nil, timeouts.start))
        lines.append(Self.operation(id, "stop", every: nil, timeouts.stop, onFail: stopFailure))
        if let interval = resource.monitorInterval {
            lines.append(Self.operation(id, "monitor", every: interval, timeouts.status))
        }
        return lines + ["          </operations>", "        </primitive>"]
    }

    /// Without fencing nobody could reboot the node.
    private var stopFailure: String { configuration.onStopFailure == .release ? "ignore" : "block" }

    private static func operation(
        _ id: String, _ name: String, every interval: Duration?, _ timeout: Duration, onFail: String? = nil
    ) -> String {
        "            <op id=\"\(id)-\(name)\" name=\"\(name)\" interval=\"\(interval.map { "\($0.milliseconds)ms" } ?? "0")\" "
            + "timeout=\"\(timeout.milliseconds)ms\"" + (onFail.map { " on-fail=\"\($0)\"" } ?? "") + "/>"
    }

    private static func pair(_ id: String, _ name: String, _ value: String, _ indent: Int) -> String {
        String(repeating: " ", count: indent) + "<nvpair id=\"\(id)\" "
            + "name=\(quoted(name)) value=\(quoted(value))/>"
    }

    /// An attribute's value. What XML cannot hold becomes a question mark.
    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": Unicode.Scalar("?")
            default: scalar
            }
        }
        return "\"" + MarkupText.escape(String(String.UnicodeScalarView(scalars))) + "\""
    }
}
