// authkeys: who may read it, which keys there are, which one signs. It never repeats a word of the file that could be a
// secret in a message.

import HeartbeatModel

/// Reads authkeys into `keys`.
struct AuthkeysReader {
    var log: DiagnosticLog
    private(set) var keys = AuthenticationKeys(current: 0, keys: [])
    /// For what has no way of its own, where nobody else could speak.
    var refusesCrc = false

    /// The last `auth` line so far.
    private var wanted: (id: Int, line: Int)?
    /// The id that signs: the last one defined after its `auth` (observed behaviour).
    private var current: Int?
    private var keyLines: [Int: Int] = [:]
    private var authLines = 0
    /// Some `auth` line was refused; nothing more is said about which key signs.
    private var authIsFaulty = false
    private var keyIsFaulty = false

    private static let auth = Array("auth".utf8)

    /// What authkeys.example ships.
    private static let exampleSecret = "replace-this-secret"

    init(file: SourceFile) {
        log = DiagnosticLog(file: file.path)
    }

    /// `mode`: permission bits of the file.
    mutating func read(_ file: SourceFile, mode: UInt32) {
        checkMode(mode)
        let source = SourceLines(file, &log)
        for line in source.lines { read(line) }
        if case .unreadable = file.contents { return }
        finish(lastLine: source.last)
    }

    private mutating func checkMode(_ mode: UInt32) {
        let octal = String(mode & 0o777, radix: 8)
        if mode & 0o044 != 0 {
            log.error(
                nil, "others than its owner may read the keys (mode \(octal)); run: chmod 600 \(log.file)",
                about: .exposedKeys)
        } else if mode & 0o022 != 0 {
            log.warning(
                nil, "others than its owner may replace the keys (mode \(octal)); run: chmod 600 \(log.file)",
                about: .exposedKeys)
        }
    }

    private mutating func read(_ line: SourceLine) {
        let words = line.bytes.split(whereSeparator: \.isBlank)
        // Only a `#` in front makes a comment: a secret may contain or begin with one.
        guard let first = words.first, first.first != UInt8(ascii: "#") else { return }
        do throws(Complaint) {
            if first.starts(with: Self.auth) {
                try readAuth(line)
            } else {
                try readKey(line)
            }
        } catch {
            log.error(line.number, error.message)
        }
    }

    /// `auth <id>`; anything after is ignored, as in the original.
    private mutating func readAuth(_ line: SourceLine) throws(Complaint) {
        authLines += 1
        let rest = line.bytes.drop(while: \.isBlank).dropFirst(Self.auth.count)
        guard let (id, tail, isPlain) = Self.id(rest) else {
            authIsFaulty = true
            throw Complaint("auth needs the number of a key, 0 to 15, such as \"auth 1\"")
        }
        if !isPlain || rest.first?.isBlank != true || tail.first?.isBlank == false {
            log.warning(line.number, "the line is taken as \"auth \(id)\"; write that")
        }
        wanted = (id, line.number)
    }

    /// `<id> <method> [<secret>]`; anything after is ignored, as in the original.
    private mutating func readKey(_ line: SourceLine) throws(Complaint) {
        let wasFaulty = keyIsFaulty
        keyIsFaulty = true
        guard let (id, tail, isPlain) = Self.id(line.bytes) else {
            throw Complaint("a key's line begins with its number, 0 to 15: \"1 sha1 <secret>\"")
        }
        let words = tail.split(whereSeparator: \.isBlank)
        guard let first = words.first else {
            throw Complaint("key \(id) has no method; write \"\(id) sha1 <secret>\"")
        }
        let method = try Self.method(first)
        if !isPlain || tail.first?.isBlank != true {
            let meant = "\(id) \(method.rawValue)"
            log.warning(line.number, "the line is taken as key \(id) with \(method.rawValue); write \"\(meant) …\"")
        }
        let secret = words.dropFirst().first ?? []
        try checkSecret(secret, of: id, method, line.number)
        if let earlier = keyLines[id] { throw Complaint("key \(id) is already defined in line \(earlier)") }
        keyIsFaulty = wasFaulty
        keyLines[id] = line.number
        keys.keys.append(AuthenticationKey(id: id, method: method, secret: Array(secret)))
        if wanted?.id == id { current = id }
    }

    private mutating func checkSecret(
        _ secret: ArraySlice<UInt8>, of id: Int, _ method: AuthenticationMethod, _ line: Int
    ) throws(Complaint) {
        switch method {
        case .crc:
            guard secret.isEmpty else {
                throw Complaint("crc takes no secret; remove what follows it (a comment needs a line of its own)")
            }
            guard !refusesCrc else {
                throw Complaint(
                    "crc signs nothing, so that anybody on the networks could take the service away; write "
                        + "\"\(id) sha1 <secret>\"")
            }
            log.warning(line, "crc only finds damaged messages; anybody on the network can forge them: use sha1")
        case .md5, .sha1:
            guard !secret.isEmpty else {
                throw Complaint("key \(id) has no secret; write \"\(id) \(method.rawValue) <secret>\"")
            }
            if secret.first == UInt8(ascii: "#") {
                log.warning(line, "the secret of key \(id) begins with \"#\"; a comment needs a line of its own")
            }
            if secret.elementsEqual(Self.exampleSecret.utf8) {
                log.warning(line, "the secret of key \(id) is the one of the example file, known to everybody")
            }
        }
    }

    private mutating func finish(lastLine: Int) {
        guard !authIsFaulty else { return }
        guard let wanted else {
            return log.error(lastLine, "no line says which key signs; begin the file with \"auth <number>\"")
        }
        guard let definition = keyLines[wanted.id] else {
            // It may be in one of the lines that were refused.
            guard !keyIsFaulty else { return }
            return log.error(wanted.line, "key \(wanted.id) is not defined; add a line \"\(wanted.id) sha1 <secret>\"")
        }
        guard let current, current == wanted.id else {
            return log.error(
                wanted.line,
                "\"auth \(wanted.id)\" comes after key \(wanted.id) (line \(definition)), where it has no effect; "
                    + "move it to the top")
        }
        keys.current = current
        if authLines > 1 { log.warning(wanted.line, "several auth lines; key \(current) signs") }
    }

    /// The number a line begins with and what follows it, the way the original cuts it: blanks, perhaps a plus sign, digits.
    private static func id(_ bytes: ArraySlice<UInt8>) -> (id: Int, tail: ArraySlice<UInt8>, isPlain: Bool)? {
        let text = bytes.drop(while: \.isBlank)
        let digits = text.dropFirst(text.first == UInt8(ascii: "+") ? 1 : 0).prefix(while: \.isDigit)
        guard let id = Int(String(decoding: digits, as: UTF8.self)), (0...15).contains(id) else { return nil }
        return (id, text[digits.endIndex...], text.startIndex == digits.startIndex)
    }

    private static func method(_ word: ArraySlice<UInt8>) throws(Complaint) -> AuthenticationMethod {
        let text = String(decoding: word, as: UTF8.self)
        guard let method = AuthenticationMethod(rawValue: text) else {
            let methods = AuthenticationMethod.allCases.map(\.rawValue)
            // The word itself may be a secret in the wrong place: only its likely meaning is printed.
            throw Complaint(
                "the second word is none of the methods \(methods.joined(separator: ", "))"
                    + Spelling.hint(for: text, among: methods) + "; write \"<number> sha1 <secret>\"")
        }
        return method
    }
}
