// The keys with which nodes of two pairs speak with each other: those of authkeys, or of a file that both pairs have.

import HeartbeatModel

extension HaCfReader {
    /// The keys of partners: authkeys, or those of a file that both pairs have.
    ///
    /// - Returns: what is wrong with that file.
    mutating func readPartnerKeys(authkeys: AuthenticationKeys) -> DiagnosticLog? {
        guard let service = draft.partnerService else { return nil }
        var keys = authkeys
        var log: DiagnosticLog?
        if let path = service.keyFile, let found = host.keyFile(path) {
            var reader = AuthkeysReader(file: found.file)
            reader.read(found.file, mode: found.mode)
            keys = reader.keys
            log = reader.log
        }
        if keys[keys.current]?.method == .crc, log?.hasErrors != true {
            self.log.error(
                lineOf("partner_port", or: "partner_port"),
                "partner_port: crc signs nothing, and the tunnel is not this pair's alone; name a file with a sha1 key, "
                    + "\"key=/etc/ha.d/sitekey\"")
        }
        keys.keys.removeAll { $0.method == .crc }
        draft.partnerService?.keys = keys
        return log
    }
}
