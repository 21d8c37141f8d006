// hb_gateway with a service that is real: the script resource.d/firewall and rules of nftables.

import HeartbeatLab
import HeartbeatModel
import Testing

extension GatewayTests {
    @Test func `a host whose rules are deleted behind its back leaves, and the next one serves with the same rules`()
        throws
    {
        var opening = GatewayScene.Opening()
        opening.services = { _ in [GatewayService(hosts: [0, 1, 2], pace: .unsaid, script: "firewall")] }
        opening.prepare = { scene in for host in scene.lab.hosts { try host.installFirewall() } }
        try GatewayScene.play(opening) { scene in
            let hosts = scene.lab.hosts
            #expect(try hosts.map { try $0.nft("list", "tables") } == ["table inet gateway\n", "", ""])
            let rules = try hosts[0].nft("-a", "list", "chain", "inet", "gateway", "forward")
            let rule = try #require(rules.split(separator: "\n").first { $0.contains("ip saddr 10.0.0.0/24 accept") })
            let handle = try #require(rule.split(separator: " ").last)
            _ = try hosts[0].nft("delete", "rule", "inet", "gateway", "forward", "handle", String(handle))
            try scene.waitForOwner(1)
            #expect(scene.programs[0].says("Stops serving: localSvcCheck has failed"))
            #expect(scene.programs[0].log.contains("removed (<) or added (>) by somebody else"))
            #expect(try hosts[1].nft("list", "chain", "inet", "gateway", "forward").contains(LabHost.rule))
            try scene.wait(for: "gwa to have no rules left") { try hosts[0].nft("list", "tables").isEmpty }
            #expect(try hosts.map { try $0.forwards() } == [false, true, true])
        }
    }
}

extension LabHost {
    /// Without it nobody downstream gets anywhere.
    static let rule = "ip saddr 10.0.0.0/24 accept"

    /// The shipped script with a ruleset. The notes of all hosts would be in one directory of this machine.
    fileprivate func installFirewall() throws {
        let script = ProgramPlaces().resourceScripts + "/firewall"
        let wrapper = "#!/bin/sh\nHA_RSCTMP='\(directory)/notes' exec '\(script)' \"$@\"\n"
        try Files.write(wrapper, to: "\(configDirectory)/resource.d/firewall", mode: 0o755)
        let rules = "\(configDirectory)/firewall.nft"
        try Files.write(
            """
            table inet gateway {
                chain forward {
                    type filter hook forward priority 0; policy drop;
                    \(Self.rule)
                    ip daddr 10.0.0.0/24 accept
                }
            }

            """, to: rules)
        try Files.makeDirectory("\(configDirectory)/conf")
        try Files.write(
            "FIREWALL_RULES=\(rules)\nFIREWALL_FORWARD='4'\n", to: "\(configDirectory)/conf/firewall")
    }

    fileprivate func nft(_ words: String...) throws -> String {
        let answer = try run(["nft"] + words)
        guard answer.code == 0 else { throw LabError.command(words: words, output: answer.output) }
        return answer.output
    }

    fileprivate func forwards() throws -> Bool { try run(["cat", "/proc/sys/net/ipv4/ip_forward"]).output == "1\n" }
}
