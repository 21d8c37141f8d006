// Directives about the programs beside the daemon: those it starts with the node, and who may speak to it as which client.

import HeartbeatModel

extension DirectiveRule {
    static let clients: [DirectiveRule] = [
        program("respawn", isFailFast: false),
        program("failfast", isFailFast: true),
        DirectiveRule(name: "apiauth", exported: .never, needsValue: true) { reader, line in
            reader.readPermission(line.words)
        },
    ]

    private static func program(_ name: String, isFailFast: Bool) -> DirectiveRule {
        DirectiveRule(name: name, exported: .never, needsValue: true) { reader, line in
            guard reader.programIsUsable(line.words, of: name) else { return }
            let command = String(line.text.drop { $0 != " " && $0 != "\t" }.drop { $0 == " " || $0 == "\t" })
            reader.draft.clientPrograms.append(
                ClientProgram(
                    user: line.words[0], command: command, isFailFast: isFailFast,
                    isBuiltIn: reader.isMissingIPFail(line.words[1])))
        }
    }
}

extension HaCfReader {
    /// `respawn <user> <command> <argument>…`; checked as the original does, so that the mistake is not found later.
    fileprivate mutating func programIsUsable(_ words: [String], of name: String) -> Bool {
        guard words.count >= 2 else {
            error("\(name): the command is missing; write \"\(name) <user> <full path of the command>\"")
            return false
        }
        let userIsKnown = accept(words[0], of: name) { (reader, user) throws(Complaint) in
            guard reader.host.userExists(user) else { throw Complaint("is not a user of this system") }
        }
        let commandIsUsable = accept(words[1], of: name) { (reader, path) throws(Complaint) in
            let path = try ValueText.absolutePath(path)
            guard !reader.host.isExecutable(path), !reader.isMissingIPFail(path) else { return }
            guard name == "respawn", reader.host.deviceKind(path) == .missing else {
                throw Complaint("is not an executable file")
            }
            // As with an interface: what is beside the service must not keep the node down.
            reader.warning(
                "respawn: \(quoted(path)) is not there; everything else goes on without it, and it is tried some times. "
                    + "What came with heartbeat 3 (dopd, ccm) went with its package: then remove the line",
                about: .program(path))
        }
        if commandIsUsable, host.belongsToHeartbeat3(words[1]), !words[1].hasSuffix("/ipfail") {
            warning(
                "\(name): \(quoted(words[1])) belongs to the package of heartbeat 3 and goes when that is removed; keep a copy "
                    + "elsewhere and name that, or remove the line")
        }
        return userIsKnown && commandIsUsable
    }

    /// It went with the original's package; the lines that name it stay.
    fileprivate func isMissingIPFail(_ path: String) -> Bool {
        path.hasSuffix("/ipfail") && !host.isExecutable(path)
    }

    /// `apiauth <client> [uid=<users>] [gid=<groups>]`: at most one of each (observed).
    fileprivate mutating func readPermission(_ words: [String]) {
        let lists = words.dropFirst()
        guard let client = words.first, !lists.isEmpty,
            lists.allSatisfy({ $0.hasPrefix("uid=") || $0.hasPrefix("gid=") })
        else {
            return error("apiauth: who may connect is missing; write \"apiauth <client> uid=<users> gid=<groups>\"")
        }
        guard Set(lists.map { $0.prefix(4) }).count == lists.count else {
            return error("apiauth \(quoted(client)) has two lists of one kind; join them with commas")
        }
        guard !draft.clientPermissions.contains(where: { $0.client == client }) else {
            return error("apiauth: client \(quoted(client)) has a line already; write all its users and groups there")
        }
        var permission = ClientPermission(client: client)
        for list in lists {
            let names = list.dropFirst(4).split(separator: ",").map(String.init)
            let isUsers = list.hasPrefix("uid=")
            let exists = isUsers ? host.userExists : host.groupExists
            // Numbers need not belong to anybody (observed behaviour).
            for name in names where !name.utf8.allSatisfy(\.isDigit) && !exists(name) {
                refuse(name, of: "apiauth", Complaint("is not a \(isUsers ? "user" : "group") of this system"))
            }
            if isUsers { permission.users = names } else { permission.groups = names }
        }
        draft.clientPermissions.append(permission)
    }
}
