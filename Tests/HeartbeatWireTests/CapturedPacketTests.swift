// Every captured packet of the original is understood, verified, and written again byte for byte, or is listed in its file
// with the reason why not.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct CapturedPacketTests {
    @Test(arguments: CaptureFile.names)
    func everyCapturedPacketDecodesAndEncodesToTheSameBytes(name: String) throws {
        let file = try CaptureFile(name)
        #expect(file.packets.count > 5)
        for (index, packet) in file.packets.enumerated() {
            let form: WireForm = packet.bytes.starts(with: ">>>".utf8) ? .classic : .netstring
            let format: MessageFormat = packet.expectation == .plain ? .netstring : .classic
            let codec = MessageCodec(keys: try signing(like: packet.bytes, file.keys), format: format)
            let result = Result { () throws(WireError) in try codec.decode(packet.bytes) }
            switch (packet.expectation, result) {
            case (.exact, .success(let message)), (.plain, .success(let message)):
                #expect(codec.encode(message, as: form) == packet.bytes, "\(name) packet \(index)")
            case (.reordered, .success(let message)):
                let written = codec.encode(message, as: form)
                #expect(written != packet.bytes, "\(name) packet \(index) needs no exception")
                #expect(written.count == packet.bytes.count, "\(name) packet \(index)")
                #expect(try codec.decode(written) == message, "\(name) packet \(index)")
            case (.folded, .success(let message)):
                #expect(message.source.text == message.source.text.lowercased())
                #expect(try codec.decode(codec.encode(message, as: form)) == message, "\(name) packet \(index)")
            case (.rejected(let reason), .failure(let error)):
                #expect(word(for: error) == reason, "\(name) packet \(index)")
            case (.unreadable, .success(let message)):
                guard case .unreadable = message.content else {
                    Issue.record("\(name) packet \(index): \(message.content)")
                    break
                }
                #expect(try codec.decode(codec.encode(message, as: form)) == message, "\(name) packet \(index)")
            default:
                Issue.record("\(name) packet \(index): expected \(packet.expectation), got \(result)")
            }
        }
    }

    /// The keys, with the one current that the packet names: rotation and injected packets use others than the file's.
    private func signing(like packet: [UInt8], _ keys: AuthenticationKeys) throws -> AuthenticationKeys {
        let token = packet.starts(with: "###".utf8) ? packet.suffix(44) : packet.suffix(52)
        let text = String(decoding: token, as: UTF8.self)
        var keys = keys
        for id in keys.keys.map(\.id) where text.contains("=\(id) ") || text.contains(":\(id) ") { keys.current = id }
        return keys
    }

    private func word(for error: WireError) -> String {
        switch error {
        case .missing(let field): "missing \(field)"
        case .badField(let field): "badField \(field)"
        case .unsigned: "unsigned"
        case .badAuthentication: "badAuthentication"
        case .unsupportedCompression: "unsupportedCompression"
        default: error.description
        }
    }

    @Test func capturesHoldEveryTypeTheOriginalWasSeenToSend() throws {
        var types: Set<String> = []
        for name in CaptureFile.names {
            let file = try CaptureFile(name)
            let codec = MessageCodec(keys: file.keys, format: .classic)
            for packet in file.packets {
                if let message = try? codec.decode(packet.bytes) { types.insert(typeName(message.content)) }
            }
        }
        #expect(
            types == [
                "status", "starting", "resource", "ask_resources", "hb_takeover", "shutdone", "stonith", "reqnodes",
                "repnodes", "NS_ackmsg", "NS_rexmit", "NS_st", "ip-request", "ip-request-resp", "query-cstatus",
                "respond-cstatus", "hbapi-clstat", "num_ping_nodes", "you_are_dead", "abort_giveup", "addnode",
                "delnode", "foobar",
            ])
    }

    private func typeName(_ content: Message.Content) -> String {
        switch content {
        case .status: "status"
        case .starting: "starting"
        case .resource: "resource"
        case .askResources: "ask_resources"
        case .takeoverRequest: "hb_takeover"
        case .shutdownDone: "shutdone"
        case .fencingReport: "stonith"
        case .requestNodes: "reqnodes"
        case .nodes: "repnodes"
        case .acknowledge: "NS_ackmsg"
        case .retransmitRequest: "NS_rexmit"
        case .cannotRetransmit: "NS_nak_rexmit"
        case .pingReply: "NS_st"
        case .other(let type, _), .unreadable(let type, _, _): type
        }
    }

    @Test func bothKeysOfARotationAreSeenInOneCapture() throws {
        let file = try CaptureFile("loss-rekey.hex")
        for id in [1, 2] {
            let only = AuthenticationKeys(current: id, keys: file.keys.keys.filter { $0.id == id })
            let codec = MessageCodec(keys: only, format: .classic)
            let accepted = file.packets.count { (try? codec.decode($0.bytes)) != nil }
            #expect(accepted > 10 && accepted < file.packets.count, "key \(id)")
        }
    }

    @Test func firstPacketOfANodeReadsAsWhatItSays() throws {
        let file = try CaptureFile("on-bcast.hex")
        let message = try MessageCodec(keys: file.keys, format: .classic).decode(try #require(file.packets.first).bytes)
        #expect(message.source == NodeName("nodea"))
        #expect(message.sequence == SequenceNumber(1))
        #expect(message.timeToLive == 3)
        #expect(message.content == .status(StatusReport(status: .initializing, deadtime: .seconds(5))))
        #expect(message.extraFields.isEmpty)
    }
}
