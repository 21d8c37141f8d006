// What a machine is like where a node is to run: answers of its kernel, its file system and its service manager, as plain values. Who
// reads them is HeartbeatOperator's matter; what follows from them is MachineCheck's.

import HeartbeatModel

/// The machine as it was found. What nobody could look at is `nil`, or in no list.
package struct MachineFacts: Hashable, Sendable {
    package struct Process: Hashable, Sendable {
        package var name: String
        package var pid: Int32

        package init(name: String, pid: Int32) {
            self.name = name
            self.pid = pid
        }
    }

    /// Somebody but root could change a path.
    package struct Doubt: Hashable, Sendable {
        /// The path that was looked at, and the part of it that is doubtful.
        package var path: String
        package var component: String
        /// Who could, and what helps.
        package var text: String
        /// Not only a group could.
        package var isGrave: Bool

        package init(path: String, component: String, text: String, isGrave: Bool) {
            self.path = path
            self.component = component
            self.text = text
            self.isGrave = isGrave
        }
    }

    /// One that is there.
    package struct Interface: Hashable, Sendable {
        package var name: String
        /// An administrator has switched it on.
        package var isUp: Bool
        package var hasCarrier: Bool

        package init(name: String, isUp: Bool, hasCarrier: Bool) {
            self.name = name
            self.isUp = isUp
            self.hasCarrier = hasCarrier
        }
    }

    package struct UDPSocket: Hashable, Sendable {
        package var port: UInt16
        /// The number of the user whose it is.
        package var user: UInt32
        /// `nil`: whose it is could not be seen.
        package var holder: Process?

        package init(port: UInt16, user: UInt32, holder: Process?) {
            self.port = port
            self.user = user
            self.holder = holder
        }
    }

    /// A serial line of ha.cf that is there.
    package struct Device: Hashable, Sendable {
        package var path: String
        /// Another program than the daemon that has it open.
        package var holder: Process?
        /// Why it cannot be opened.
        package var refusal: String?

        package init(path: String, holder: Process? = nil, refusal: String? = nil) {
            self.path = path
            self.holder = holder
            self.refusal = refusal
        }
    }

    /// A unit of systemd that does what a resource does.
    package struct Unit: Hashable, Sendable {
        package var name: String
        /// The word of haresources.
        package var resource: String
        /// systemd starts it at boot, without anybody's asking.
        package var startsItself: Bool

        package init(name: String, resource: String, startsItself: Bool) {
            self.name = name
            self.resource = resource
            self.startsItself = startsItself
        }
    }

    /// What the daemon's process may, or a process that is started as this one was.
    package struct Rights: Hashable, Sendable {
        /// All of its memory.
        package var locksMemory: Bool
        /// The highest real-time priority; zero: none.
        package var priority: Int

        package init(locksMemory: Bool, priority: Int) {
            self.locksMemory = locksMemory
            self.priority = priority
        }
    }

    package struct Program: Hashable, Sendable {
        package var path: String
        package var isExecutable: Bool

        package init(path: String, isExecutable: Bool) {
            self.path = path
            self.isExecutable = isExecutable
        }
    }

    /// Whoever looked was root.
    package var isRoot = true
    /// The daemon of this node, if it runs.
    package var daemon: Process?
    /// Of ha.cf, haresources and authkeys.
    package var fileDoubts: [Doubt] = []
    /// Of rc.d and notify.d, and of what is in them.
    package var hookDoubts: [Doubt] = []
    package var interfaces: [Interface] = []
    package var sockets: [UDPSocket] = []
    package var devices: [Device] = []
    package var units: [Unit] = []
    package var hasClientGroup = true
    package var rights: Rights?
    /// `uname -r`.
    package var kernel: String?
    package var guardian: Program?

    package init() {}
}
