// The environment of a resource script: what the original's scripts have always found there. A pure table.

import HeartbeatModel

/// PATH of every program that is started for the owner.
package let standardSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/// What a script is told about the moment it is called in.
package struct ActionContext: Hashable, Sendable {
    /// The peer is not active: `HA_DONTASK=yes`.
    package var peerIsAbsent: Bool
    /// The call is part of a release: no `HA_NICEFAILBACK` (observed).
    package var isRelease: Bool
    /// The node's own status, `HA_OSTATUS`; `nil` leaves it out.
    package var ownStatus: NodeStatus?

    package init(peerIsAbsent: Bool, isRelease: Bool = false, ownStatus: NodeStatus? = nil) {
        self.peerIsAbsent = peerIsAbsent
        self.isRelease = isRelease
        self.ownStatus = ownStatus
    }
}

/// The complete environment of a resource script, each name once. Observed behaviour; `host` is the local node's name.
package func scriptEnvironment(
    _ configuration: Configuration, host: NodeName, paths: ScriptPaths, context: ActionContext
) -> [(String, String)] {
    var variables = VariableList()
    // First, so that no directive can change what follows.
    for parameter in configuration.parameters {
        variables.set("HA_\(parameter.name)", parameter.value)
    }
    variables.setPlaces(paths)
    variables.setLogging(configuration.logging)
    variables.set("HA_CURHOST", host.text)
    switch configuration.autoFailback {
    case .on, .off: if !context.isRelease { variables.set("HA_NICEFAILBACK", "yes") }
    case .legacy: break
    }
    if context.peerIsAbsent { variables.set("HA_DONTASK", "yes") }
    if let status = context.ownStatus { variables.set("HA_OSTATUS", status.rawValue) }
    return variables.list
}

/// The environment of a program that is started with the node, complete but for HOME. Observed behaviour; `host` is the local
/// node's name.
package func clientEnvironment(
    _ configuration: Configuration, host: NodeName, paths: ScriptPaths
) -> [(String, String)] {
    var variables = VariableList()
    for parameter in configuration.parameters {
        variables.set("HA_\(parameter.name)", parameter.value)
    }
    variables.set("HA_DIR", paths.configuration)
    variables.set("HA_FUNCS", paths.functions ?? paths.configuration + "/shellfuncs")
    variables.setLogging(configuration.logging)
    variables.set("HA_CURHOST", host.text)
    variables.set("OCF_ROOT", "/usr/lib/ocf")
    variables.set("PATH", standardSearchPath)
    return variables.list
}

private struct VariableList {
    private(set) var list: [(String, String)] = []

    /// Sets a variable; the last value counts. What cannot stand in an environment is left out.
    mutating func set(_ name: String, _ value: String) {
        guard !name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == 0 }), !value.utf8.contains(0) else {
            return
        }
        if let index = list.firstIndex(where: { $0.0 == name }) {
            list[index].1 = value
        } else {
            list.append((name, value))
        }
    }

    mutating func setPlaces(_ paths: ScriptPaths) {
        set("HA_DIR", paths.configuration)
        set("HA_RCDIR", paths.configuration + "/rc.d")
        set("HA_RESOURCEDIR", paths.configuration + "/resource.d")
        set("HA_FUNCS", paths.functions ?? paths.configuration + "/shellfuncs")
        set("HA_FIFO", paths.fifo)
        set("HA_BIN", paths.helpers)
        set("HA_DOCDIR", paths.documentation)
        set("OCF_ROOT", "/usr/lib/ocf")
        set("OCF_AGENTS", "/usr/lib/ocf/resource.d/heartbeat/")
        set("LC_ALL", "C")
        set("HOME", "/root")
        let common = ["/usr/local/sbin", "/usr/local/bin", "/usr/bin", "/sbin", "/bin"]
        let commands = common.contains(paths.commands) ? [] : [paths.commands]
        let own = [paths.programs, "/usr/sbin", paths.share] + commands
        set("PATH", (own + common).joined(separator: ":"))
    }

    /// With syslog alone the original points scripts at no file, so that they use logger(1).
    mutating func setLogging(_ logging: LoggingConfiguration) {
        let absent = logging.facility == nil ? nil : "/dev/null"
        set("HA_DATEFMT", "%Y/%m/%d_%T\t")
        set("HA_LOGD", "no")
        set("HA_debug", String(logging.debugLevel))
        if let file = logging.logFile ?? absent { set("HA_LOGFILE", file) }
        if let file = logging.debugFile ?? absent { set("HA_DEBUGLOG", file) }
        if let facility = logging.facility { set("HA_LOGFACILITY", facility) }
    }
}
