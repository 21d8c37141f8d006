// The scenes of a gateway with two lines, as values: what befalls it, and which line its classes must then be on.

/// One scene.
package enum LineScene: String, CaseIterable, Hashable, Sendable {
    case start
    case deadLine = "dead-line"
    case lineBack = "line-back"
    case redialled

    package var title: String {
        switch self {
        case .start: "Each class takes its own line"
        case .deadLine: "The first line dies behind its first router"
        case .lineBack: "It works again"
        case .redialled: "The first line is dialled anew, with another address"
        }
    }

    var explanation: String {
        switch self {
        case .start: "The server prefers dsl1, the workstation dsl2. Both send to a host far away."
        case .deadLine: "The router answers still, and passes nothing on. The server goes to dsl2."
        case .lineBack: "It must work for 2 s, then the server's traffic returns to it."
        case .redialled: "It is gone for less than its hold of 1 s: nothing moves, and all goes on."
        }
    }

    /// The lines that servers and workstations are on when it is over.
    var lines: [TwoLines.Line] { self == .deadLine ? [.dsl2, .dsl2] : [.dsl1, .dsl2] }
}

/// How one scene went.
package struct LineSceneResult: Hashable, Sendable {
    package var scene: LineScene
    /// The lines that servers and workstations are on.
    var lines: [TwoLines.Line]
    /// The longest silence of each flow at its receiver.
    var gaps: [Duration]
    /// Packets that left by a line with an address that is not of it.
    var wrong: Int
    package var problems: [String]
}
