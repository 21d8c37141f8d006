// What `hbctl plan --json` says of one event, as far as it can be compared with what then happens. The rest of it is read by nobody here.

import FoundationEssentials

/// An answer of `schemas/hbctl-plan-1.json`.
struct ForecastAnswer {
    /// Something can be told.
    let canTell: Bool
    /// Everything is served again within the goal, and every figure is known.
    let isKnown: Bool
    let outcome: ForecastOutcome

    /// `nil` for anything else than such an answer.
    init?(_ text: String) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(text.utf8)), let plan = file.plans.first else {
            return nil
        }
        canTell = file.exit != 3
        isKnown = file.exit == 0
        outcome = plan.outcome
    }

    private struct File: Decodable {
        var exit: Int
        var plans: [Plan]
    }

    private struct Plan: Decodable {
        var groups: [Group]
        var lines: [Line]

        var outcome: ForecastOutcome {
            var outcome = ForecastOutcome(happenings: lines.compactMap(\.happening), owners: [:], away: [:])
            for group in groups {
                guard let key = ForecastGroup(key: group.group) else { continue }
                outcome.owners[key] = Set(group.owners)
                outcome.away[key] = group.away.map { $0 * 1000 }
            }
            return outcome
        }
    }

    private struct Group: Decodable {
        var group: String
        var owners: [String]
        var away: Double?

        enum CodingKeys: String, CodingKey {
            case group, owners
            case away = "away_s"
        }
    }

    private struct Line: Decodable {
        var at: Double
        var node: String?
        var kind: String
        var group: String?

        enum CodingKeys: String, CodingKey {
            case node, kind, group
            case at = "at_s"
        }

        /// `nil` of an event and of a verdict.
        var happening: ForecastOutcome.Happening? {
            guard let change = ForecastOutcome.Step.Change(rawValue: kind), let node,
                let group = group.flatMap({ ForecastGroup(key: $0) })
            else { return nil }
            return .init(at: at * 1000, step: .init(node: node, change: change, group: group))
        }
    }
}
