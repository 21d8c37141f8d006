// Damaged and forged bytes: never a crash, never a message its sender did not sign.

import HeartbeatModel
import Testing

@testable import HeartbeatWire

@Suite struct MutationTests {
    /// Captured packets of all types, thinned out.
    static func packets(_ name: String) throws -> (AuthenticationKeys, [[UInt8]]) {
        let file = try CaptureFile(name)
        return (file.keys, file.packets.enumerated().filter { $0.offset % 3 == 0 }.map(\.element.bytes))
    }

    static func serialFrames() throws -> [[UInt8]] {
        var framer = SerialFramer()
        return framer.append(try CaptureFile.bytes(try #require(CaptureFile.serialNames.first)))
    }

    @Test(arguments: ["on-bcast.hex", "md5.hex", "netstring.hex", "ping-ipfail.hex"])
    func noDamagedPacketIsAccepted(name: String) throws {
        let (keys, packets) = try Self.packets(name)
        let codec = MessageCodec(keys: keys, format: .classic)
        var random = SplitMix64(seed: 21)
        for packet in packets {
            _ = try codec.decode(packet)
            for _ in 0..<60 {
                let damaged = random.damage(packet)
                guard let message = try? codec.decode(damaged) else { continue }
                #expect(damaged == packet || damaged == packet + [0], "accepted as \(message)")
            }
        }
    }

    @Test func noDamagedFrameIsAcceptedAsAnotherMessage() throws {
        let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)
        var random = SplitMix64(seed: 22)
        for frame in try Self.serialFrames().prefix(100) {
            let message = try codec.decode(frame)
            for _ in 0..<60 {
                guard let accepted = try? codec.decode(random.damage(frame)) else { continue }
                #expect(accepted == message)
            }
        }
    }

    @Test func crcDetectsEverySingleFlippedBit() throws {
        let (keys, packets) = try Self.packets("crc.hex")
        let codec = MessageCodec(keys: keys, format: .classic)
        let packet = try #require(packets.first)
        #expect(throws: Never.self) { try codec.decode(packet) }
        for bit in 0..<packet.count * 8 {
            var damaged = packet
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: WireError.self) { try codec.decode(damaged) }
        }
    }

    /// Damage behind the signature: what a peer with the key may send by mistake. It is rejected, or understood the same way
    /// when it is passed on.
    @Test(arguments: ["on-bcast.hex", "loss-rekey.hex", "ping-ipfail.hex", "inject.hex"])
    func signedNonsenseIsRejectedOrStable(name: String) throws {
        let (keys, packets) = try Self.packets(name)
        let codec = MessageCodec(keys: keys, format: .classic)
        var random = SplitMix64(seed: 23)
        var accepted = 0
        for packet in packets {
            guard let envelope = try? NetstringForm.open(packet[...]) else { continue }
            for _ in 0..<60 {
                let damaged = random.damage(Array(envelope.covered))
                var signed = damaged
                NetstringForm.append(Authentication(keys).token(over: damaged[...]), to: &signed)
                guard let message = try? codec.decode(signed) else { continue }
                accepted += 1
                #expect(try codec.decode(codec.encode(message, as: .netstring)) == message)
            }
        }
        #expect(accepted > 20, "damage so heavy that nothing behind the signature was reached")
    }

    @Test func signedNonsenseInClassicFormIsRejectedOrStable() throws {
        let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)
        let authentication = Authentication(CaptureFile.serialKeys)
        var random = SplitMix64(seed: 24)
        var accepted = 0
        for frame in try Self.serialFrames().prefix(150) {
            let lines = try ClassicForm.open(frame[...]).covered
            for _ in 0..<60 {
                let damaged = random.damage(lines)
                let signed = ClassicForm.text(damaged, token: authentication.token(over: damaged[...]))
                guard let message = try? codec.decode(signed) else { continue }
                accepted += 1
                #expect(try codec.decode(codec.encode(message, as: .classic)) == message)
            }
        }
        #expect(accepted > 1000)
    }

    @Test func randomBytesAreNeverAMessage() {
        let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)
        var random = SplitMix64(seed: 25)
        for round in 0..<4000 {
            let noise = (0..<random.number(below: 400)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let opening: [[UInt8]] = [[], NetstringForm.opening, ClassicForm.opening]
            #expect(throws: WireError.self) { try codec.decode(opening[round % 3] + noise) }
        }
    }

    @Test func damagedLocalMessagesNeverCarryCoreFields() throws {
        let codec = MessageCodec(keys: CaptureFile.serialKeys, format: .classic)
        var random = SplitMix64(seed: 26)
        let core: Set = ["t", "src", "srcuuid", "destuuid", "dest", "seq", "hg", "ts", "ld", "ttl", "auth"]
        var accepted = 0
        for frame in try Self.serialFrames().prefix(100) {
            for _ in 0..<60 {
                guard let local = try? codec.decodeLocal(random.damage(frame)) else { continue }
                accepted += 1
                #expect(core.isDisjoint(with: local.extraFields.map(\.name)))
            }
        }
        #expect(accepted > 1000)
    }
}
