// One measurement as it is kept: what was measured, and figures by name, so that a new figure needs no new reader.

import HeartbeatLab

/// One trial of one peer.
package struct BenchRow: Codable, Hashable, Sendable {
    package var peer: String
    /// Raw value of a `Fault`, or the name of another measurement (`load`, `cost`).
    package var fault: String
    /// What the run asked for: `1s`, `tight`, `100/500`.
    package var setting: String
    /// What the peer came to; the deadtime counts from the last sign of life.
    package var keepaliveMilliseconds: Double
    package var deadtimeMilliseconds: Double
    /// How many addresses moved.
    package var addresses: Int
    /// Counted from 1; trials of the same run were measured one after another.
    package var run: Int
    package var figures: [String: Double]
    /// What a reader of the figures must know: that it did not recover, that the machine stood still, …
    package var notes: [String]
    /// What the faults of virtual machines begin with.
    static let machines = "machines-"
    /// The note of a row without figures.
    static let notMeasured = "not measured"
    /// What the note of a peer begins with that did not come back.
    static let notRecovered = "not recovered"
    /// What a note begins with about something that must not be.
    static let wrong = "wrong: "
    /// Where the time went, by time; `nil` of a peer that does not tell.
    package var timeline: [TimelineEntry]?

    package init(
        peer: String, fault: String, setting: String, keepaliveMilliseconds: Double, deadtimeMilliseconds: Double,
        addresses: Int, run: Int, figures: [String: Double] = [:], notes: [String] = []
    ) {
        self.peer = peer
        self.fault = fault
        self.setting = setting
        self.keepaliveMilliseconds = keepaliveMilliseconds
        self.deadtimeMilliseconds = deadtimeMilliseconds
        self.addresses = addresses
        self.run = run
        self.figures = figures
        self.notes = notes
    }
}

/// One thing that happened in a trial.
package struct TimelineEntry: Codable, Hashable, Sendable {
    /// Milliseconds since the fault; negative before it.
    package var at: Double
    /// Milliseconds, of what took time.
    package var took: Double?
    /// `lab`, `client` or a node's name.
    package var who: String
    package var what: String

    init(_ entry: MergedTimeline.Entry) {
        at = entry.begin.inMilliseconds
        took = entry.end.map { ($0 - entry.begin).inMilliseconds }
        who = entry.who
        what = entry.text
    }
}

/// Names of figures. Times in milliseconds; those without a word about it count from the fault.
package enum Figure {
    /// Longest time without an answer, from the last answer before to the first after it; the worst of all addresses.
    package static let outage = "outage_ms"
    /// The same of the address that fared best.
    package static let bestOutage = "best_outage_ms"
    /// All pauses longer than the probing explains, summed up; the worst of all addresses.
    package static let gaps = "gaps_ms"
    /// How often the address came to another node, the worst of all addresses.
    package static let moves = "moves"
    /// First and last address that the new owner has (it answers ARP for it).
    package static let addressUp = "address_up_ms"
    package static let allAddressesUp = "all_addresses_up_ms"
    /// First announcement (gratuitous ARP) of any address, and the first announcement of the address that came last.
    package static let firstAnnouncement = "first_arp_ms"
    package static let lastAnnouncement = "last_arp_ms"
    /// How many announcements there were.
    package static let announcements = "arps"
    /// The client's first answer from the new owner, for the first and for the last address.
    package static let served = "served_ms"
    package static let allServed = "all_served_ms"
    /// How long two nodes answered ARP for one address, the worst of all addresses.
    package static let twoOwners = "two_owners_ms"
    /// Echoes without an answer in time, all addresses together.
    package static let lost = "lost"
    /// Longest delay of the probe itself: what the machine held up, not the peer.
    package static let stall = "stall_ms"
    /// When the last sign of life of the dead node was on the wire; negative, because that was before the fault.
    package static let lastHeard = "last_heard_ms"
    /// End of the outage − last sign of life: where nobody waits for the deadtime.
    package static let afterLastHeard = "after_last_heard_ms"
    /// End of the outage − (last sign of life + deadtime): what the peer took beyond what it was configured to wait.
    package static let afterDeadtime = "after_deadtime_ms"
    /// The same up to the announcement of the last address: what it took to bring all of them up and to tell.
    package static let announcedAfterDeadtime = "announced_after_deadtime_ms"
    /// Of a campaign: all pauses between answers, and all time with two owners, of all addresses together.
    package static let outageSum = "outage_sum_ms"
    package static let twoOwnersSum = "two_owners_sum_ms"
    /// Of a campaign: 1 when not all addresses were served again although nothing was broken any more.
    package static let lostForGood = "lost_for_good"
    /// Of a campaign: 1 when the other node took an address although the first could have kept it; only of such faults.
    package static let movedForNothing = "moved_for_nothing"
    /// Of two connections through the pair, the longest silence at the receiver, since the fault, of each that survived.
    package static let outgoingStall = "outgoing_stall_ms"
    package static let inboundStall = "inbound_stall_ms"
    /// Of two pairs: the time between the moments at which each was served from where both came to, and the outage of the one that
    /// nothing had happened to.
    package static let skew = "skew_ms"
    package static let followerOutage = "follower_outage_ms"
    /// How often a node was found dead that was not.
    package static let falseDeaths = "false_deaths"
    /// How long after its last word a node was found dead.
    package static let detection = "detection_ms"
    /// How many of the two survived.
    package static let survivors = "survivors"
    /// Of a takeover of connections alone: how many, what the script took, what conntrackd's commit took of that by itself.
    package static let entries = "entries"
    package static let scriptStart = "script_start_ms"
    package static let commit = "commit_ms"
    /// What the daemon itself says it took: to add all addresses, and to announce them.
    package static let ownAdded = "own_added_ms"
    package static let ownAnnounced = "own_announced_ms"
}
