// Who may be a client of which name. The credentials are those the kernel tells of the process at the other end; what the
// client says about itself must agree with them.

import HeartbeatModel

/// What the kernel knows of the process that opened a connection (SO_PEERCRED).
package struct PeerCredentials: Hashable, Sendable {
    package var pid: Int32
    /// Effective user and group when it connected; further groups do not count.
    package var user: UInt32
    package var group: UInt32

    package init(pid: Int32, user: UInt32, group: UInt32) {
        self.pid = pid
        self.user = user
        self.group = group
    }
}

/// The permissions of ha.cf above the defaults, with names made numbers.
package struct ClientAuthority: Hashable, Sendable {
    /// Why somebody may not sign on; the original's words, which it sends as `info`.
    package enum Refusal: String, Error, Hashable, Sendable {
        case badPid = "bad pid"
        case pidMismatch = "pid mismatch"
        case invalidIdentity = "invalid id info"
        case falseCredentials = "incorrect/false credentials"
        case noDefault = "no default client auth"
        case notAllowed = "client failed authorization"
        case duplicate = "duplicate add request"
        /// Not in the original, which takes on any number.
        case tooMany = "too many clients"
    }

    private struct Permission: Hashable, Sendable {
        var client: String
        var users: [UInt32]
        var groups: [UInt32]
    }

    private let permissions: [Permission]

    /// - Parameters:
    ///   - permissions: of ha.cf; each replaces the default of the same client.
    ///   - userID, groupID: the number of a name, `nil` when there is none, which then allows nobody.
    package init(
        _ permissions: [ClientPermission], userID: (String) -> UInt32?, groupID: (String) -> UInt32?
    ) {
        let named = Set(permissions.map(\.client))
        let all = permissions + ClientPermission.defaults.filter { !named.contains($0.client) }
        self.permissions = all.map { permission in
            Permission(
                client: permission.client, users: permission.users.compactMap { UInt32($0) ?? userID($0) },
                groups: permission.groups.compactMap { UInt32($0) ?? groupID($0) })
        }
    }

    /// Why this process may not be the client `name`; `nil` when it may. A client without a name is called `anon`.
    package func refusal(of name: String, to peer: PeerCredentials) -> Refusal? {
        guard let permission = permission(of: name) ?? permission(of: "default") else { return .noDefault }
        let isAllowed = permission.users.contains(peer.user) || permission.groups.contains(peer.group)
        return isAllowed ? nil : .notAllowed
    }

    private func permission(of name: String) -> Permission? {
        permissions.first { $0.client == name }
    }
}
