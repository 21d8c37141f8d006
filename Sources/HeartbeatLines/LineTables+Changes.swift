// How the kernel gets from what it has of ours to what it is to have: only the difference, and in an order in which no packet meets a
// rule without its table, or no rule where there was one.

import HeartbeatFormats

/// One step.
package enum TableChange: Hashable, Sendable {
    case addRoute(RouteEntry)
    /// It takes the place of ours with the same destination, table and metric.
    case replaceRoute(RouteEntry)
    case removeRoute(RouteEntry)
    case addRule(RuleEntry)
    case removeRule(RuleEntry)

    package var request: NetlinkRequest {
        switch self {
        case .addRoute(let route): route.addition(flags: Netlink.createOnly)
        case .replaceRoute(let route): route.addition(flags: Netlink.replace)
        case .removeRoute(let route): route.removal
        case .addRule(let rule): rule.addition
        case .removeRule(let rule): rule.removal
        }
    }

    package var text: String {
        switch self {
        case .addRoute(let route), .replaceRoute(let route), .removeRoute(let route): "route \(route)"
        case .addRule(let rule), .removeRule(let rule): "rule \(rule)"
        }
    }

    package var isRemoval: Bool {
        switch self {
        case .addRoute, .replaceRoute, .addRule: false
        case .removeRoute, .removeRule: true
        }
    }
}

extension LineTables {
    /// - Parameter present: what the kernel has of ours.
    package func changes(from present: LineTables) -> [TableChange] {
        let (routesThere, rulesThere) = (Set(present.routes), Set(present.rules))
        let keysThere = Set(present.routes.map(\.place))
        let wantedPlaces = Set(routes.map(\.place))
        let routesToAdd = routes.filter { !routesThere.contains($0) }.map { route in
            keysThere.contains(route.place) ? TableChange.replaceRoute(route) : .addRoute(route)
        }
        let rulesToAdd = rules.filter { !rulesThere.contains($0) }.map(TableChange.addRule)
        let wantedRules = Set(rules)
        let rulesToRemove = present.rules.filter { !wantedRules.contains($0) }.map(TableChange.removeRule)
        let routesToRemove = present.routes.filter { !wantedPlaces.contains($0.place) }.map(TableChange.removeRoute)
        return routesToAdd + rulesToAdd + rulesToRemove + routesToRemove
    }
}

extension RouteEntry {
    /// What the kernel tells two routes apart by.
    package struct Place: Hashable {
        let destination: String
        let table: UInt32
        let metric: UInt32
    }

    package var place: Place { Place(destination: "\(destination)", table: table, metric: metric) }
}
