// Whether an interface can be used, from what the kernel and its driver say of it at one moment. Pure.

/// Who told whether there is a link.
package enum CarrierSource: String, Hashable, Sendable, CaseIterable {
    /// The transceiver itself, by its status register (IEEE 802.3 clause 22).
    case mii
    /// The driver (ETHTOOL_GLINK).
    case ethtool
    /// The kernel: flags and operational state of the interface (RFC 2863).
    case carrier
}

/// The state of one interface.
package struct InterfaceState: Hashable, Sendable {
    /// It exists, is administratively up, and all that know of its link say that there is one.
    package var isUp: Bool
    /// Who says that there is none; of a link that is up, the one closest to the wire that was asked.
    package var source: CarrierSource
    /// For the log: `link`, `no carrier`, `administratively down`, `does not exist`, `MII: no link`, …
    package var reason: String
    /// Number of the interface, which it does not keep when it is made anew; 0 when it does not exist.
    package var index: UInt32

    package init(isUp: Bool, source: CarrierSource, reason: String, index: UInt32) {
        self.isUp = isUp
        self.source = source
        self.reason = reason
        self.index = index
    }
}

/// What was found out about an interface that exists.
package struct InterfaceReading: Hashable {
    let index: UInt32
    /// IFF_UP.
    var isAdminUp = false
    /// IFF_RUNNING: the operational state is up, or unknown with a carrier.
    var isRunning = false
    /// What the driver says; `nil` when it cannot be asked.
    var ethtool: Bool?
    /// What the transceiver says; `nil` when it cannot be asked or has not proved yet that it knows.
    var mii: Bool?
    /// IF_OPER_…; only asked for an interface that is not running.
    var operationalState: UInt8 = 0
}

extension InterfaceState {
    /// `nil` is an interface that does not exist.
    package init(_ reading: InterfaceReading?) {
        guard let reading else {
            self.init(isUp: false, source: .carrier, reason: "does not exist", index: 0)
            return
        }
        let (isUp, source, reason): (Bool, CarrierSource, String) =
            if !reading.isAdminUp {
                (false, .carrier, "administratively down")
            } else if reading.mii == false {
                (false, .mii, "MII: no link")
            } else if reading.ethtool == false {
                (false, .ethtool, "no carrier")
            } else if !reading.isRunning {
                (false, .carrier, Self.reason(reading.operationalState))
            } else {
                (true, reading.mii != nil ? .mii : reading.ethtool != nil ? .ethtool : .carrier, "link")
            }
        self.init(isUp: isUp, source: source, reason: reason, index: reading.index)
    }

    private static func reason(_ operationalState: UInt8) -> String {
        switch operationalState {
        case 1: "its device is not present"
        case 3: "the interface below it is down"
        case 4: "in a test"
        case 5: "dormant"
        default: "no carrier"
        }
    }
}
