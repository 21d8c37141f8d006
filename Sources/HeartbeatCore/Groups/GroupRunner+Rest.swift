// Whether a group is at rest, on the move or about to move, as follows from its phase. It refuses to know what moves it.

extension GroupRunner {
    /// It is where it is wanted, or cannot get there.
    var isSettled: Bool {
        switch phase {
        case .stopped: !isWanted
        case .running, .checking, .restoring: isWanted
        case .failed, .stopFailed: true
        case .unknown, .looking, .acquiring, .releasing: false
        }
    }

    /// Its scripts are being called.
    var isInTransition: Bool {
        switch phase {
        case .looking, .acquiring, .checking, .restoring, .releasing: true
        case .unknown, .stopped, .running, .failed, .stopFailed: false
        }
    }

    /// It is to be started, or stopped, as soon as it may.
    var isAboutToMove: Bool { phase == .stopped && isWanted || phase == .running && !isWanted }
}
