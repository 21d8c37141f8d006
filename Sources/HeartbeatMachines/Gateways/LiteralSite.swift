// The paper's two sites with the paper's own line: two addresses without interfaces, and scripts without arguments. The service
// `ipsec` reads ipsec.conf, and `gre` reads conf/gre.

import HeartbeatLab

extension GatewaySite {
    /// What stands otherwise than in the files of `hb_site`.
    func literal() -> GatewaySite {
        var site = self
        let ends = [("cluster1", "116.1.1.1", "192.168.0.1"), ("cluster3", "116.2.2.1", "192.168.10.1")]
        for (number, end) in ends.enumerated() {
            let (preferred, outside, inside) = end
            let far = ends[1 - number].1
            for node in plan.machines[(2 * number)..<(2 * number + 2)].map(\.name) {
                site.files += [
                    LayerFile(
                        layer: node, path: "etc/ha.d/haresources",
                        text: "\(preferred) \(outside)/28 \(inside)/24 \\\n\tipsec gre zebra bgpd\n"),
                    LayerFile(layer: node, path: "etc/ha.d/conf/gre", text: gre(of: node)),
                    LayerFile(
                        layer: node, path: "etc/ipsec.conf", text: Self.connection(outside, far, asks: number == 0)),
                    LayerFile(
                        layer: node, path: "etc/ipsec.secrets", text: "\(outside) \(far) : PSK \"laboratory\"\n",
                        mode: 0o600),
                ]
            }
        }
        site.flows = [Flows(client: 0, hosts: ["192.168.10.100"])]
        return site
    }

    private func gre(of node: String) -> String { Files.read("\(trees[node] ?? "")/etc/ha.d/conf/gre-main") }

    /// GRE between the two addresses is encrypted; the first packet asks for the tunnel, at one end only. Two ends that both boot would
    /// ask each other at once, each as the first contact, and one of them may go on using an SA that the other has forgotten for it.
    private static func connection(_ here: String, _ there: String, asks: Bool) -> String {
        """
        conn main
            keyexchange=ikev2
            authby=secret
            type=transport
            left=\(here)
            right=\(there)
            leftsubnet=\(here)[47]
            rightsubnet=\(there)[47]
            ike=aes128-sha256-x25519!
            esp=aes128gcm16-x25519!
            mobike=no
            keyingtries=%forever
            dpddelay=2s
            dpdaction=\(asks ? "restart" : "clear")
            auto=\(asks ? "route" : "add")

        """
    }
}
