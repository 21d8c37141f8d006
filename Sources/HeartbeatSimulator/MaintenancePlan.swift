// An operator takes machines out of service and puts them back, at bad moments, too. What he has ordered stands on the disk: a daemon
// that begins is told first. Drawn beforehand, with random numbers of its own.

import HeartbeatCore
import HeartbeatModel

/// What is ordered in one run.
struct MaintenancePlan {
    static let reason = "new disks"

    var deeds: [(time: Duration, host: Int, isOn: Bool)] = []
    /// A machine that stays out of service when everything else is healed.
    var lasting: Int?

    static let none = MaintenancePlan()

    private init() {}

    init(trouble: Duration, using random: inout SplitMix64) {
        let pace = random.pick([Duration.seconds(10), .seconds(40), .seconds(120)])
        var time = random.duration(in: .zero...pace)
        while time < trouble {
            deeds.append((time, Int.random(in: 0...1, using: &random), random.chance(0.6)))
            time += random.duration(in: .milliseconds(10)...(pace * 2))
        }
        if random.chance(0.4) { lasting = Int.random(in: 0...1, using: &random) }
    }
}

extension World {
    func maintain(_ isOn: Bool, _ host: Int) {
        guard hosts[host].isMaintained != isOn else { return }
        hosts[host].isMaintained = isOn
        note(host, isOn ? "is taken out of service" : "is put back into service")
        noteLosses(of: host)
        tellMaintenance(host)
    }

    /// The daemon of `host` has begun, or something has changed.
    func tellMaintenance(_ host: Int) {
        guard hosts[host].isUp else { return }
        feed(.maintained(hosts[host].isMaintained ? MaintenancePlan.reason : nil), to: host)
    }
}
