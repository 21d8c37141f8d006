// What a forecast needs of this machine: what the daemon tells now, the files that it runs by, and how long scripts have taken here.

import Glibc
import HeartbeatCheck
import HeartbeatConfig
import HeartbeatForecast
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// A forecast of the pair of this machine, and the names in which it can be asked.
package struct PlanReading {
    package let forecast: Forecast
    package let names: PairNames

    /// - Parameters:
    ///   - share: what came with the program; `nil`: looked for from the program's own place.
    ///   - goal: so long may nobody serve a group; `nil`: the forecast's own.
    package init(_ places: Places, share: String? = nil, goal: Duration?) throws(OperatorFailure) {
        switch FactsLook.take(places, for: .forecast) {
        case .facts(let facts): try self.init(places, of: facts, share: share, goal: goal)
        case .nothing(let failure, _): throw failure
        }
    }

    /// Of what the daemon has told already.
    package init(
        _ places: Places, of facts: NodeFacts, share: String? = nil, goal: Duration? = nil
    ) throws(OperatorFailure) {
        let configuration = try Self.configuration(places, share, of: facts.node)
        let (learned, note) = Self.learned(DaemonPaths(places).learned)
        var forecast = Forecast(configuration, facts, learned: learned)
        if let goal { forecast.goal = goal }
        if let note { forecast.notes = [note] }
        self.forecast = forecast
        names = PairNames(facts)
    }

    /// The files of this machine, with or without the keys.
    /// - Parameter node: whose they are; `nil`: this machine's.
    package static func configuration(
        _ places: Places, _ share: String?, of node: NodeName?
    ) throws(OperatorFailure) -> Configuration {
        let loader = ConfigurationLoader(paths: DaemonPaths(places, share: share), node: node?.text)
        let result = loader.load()
        if let configuration = result.configuration ?? loader.withoutKeys(result.diagnostics) { return configuration }
        let first = result.diagnostics.first { $0.severity == .error }
        throw OperatorFailure(
            code: "configuration", sentence: first.map { "\($0)" } ?? "the files of heartbeat cannot be read",
            remedy: ["hbctl check"])
    }

    /// Where no script has ever run there is no file, and nothing to say of it.
    private static func learned(_ path: String) -> (LearnedDurations, note: String?) {
        do throws(SystemError) {
            let text = String(decoding: try WholeFile.read(path, atMost: 1 << 20), as: UTF8.self)
            return (LearnedDurations(text: text.split(separator: "\n").map(String.init)), nil)
        } catch {
            let note = "\(error); everything counts as never run here"
            return (LearnedDurations(), error.code == ENOENT ? nil : note)
        }
    }
}

/// `--goal`.
package enum GoalTime {
    /// `20`, `20s`, `500ms` or `2m`; `nil` for anything else, and for nothing and more than a day.
    package static func parse(_ text: String) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("", 1000)]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
            let number = Int64(text.dropLast(unit.utf8.count)), (1...86_400_000).contains(number),
            number * factor <= 86_400_000
        else { return nil }
        return .milliseconds(number * factor)
    }
}
