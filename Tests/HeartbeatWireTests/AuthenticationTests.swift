// Tokens by known examples, and which key is asked.

import HeartbeatModel
import Testing

@testable import HeartbeatWire

@Suite struct AuthenticationTests {
    private func key(_ id: Int, _ method: AuthenticationMethod, _ secret: String = "") -> AuthenticationKey {
        AuthenticationKey(id: id, method: method, secret: Array(secret.utf8))
    }

    private func token(_ key: AuthenticationKey, _ text: String) -> String {
        let authentication = Authentication(AuthenticationKeys(current: key.id, keys: [key]))
        return String(decoding: authentication.token(over: Array(text.utf8)[...]), as: UTF8.self)
    }

    @Test func hmacsAreThoseOfRFC2202() {
        let text = "what do ya want for nothing?"
        #expect(token(key(1, .md5, "Jefe"), text) == "1 750c783e6ab0b503eaa86e310a5db738")
        #expect(token(key(15, .sha1, "Jefe"), text) == "15 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }

    @Test func anyOfTheKeysCanBeSignedWithAndTheReceiverLearnsWhich() throws {
        var authentication = Authentication(
            AuthenticationKeys(current: 1, keys: [key(1, .sha1, "old"), key(2, .md5, "new")]))
        let text = Array("text".utf8)
        for id in [2, 1, 2] {
            #expect(authentication.sign(withKey: id) && authentication.signingKey == id)
            let token = authentication.token(over: text[...])
            #expect(try authentication.verify(token[...], over: text[...]) == id)
        }
        #expect(!authentication.sign(withKey: 3) && authentication.signingKey == 2)
    }

    /// Computed with Python's `hmac`.
    @Test(arguments: [
        (1, "91abf6f9d29ad8986538e075475d5948", "d6258e5c147b7a1fb6479bd36a2d8ea7faab7c1c"),
        (63, "5ef586ea5024a161a5f778e32a751823", "4e34665ae279a533173dcb1ce416813aa77e8d43"),
        (64, "ade74e66a515bcf20c9e223ceb62aec9", "7450f97c72a4a783e6a398958dd6770b435d8255"),
        (65, "09c06c9a407a5eada5125456b93ca68b", "bbe0f26d829146869e863ca0d87da9a0a8231cf7"),
        (200, "455fdce40c18930fcca3722b412d8855", "dcd13cda2bbc051fa2253676b6ac2c183e3a5f88"),
    ])
    func hmacsOfKeysAroundABlock(count: Int, md5: String, sha1: String) {
        let secret = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
        // A slice that does not begin at 0, as the covered bytes of a message may.
        let message = ([1, 2, 3] + (0..<count).map { UInt8(truncatingIfNeeded: $0 * 3) }).dropFirst(3)
        for (method, digest) in [(AuthenticationMethod.md5, md5), (.sha1, sha1)] {
            let key = AuthenticationKey(id: 12, method: method, secret: secret)
            let authentication = Authentication(AuthenticationKeys(current: 12, keys: [key]))
            #expect(String(decoding: authentication.token(over: message), as: UTF8.self) == "12 \(digest)")
        }
    }

    @Test func keysLongerThanABlockAreHashedFirst() {
        let text = "Test Using Larger Than Block-Size Key - Hash Key First"
        let long = AuthenticationKey(id: 1, method: .sha1, secret: [UInt8](repeating: 0xAA, count: 80))
        #expect(token(long, text) == "1 aa4ae5e15272d00e95705637ce8a3b55ed402112")
        let longMD5 = AuthenticationKey(id: 1, method: .md5, secret: long.secret)
        #expect(token(longMD5, text) == "1 6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd")
    }

    @Test(arguments: [("", "ffffffff"), ("123456789", "765e7680"), ("a", "579b24df"), ("hello\n", "fbba3c90")])
    func checksumIsTheOneOfCksumWithoutTheLength(text: String, digest: String) {
        #expect(token(key(2, .crc), text) == "2 " + digest)
    }

    @Test func checksumIsWrittenWithoutLeadingZeros() {
        let short = (0..<4000).first { CRC32.checksum(of: String($0).utf8) < 0x100_0000 }
        let text = short.map(String.init) ?? ""
        #expect(token(key(2, .crc), text).utf8.count < 10)
    }

    @Test func theKeyNamedByTheTokenVerifiesIt() throws {
        let keys = [key(1, .sha1, "old"), key(2, .sha1, "new"), key(3, .md5, "old"), key(4, .crc)]
        let text = Array("t=status\n".utf8)[...]
        let receiver = Authentication(AuthenticationKeys(current: 1, keys: keys))
        for id in 1...4 {
            let sender = Authentication(AuthenticationKeys(current: id, keys: keys))
            #expect(throws: Never.self) { try receiver.verify(sender.token(over: text)[...], over: text) }
        }
    }

    @Test func aKeyThatIsNotListedIsNamedInTheError() {
        let sender = Authentication(AuthenticationKeys(current: 7, keys: [key(7, .sha1, "a")]))
        let receiver = Authentication(AuthenticationKeys(current: 1, keys: [key(1, .sha1, "a")]))
        #expect(throws: WireError.unknownKey(id: 7)) { try receiver.verify(sender.token(over: [])[...], over: []) }
    }

    @Test(arguments: [
        "", " ", "1", "1 ", "x effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "01 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        "1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c7", "1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c799",
        "1  effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "1 EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79",
        "-1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c78",
    ])
    func onlyTheExactTokenIsAccepted(text: String) {
        let receiver = Authentication(AuthenticationKeys(current: 1, keys: [key(1, .sha1, "Jefe")]))
        let covered = Array("what do ya want for nothing?".utf8)[...]
        #expect(throws: WireError.badAuthentication) { try receiver.verify(Array(text.utf8)[...], over: covered) }
    }

    @Test func theSameIdWithAnotherSecretOrMethodIsRejected() {
        let text = Array("t=status\n".utf8)[...]
        let sender = Authentication(AuthenticationKeys(current: 1, keys: [key(1, .sha1, "SecretKey")]))
        for other in [key(1, .sha1, "Secretkey"), key(1, .sha1, "SecretKe"), key(1, .md5, "SecretKey"), key(1, .crc)] {
            let receiver = Authentication(AuthenticationKeys(current: 1, keys: [other]))
            #expect(throws: WireError.badAuthentication) {
                try receiver.verify(sender.token(over: text)[...], over: text)
            }
        }
    }
}
