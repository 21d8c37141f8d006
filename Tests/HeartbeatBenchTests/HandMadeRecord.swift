// What records are made of by hand: two nodes, moments, and who serves an address when.

@testable import HeartbeatLab

/// Of the two nodes.
let stations = [HardwareAddress(0x02_00_00_00_00_01), HardwareAddress(0x02_00_00_00_00_02)]

func at(_ milliseconds: Double) -> Moment {
    Moment(nanoseconds: Int64(milliseconds * 1_000_000))
}

/// What a node does with one address: when it began to answer and when it ended, in milliseconds.
typealias Service = (node: Int, from: Double, to: Double)

/// Who answers at a moment for the address that has these services, each node at `answer`.
func owners(in services: [Service], sentAt moment: Double, answer: Double) -> [ProbeSample.Answer] {
    services.filter { $0.from <= moment && moment < $0.to }.map {
        ProbeSample.Answer(from: stations[$0.node], at: at(answer))
    }
}
