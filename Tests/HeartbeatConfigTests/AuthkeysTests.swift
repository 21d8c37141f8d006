// authkeys: which key signs, what is refused, and that no message tells a secret.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("authkeys")
struct AuthkeysTests {
    @Test("Every method, ids from 0 to 15, in the order of the file")
    func everyMethod() {
        let keys = readAuthkeys("# keys\nauth 15\n15 sha1 a#b more words\n\n0 md5 x\n 7\tcrc\n").configuration?
            .authentication
        #expect(
            keys
                == AuthenticationKeys(
                    current: 15,
                    keys: [
                        AuthenticationKey(id: 15, method: .sha1, secret: Array("a#b".utf8)),
                        AuthenticationKey(id: 0, method: .md5, secret: Array("x".utf8)),
                        AuthenticationKey(id: 7, method: .crc, secret: []),
                    ]))
    }

    @Test(
        "The last auth line before its key says which key signs",
        arguments: [
            ("auth 1\n1 crc\n2 crc", 1), ("auth 2\n1 crc\n2 crc", 2), ("auth 1\nauth 2\n1 crc\n2 crc", 2),
            ("auth 1\n1 crc\nauth 2\n2 crc", 2), ("1 crc\nauth 2\n2 crc", 2),
        ])
    func current(text: String, id: Int) {
        #expect(readAuthkeys(text).configuration?.authentication.current == id)
    }

    @Test("A secret is bytes, not text")
    func secretOfBytes() {
        let bytes = Array("auth 1\n1 sha1 ".utf8) + [0xFF, 0x80, 0x23]
        let input = ConfigurationInput(
            haCf: SourceFile(path: "ha.cf", text: Files().haCf),
            haresources: SourceFile(path: "haresources", text: ""),
            authkeys: SourceFile(path: "authkeys", bytes: bytes), authkeysMode: 0o400, localNode: NodeName("nodea"))
        #expect(readConfiguration(input).configuration?.authentication[1]?.secret == [0xFF, 0x80, 0x23])
    }

    @Test(
        "What is wrong is refused in its line, and no secret is told",
        arguments: [
            ("", 1, "no line says which key signs"), ("\n# x\n1 sha1 Hidden", 3, "no line says which key signs"),
            ("auth\n1 sha1 Hidden", 1, "auth needs the number"), ("auth x\n1 sha1 Hidden", 1, "auth needs the number"),
            ("auth 16\n1 sha1 Hidden", 1, "auth needs the number"),
            ("auth 2\n1 sha1 Hidden", 1, "key 2 is not defined"),
            ("1 sha1 Hidden\nauth 1", 2, "comes after key 1 (line 1)"),
            ("auth 1\n1 shal Hidden", 2, "did you mean \"sha1\"?"),
            ("auth 1\n1 sha256 Hidden", 2, "none of the methods crc, md5, sha1; write"),
            ("auth 1\n1 Hidden", 2, "none of the methods crc, md5, sha1"), ("auth 1\n1 hmac-md5 Hidden", 2, "none of"),
            ("auth 1\n1 SHA1 Hidden", 2, "did you mean \"sha1\"?"), ("auth 1\n1", 2, "key 1 has no method"),
            ("auth 1\n1 sha1", 2, "key 1 has no secret"), ("auth 1\n1 md5   ", 2, "key 1 has no secret"),
            ("auth 1\n1 crc Hidden", 2, "crc takes no secret"), ("auth 1\n16 sha1 Hidden", 2, "0 to 15"),
            ("auth 1\nsha1 Hidden", 2, "begins with its number"), ("auth 1\nHidden", 2, "begins with its number"),
            ("auth 1\n1 sha1 Hidden\n1 md5 Hidden", 3, "key 1 is already defined in line 2"),
            ("auth 1\n1 sha1 Hidden\n2 foo Hidden", 3, "none of the methods"),
            ("auth 1\na 1\n1 sha1 Hidden", 2, "begins with its number"),
            ("auth=1\n1 sha1 Hidden", 1, "auth needs the number"),
            ("auth 1\n1x sha1 Hidden", 2, "none of the methods"), ("auth 1\n1: sha1 Hidden", 2, "none of the methods"),
            ("auth 1\n-1 crc", 2, "its number"),
            ("auth 1\n99999999999999999999 crc", 2, "its number"),
        ])
    func mistake(text: String, line: Int, message: String) {
        let result = readAuthkeys(text)
        let errors = result.diagnostics.filter { $0.severity == .error }
        #expect(errors.count == 1 && errors[0].line == line && errors[0].message.contains(message), "\(errors)")
        #expect(!result.diagnostics.contains { $0.description.contains("Hidden") })
    }

    @Test(
        "Only the owner may read the keys",
        arguments: [
            (0o600, 0, 0), (0o400, 0, 0), (0o622, 0, 1), (0o640, 1, 0), (0o604, 1, 0), (0o644, 1, 0), (0o777, 1, 0),
        ]
            as [(UInt32, Int, Int)])
    func mode(mode: UInt32, errors: Int, warnings: Int) {
        let result = readAuthkeys("auth 1\n1 sha1 x\n", mode: mode)
        #expect(result.errors.count == errors)
        #expect(result.warnings.count == warnings)
        #expect(result.diagnostics.allSatisfy { $0.message.contains("chmod 600 authkeys") })
    }

    @Test(
        "Weak choices are warned of",
        arguments: [
            ("auth 1\n1 crc", "anybody on the network can forge"), ("auth 1\n1 sha1 #x", "begins with \"#\""),
            ("auth 1\n1 sha1 replace-this-secret", "known to everybody"),
            ("auth1\n1 sha1 x", "is taken as \"auth 1\""), ("auth +1\n1 sha1 x", "is taken as \"auth 1\""),
            ("auth 1x\n1 sha1 x", "is taken as \"auth 1\""), ("auth 1\n+1 sha1 x", "is taken as key 1 with sha1"),
            ("auth 1\n1sha1 x", "is taken as key 1 with sha1"),
            ("auth 1\n1 sha1 x\nauth 2\n2 sha1 y", "key 2 signs"),
        ])
    func weak(text: String, message: String) {
        let result = readAuthkeys(text)
        #expect(result.configuration != nil)
        #expect(result.warnings.count == 1 && result.warnings[0].contains(message), "\(result.warnings)")
    }
}
