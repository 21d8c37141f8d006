// The kinds of things that a check of a machine can find, and what is known of each before there is one: docs/check.md is made of
// this. A code is for programs, and does not change.

import HeartbeatModel

/// What a finding is about.
package enum FindingCode: String, Hashable, Sendable, CaseIterable {
    case configuration
    case fileMissing = "file-missing"
    case fileUnreadable = "file-unreadable"
    case fileNotTrusted = "file-not-trusted"
    case keysExposed = "keys-exposed"
    case packageLeftovers = "package-leftovers"

    case differentGroups = "different-groups"
    case ownOnBoth = "own-on-both"
    case differentNodes = "different-nodes"
    case differentFiles = "different-files"
    case unlistedFile = "unlisted-file"
    case differentDeadtime = "different-deadtime"
    case differentConfiguration = "different-configuration"
    case agreementUnknown = "agreement-unknown"

    case mediumBlocked = "medium-blocked"
    case peerUnheard = "peer-unheard"
    case mediumUnknown = "medium-unknown"

    case interfaceMissing = "interface-missing"
    case interfaceDown = "interface-down"
    case noCarrier = "no-carrier"
    case udpPortTaken = "udp-port-taken"
    case deviceMissing = "device-missing"
    case serialTaken = "serial-taken"
    case serialNotPermitted = "serial-not-permitted"
    case addressMisplaced = "address-misplaced"
    case addressHeld = "address-held"
    case addressAnswered = "address-answered"

    case scriptMissing = "script-missing"
    case scriptBroken = "script-broken"
    case scriptNotTrusted = "script-not-trusted"
    case hookNotTrusted = "hook-not-trusted"
    case programMissing = "program-missing"
    case unitStartsItself = "unit-starts-itself"

    case groupMissing = "group-missing"
    case memoryNotLocked = "memory-not-locked"
    case notRealtime = "not-realtime"
    case kernelTooOld = "kernel-too-old"
    case kernelWithoutMarks = "kernel-without-marks"
    case leaseUnavailable = "lease-unavailable"
    case guardianMissing = "guardian-missing"
    case notRoot = "not-root"
}

extension FindingCode {
    /// How much one matters; `error > unknown > warning > note`.
    package enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
        /// Heartbeat would not start, or would not do what the files say: exit 2.
        case error
        /// It could not be looked at: exit 3.
        case unknown
        /// Something that the service may need is missing: exit 1.
        case warning
        /// Worth a word: exit 0.
        case note

        private var weight: Int {
            switch self {
            case .error: 3
            case .unknown: 2
            case .warning: 1
            case .note: 0
            }
        }

        package static func < (left: Self, right: Self) -> Bool { left.weight < right.weight }

        /// In front of its line.
        var mark: String {
            switch self {
            case .error: "!! "
            case .unknown, .warning: "!  "
            case .note: blanks(3)
            }
        }
    }

    /// A row of docs/check.md.
    package struct Entry: Hashable, Sendable {
        /// The usual one.
        package var severity: Severity
        /// When it is another one.
        var exception = ""
        /// What it says; capitals stand for names.
        var sentence: String
        /// What to do; commands stand between backquotes.
        package var advice: String
        /// The same for a terminal.
        package var remedy: [String] { [advice.filter { $0 != "`" }] }
    }

    package var entry: Entry {
        Self.entries[self] ?? Entry(severity: .unknown, sentence: rawValue, advice: "")
    }

    static let entries: [FindingCode: Entry] = Dictionary(
        uniqueKeysWithValues: (files + pair + live + network + programs + machine).map { ($0.code, $0.entry) })

    typealias Row = (code: FindingCode, entry: Entry)

    private static func row(
        _ code: FindingCode, _ severity: Severity, unless exception: String = "", _ sentence: String, _ advice: String
    ) -> Row {
        (code, Entry(severity: severity, exception: exception, sentence: sentence, advice: advice))
    }
}

extension FindingCode {
    static let files: [Row] = [
        row(
            .configuration, .error, unless: "warning where heartbeat starts all the same",
            "F:LINE: what is wrong, and what to write instead", "as it says; `hbctl check` looks again"),
        row(.fileMissing, .error, "there is no F", "write it; the examples of the package show how"),
        row(.fileUnreadable, .unknown, "F cannot be read: WHY", "as root: `hbctl check`"),
        row(
            .fileNotTrusted, .error, unless: "warning where it is a group that may write",
            "others than root can change F: WHY", "as it says"),
        row(
            .keysExposed, .error, unless: "warning where they may only be replaced",
            "others than its owner may read the keys", "`chmod 600` the file"),
        row(
            .packageLeftovers, .note, "files that Debian's heartbeat has left are passed over: F",
            "nothing, or remove them"),
    ]

    static let pair: [Row] = [
        row(
            .differentGroups, .warning, "haresources of the two nodes are not the same",
            "make them the same, then `heartbeat -r` on both"),
        row(
            .ownOnBoth, .warning, "each node's haresources gives G to that node",
            "name one preferred node in both files"),
        row(.differentNodes, .warning, "the other node's ha.cf names other nodes", "name the same two in both files"),
        row(
            .differentFiles, .warning, "F of a `sync` line is not the same on both nodes",
            "copy the right one; `cl_status files` shows both"),
        row(.unlistedFile, .warning, "F is in a `sync` line of one node only", "write the line on both"),
        row(.differentDeadtime, .warning, "deadtime of the two nodes is not the same", "write the same on both"),
        row(
            .differentConfiguration, .warning, "ha.cf or authkeys is not the same on both nodes",
            "`hb_site diff`, or compare `/etc/ha.d` of both nodes; then `heartbeat -r`"),
        row(
            .agreementUnknown, .note, "whether the other node's files are the same is not known: WHY",
            "ask again when heartbeat runs on both nodes"),
    ]

    static let live: [Row] = [
        row(
            .mediumBlocked, .warning, "over M nothing of N reaches the other node, or M does not work",
            "as it says: a firewall, the cable, the switch, the speed of a serial line"),
        row(
            .peerUnheard, .warning, "no medium brings anything of N: WHY", "look after N; there: `hbctl check --live`"),
        row(
            .mediumUnknown, .unknown, unless: "note where N runs heartbeat 3 or an older version, which does not tell",
            "what passes over the media is not known: WHY", "ask again when heartbeat runs on both nodes"),
    ]

    static let network: [Row] = [
        row(
            .interfaceMissing, .warning, unless: "error where a line needs it",
            "I is no interface of this node", "correct the name, or plug it in"),
        row(.interfaceDown, .warning, "I is switched off", "`ip link set I up`, also at boot"),
        row(.noCarrier, .warning, "I has no carrier", "look at the cable and at what is at its other end"),
        row(
            .udpPortTaken, .error, "UDP port P is taken by PROGRAM",
            "end that program, or change `udpport` on both nodes"),
        row(
            .deviceMissing, .warning, unless: "error where it cannot come later",
            "D of a `serial` or `watchdog` line is not there", "plug it in, load its driver, or correct the name"),
        row(
            .serialTaken, .warning, "D is in use by PROGRAM",
            "end it; for a console: `systemctl disable --now serial-getty@NAME`"),
        row(.serialNotPermitted, .error, "D cannot be opened: WHY", "as it says"),
        row(
            .addressMisplaced, .error, unless: "warning where it could come up by a route, or its network is late",
            "A is in no network of this node", "correct the address, or name the interface after it"),
        row(
            .addressHeld, .error, unless: "warning where a heartbeat may have left it",
            "this machine has A already", "give the service an address of its own"),
        row(
            .addressAnswered, .warning, "another host answers for A",
            "nothing if it is the other node, which serves; else give one of them another address"),
    ]

    static let programs: [Row] = [
        row(
            .scriptMissing, .warning, "there is no script S, so its group cannot start",
            "install it, or correct the name"),
        row(.scriptBroken, .warning, "the script S would not run: WHY", "as it says"),
        row(.scriptNotTrusted, .warning, "others than root can change the script S: WHY", "as it says"),
        row(.hookNotTrusted, .warning, "others than root can change S of rc.d or notify.d: WHY", "as it says"),
        row(.programMissing, .warning, "PROGRAM of a `respawn` line is not there", "install it, or remove the line"),
        row(
            .unitStartsItself, .warning, "systemd starts UNIT by itself, and haresources has it as R",
            "`systemctl disable UNIT`: heartbeat decides where it runs"),
    ]

    static let machine: [Row] = [
        row(
            .groupMissing, .warning, "there is no group haclient: only root may ask how the pair is",
            "`groupadd --system haclient`, then restart heartbeat"),
        row(
            .memoryNotLocked, .warning, "heartbeat may not lock its memory: it can be paged out",
            "give the service CAP_IPC_LOCK and LimitMEMLOCK=infinity, or say `realtime off`"),
        row(
            .notRealtime, .warning, "heartbeat may not have real-time priority P",
            "give the service CAP_SYS_NICE or LimitRTPRIO=P, or say `realtime off`"),
        row(
            .kernelTooOld, .warning, unless: "error with `lease required`",
            "Linux V is too old for the lease", "run Linux 5.8 or later, or say `lease off`"),
        row(
            .kernelWithoutMarks, .note, "Linux V keeps no note of whose an address is",
            "nothing; from Linux 5.18 on an address of the machine's own is told apart"),
        row(
            .leaseUnavailable, .warning, unless: "error with `lease required`",
            "the kernel would not hold the lease: WHY", "as it says, or say `lease off`"),
        row(
            .guardianMissing, .warning, "there is no PROGRAM that takes the addresses away when the daemon dies",
            "install it beside heartbeat, or say `guardian off`"),
        row(
            .notRoot, .note,
            "not everything was looked at: only root can see whose ports and devices are, and ask the kernel",
            "as root: `hbctl check`"),
    ]

    /// The tables of docs/check.md.
    package static var page: String {
        let parts = [
            ("The files", files), ("The other node's files", pair), ("The media, with --live", live),
            ("The network", network),
            ("Scripts and programs", programs), ("This machine", machine),
        ]
        return parts.map { title, rows in
            "## \(title)\n\n" + table(rows.map { ($0.code.rawValue, $0.entry) })
        }.joined(separator: "\n")
    }

    /// One table of a page of findings.
    static func table(_ rows: [(code: String, entry: Entry)]) -> String {
        let head = "| code | severity | says | what to do |\n|---|---|---|---|\n"
        return head
            + rows.map { code, entry in
                let severity = entry.severity.rawValue + (entry.exception.isEmpty ? "" : "; \(entry.exception)")
                return "| `\(code)` | \(severity) | \(entry.sentence) | \(entry.advice) |\n"
            }.joined()
    }
}
