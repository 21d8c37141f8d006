// What ha.cf says about the programs beside the daemon: which ones it starts, and who may speak to it as what.

/// A program that lives as long as the node is a member (`respawn`, `failfast`).
public struct ClientProgram: Hashable, Codable, Sendable {
    /// Name of the user it runs as.
    public var user: String
    /// The command as written: a full path, and arguments as a shell reads them.
    public var command: String
    /// `failfast`: the machine is rebooted when it ends in any other way than with exit code 0.
    public var isFailFast: Bool
    /// ipfail where none is installed: the daemon does itself what it does.
    public var isBuiltIn: Bool

    public init(user: String, command: String, isFailFast: Bool = false, isBuiltIn: Bool = false) {
        self.user = user
        self.command = command
        self.isFailFast = isFailFast
        self.isBuiltIn = isBuiltIn
    }
}

/// Who may sign on to the API as a client of a certain name: whoever is one of the users *or* has one of the groups as its
/// effective group. Names, or numbers in decimal.
public struct ClientPermission: Hashable, Codable, Sendable {
    /// The client's name. `anon` are clients without one, `default` are those of all names that have no permission of their
    /// own.
    public var client: String
    public var users: [String]
    public var groups: [String]

    public init(client: String, users: [String] = [], groups: [String] = []) {
        self.client = client
        self.users = users
        self.groups = groups
    }

    /// What holds for clients that ha.cf does not name (observed behaviour).
    public static let defaults = [
        ClientPermission(client: "ipfail", users: ["hacluster"]),
        ClientPermission(client: "ccm", users: ["hacluster"]),
        ClientPermission(client: "ping", groups: ["haclient"]),
        ClientPermission(client: "lha-snmpagent", users: ["root"]),
        ClientPermission(client: "anon", users: ["root"], groups: ["haclient"]),
    ]
}
