// What a campaign does to a pair, as values: what each kind of fault is called, whom it can befall, how long it lasts, who can
// play it and whether anything has to move for it. How it is done is TortureDeed's business.

/// One kind of fault.
package enum TortureKind: String, CaseIterable, Codable, Hashable, Sendable {
    // Power.
    case powerLoss = "power-loss"
    case bothPowerLoss = "both-power-loss"
    case bothPowerLossStaggered = "both-power-loss-staggered"
    // The daemon.
    case kill
    case shortFreeze = "short-freeze"
    case freeze
    case stop
    case restart
    case standby
    case termDuringTakeover = "term-during-takeover"
    case reloadDuringTakeover = "reload-during-takeover"
    // The network.
    case carrierLoss = "carrier-loss"
    case flapping
    case cableCut = "cable-cut"
    case deafOnLAN = "deaf-on-lan"
    case muteOnLAN = "mute-on-lan"
    case deaf
    case mute
    case partition
    case lanPartition = "lan-partition"
    case secondLink = "second-link"
    case loss
    case duplication
    case reordering
    case delay
    case lostAnnouncements = "lost-announcements"
    case garbage
    // The resources.
    case hangAtStart = "hang-at-start"
    case failAtStart = "fail-at-start"
    case failAtStop = "fail-at-stop"
    case serviceDeath = "service-death"
    case addressRemoved = "address-removed"
    // The machine.
    case readOnlyState = "read-only-state"
    case lostGeneration = "lost-generation"
    case processorHogs = "processor-hogs"

    /// Whom it can befall.
    package var places: [TorturePlace] {
        switch self {
        case .powerLoss, .kill, .freeze, .stop, .restart, .carrierLoss, .cableCut, .deafOnLAN, .muteOnLAN, .deaf, .mute:
            [.active, .standby]
        case .shortFreeze, .standby, .flapping, .hangAtStart, .failAtStart, .failAtStop, .serviceDeath, .addressRemoved,
            .lostAnnouncements, .readOnlyState, .termDuringTakeover, .reloadDuringTakeover:
            [.active]
        case .lostGeneration: [.standby]
        case .bothPowerLoss, .bothPowerLossStaggered, .partition, .lanPartition, .secondLink, .loss, .duplication,
            .reordering, .delay, .garbage, .processorHogs:
            [.pair]
        }
    }

    /// Milliseconds it may last.
    var milliseconds: ClosedRange<Int> {
        switch self {
        case .shortFreeze: 500...500
        case .freeze: 3000...3000
        // The moment of the second deed: before, while and after a peer takes over.
        case .termDuringTakeover, .reloadDuringTakeover: 900...1300
        case .flapping: 3000...8000
        case .powerLoss, .bothPowerLoss, .bothPowerLossStaggered, .kill, .stop, .restart, .standby, .carrierLoss,
            .cableCut, .deafOnLAN, .muteOnLAN, .deaf, .mute, .partition, .lanPartition, .secondLink, .loss,
            .duplication, .reordering, .delay, .lostAnnouncements, .garbage, .hangAtStart, .failAtStart, .failAtStop,
            .serviceDeath, .addressRemoved, .readOnlyState, .lostGeneration, .processorHogs:
            2000...6000
        }
    }

    /// Whether keepalived, which has addresses and nothing else, can be asked to play it.
    var isForAddressesAlone: Bool {
        switch self {
        // It has no command to hand over, no resource script, no second link and nothing on disk.
        case .standby, .hangAtStart, .failAtStart, .failAtStop, .serviceDeath, .readOnlyState, .lostGeneration,
            .secondLink:
            false
        case .powerLoss, .bothPowerLoss, .bothPowerLossStaggered, .kill, .shortFreeze, .freeze, .stop, .restart,
            .termDuringTakeover, .reloadDuringTakeover, .carrierLoss, .flapping, .cableCut, .deafOnLAN, .muteOnLAN,
            .deaf, .mute, .partition, .lanPartition, .loss, .duplication, .reordering, .delay, .lostAnnouncements,
            .garbage, .addressRemoved, .processorHogs:
            true
        }
    }

    /// Whether every node that serves when it befalls `place` can go on: who moves all the same has moved for nothing.
    func isHarmless(to place: TorturePlace) -> Bool {
        switch self {
        case .shortFreeze, .lanPartition, .secondLink, .loss, .duplication, .reordering, .delay, .garbage,
            .serviceDeath, .addressRemoved, .lostGeneration, .processorHogs:
            true
        case .powerLoss, .bothPowerLoss, .bothPowerLossStaggered, .kill, .freeze, .stop, .restart, .standby,
            .termDuringTakeover, .reloadDuringTakeover, .carrierLoss, .flapping, .cableCut, .deafOnLAN, .muteOnLAN,
            .deaf, .mute, .partition, .lostAnnouncements, .hangAtStart, .failAtStart, .failAtStop, .readOnlyState:
            place == .standby
        }
    }

    /// In words that the node's name may follow.
    package var deed: String {
        switch self {
        case .powerLoss: "power loss and return"
        case .bothPowerLoss: "both lose power and return together"
        case .bothPowerLossStaggered: "both lose power and return one after the other"
        case .kill: "daemon killed, started again later"
        case .shortFreeze: "daemon stands still for less than the deadtime"
        case .freeze: "daemon stands still for longer than the deadtime"
        case .stop: "daemon stopped in order, started again later"
        case .restart: "daemon restarted"
        case .standby: "told to hand over"
        case .termDuringTakeover: "power loss, and the other daemon is restarted as it takes over"
        case .reloadDuringTakeover: "power loss, and the other daemon reads its files as it takes over"
        case .carrierLoss: "LAN cable pulled"
        case .flapping: "LAN cable pulled and plugged in again and again"
        case .cableCut: "LAN cable cut behind the switch: no carrier change"
        case .deafOnLAN: "hears nothing on the LAN"
        case .muteOnLAN: "is not heard on the LAN"
        case .deaf: "hears nothing at all"
        case .mute: "is not heard at all"
        case .partition: "nodes do not hear each other, the client hears both"
        case .lanPartition: "nodes do not hear each other on the LAN"
        case .secondLink: "nodes do not hear each other on the second link"
        case .loss: "30 of 100 packets between the nodes are lost"
        case .duplication: "packets between the nodes come twice"
        case .reordering: "packets between the nodes overtake each other by up to 200 ms"
        case .delay: "packets between the nodes come 200 ms late"
        case .lostAnnouncements: "power loss, and the client misses the announcements"
        case .garbage: "1,000 packets of garbage a second"
        case .hangAtStart: "power loss, and the script takes 3 s to start"
        case .failAtStart: "power loss, and the script does not start"
        case .failAtStop: "daemon stopped, and the script does not stop"
        case .serviceDeath: "service behind the script dies"
        case .addressRemoved: "an address is removed by hand"
        case .readOnlyState: "daemon killed and its state directory read-only"
        case .lostGeneration: "power loss, and its generation is lost"
        case .processorHogs: "four processor hogs"
        }
    }
}

/// Whom a fault befalls, by what it is doing at that moment.
package enum TorturePlace: String, CaseIterable, Codable, Hashable, Sendable {
    /// The node that serves.
    case active
    /// The other.
    case standby
    /// Both, or what is between them.
    case pair

    /// Number of the node; before each fault the first one serves.
    var node: Int { self == .standby ? 1 : 0 }
}
