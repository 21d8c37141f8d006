// The daemon of these sources on a node that has a partner at the other end of a tunnel.

import HeartbeatLab

/// swift-heartbeat on one side of two pairs.
struct PartnerPeer {
    /// 0 or 1.
    let side: Int
    private let ours: OurPeer

    init(side: Int, programs: String) {
        self.side = side
        ours = OurPeer(.oneSecond, programs: programs)
    }

    static func tunnel(_ number: Int, side: Int) -> String { "10.99.\(number + 1).\(side + 1)" }

    func configure(_ node: LabNode, address: ServiceAddress) throws {
        try ours.configure(node, addresses: [address])
        let key = "\(node.configDirectory)/sitekey"
        try node.write("auth 1\n1 sha1 both-pairs-have-this\n", to: key, mode: 0o600)
        let far = Self.tunnel(node.number, side: 1 - side)
        let further = """
            partner_port 6694 key=\(key)
            link eth0 up=1
            probe far dev=tun0 interval=250ms timeout=250ms fall=3 rise=3 action=standby partner \(far)

            """
        try node.configure("ha.cf", Files.read("\(node.configDirectory)/ha.cf") + further)
    }

    func standby(_ node: LabNode, in laboratory: Laboratory) throws { try ours.standby(node, in: laboratory) }

    func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        ours.bootWords(on: node, in: laboratory)
    }
}
