// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), .swiftLanguageMode(.v6)]
// What is simulated and explored is optimised in a debug build, too: the tests run it for days of virtual time. Another package
// that builds on the libraries has this one among its checkouts, and may not depend on such flags.
let isDependency = Context.packageDirectory.contains("/checkouts/")
let fast = isDependency ? strict : strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// What is installed has only what it needs, for the daemon's memory is locked: no names for a dynamic linker to find (they
// also keep unused code from being dropped), relocations in a form that takes a tenth of the room (glibc 2.36, Debian 12),
// and in a release no symbols.
let small: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]),
    .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release)),
]

let package = Package(
    name: "swift-heartbeat",
    products: [
        // A node's decisions, and its messages as bytes, for other programs to build on.
        .library(name: "HeartbeatCore", targets: ["HeartbeatCore", "HeartbeatModel"]),
        .library(name: "HeartbeatWire", targets: ["HeartbeatWire", "HeartbeatModel"]),
        .executable(name: "heartbeat", targets: ["heartbeat"]),
        .executable(name: "hbctl", targets: ["hbctl"]),
        .executable(name: "cl_status", targets: ["cl_status"]),
        .executable(name: "hb_standby", targets: ["hb_standby"]),
        .executable(name: "hb_takeover", targets: ["hb_takeover"]),
        .executable(name: "hb_address", targets: ["hb_address"]),
        .executable(name: "hb_guardian", targets: ["hb_guardian"]),
        .executable(name: "hb_site", targets: ["hb_site"]),
        .executable(name: "faild", targets: ["faild"]),
        .executable(name: "hb_lines", targets: ["hb_lines"]),
        .executable(name: "hb_gateway", targets: ["hb_gateway"]),
        .executable(name: "heartbeat-exporter", targets: ["heartbeat_exporter"]),
        .executable(name: "hbsim", targets: ["hbsim"]),
        .executable(name: "hbdemo", targets: ["hbdemo"]),
        .executable(name: "hbinterop", targets: ["hbinterop"]),
        .executable(name: "hbbench", targets: ["hbbench"]),
        .executable(name: "hbvm", targets: ["hbvm"]),
        .executable(name: "hbfloor", targets: ["hbfloor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        // Pure: no clock, socket, process or random source. Held by TidyTests.
        .target(name: "HeartbeatModel", swiftSettings: fast),
        .target(name: "HeartbeatWire", dependencies: ["HeartbeatModel", crypto], swiftSettings: fast),
        .target(name: "HeartbeatConfig", dependencies: ["HeartbeatModel"], swiftSettings: strict),
        .target(
            name: "HeartbeatSite", dependencies: ["HeartbeatModel", "HeartbeatConfig", crypto], swiftSettings: strict),
        .target(name: "HeartbeatImport", dependencies: ["HeartbeatModel", "HeartbeatConfig"], swiftSettings: strict),
        .target(name: "HeartbeatMonitors", dependencies: ["HeartbeatModel"], swiftSettings: fast),
        .target(name: "HeartbeatCore", dependencies: ["HeartbeatModel", "HeartbeatMonitors"], swiftSettings: fast),
        .target(name: "HeartbeatClients", dependencies: ["HeartbeatModel", "HeartbeatWire"], swiftSettings: strict),
        .target(name: "HeartbeatLans", dependencies: ["HeartbeatModel", "HeartbeatWire"], swiftSettings: strict),
        .target(name: "HeartbeatGateway", dependencies: ["HeartbeatModel", "HeartbeatWire"], swiftSettings: fast),
        .target(
            name: "HeartbeatLines", dependencies: ["HeartbeatModel", "HeartbeatMonitors", "HeartbeatFormats"],
            swiftSettings: fast),
        .target(
            name: "HeartbeatSimulator",
            dependencies: ["HeartbeatModel", "HeartbeatWire", "HeartbeatLines", "HeartbeatGateway", "HeartbeatCore"],
            swiftSettings: fast),

        .target(name: "HeartbeatFormats", dependencies: ["HeartbeatModel"], swiftSettings: strict),
        .target(
            name: "HeartbeatPlacement", dependencies: ["HeartbeatModel", "HeartbeatFormats"], swiftSettings: strict),
        .target(name: "HeartbeatStatus", dependencies: ["HeartbeatModel"], swiftSettings: fast),
        .target(
            name: "HeartbeatForecast", dependencies: ["HeartbeatModel", "HeartbeatCore", "HeartbeatSimulator"],
            swiftSettings: fast),
        .target(
            name: "HeartbeatReplay",
            dependencies: ["HeartbeatModel", "HeartbeatConfig", "HeartbeatStatus", "HeartbeatForecast"],
            swiftSettings: strict),

        // The world, from system calls up.
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "CLinux"),
        .target(
            name: "HeartbeatSystem", dependencies: ["HeartbeatModel", "HeartbeatFormats", "CLinux"],
            swiftSettings: strict),
        .target(
            name: "HeartbeatLoop", dependencies: ["HeartbeatModel", "HeartbeatSystem", "CLinux", nioCore, nioPosix],
            swiftSettings: strict),
        .target(
            name: "HeartbeatLog", dependencies: ["HeartbeatModel", "HeartbeatSystem", "CLinux", logging],
            swiftSettings: strict),
        .target(
            name: "HeartbeatHost",
            dependencies: ["HeartbeatModel", "HeartbeatControl", "HeartbeatSystem", "CLinux", "CSystemd", crypto],
            swiftSettings: strict),
        .target(
            name: "HeartbeatMedia",
            dependencies: [
                "HeartbeatModel", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop", nioCore, nioPosix,
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatNetlink",
            dependencies: ["HeartbeatModel", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop", "CLinux"],
            swiftSettings: strict),
        .target(
            name: "HeartbeatAddresses",
            dependencies: [
                "HeartbeatModel", "HeartbeatFormats", "HeartbeatPlacement", "HeartbeatSystem", "HeartbeatLoop",
                "HeartbeatNetlink", "CLinux",
            ], swiftSettings: strict),
        .target(name: "HeartbeatGuard", dependencies: ["CLinux"], swiftSettings: strict),
        .target(
            name: "HeartbeatLease",
            dependencies: [
                "HeartbeatModel", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop", "HeartbeatNetlink",
                "HeartbeatGuard", "CLinux",
            ], exclude: ["lease.bpf.c"],
            swiftSettings: strict),
        .target(
            name: "HeartbeatInterfaces",
            dependencies: [
                "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop", "HeartbeatNetlink", "CLinux", nioCore,
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatScripts",
            dependencies: ["HeartbeatModel", "HeartbeatSystem", "CLinux", nioCore, nioPosix, crypto],
            swiftSettings: strict),
        .target(
            name: "HeartbeatProbes",
            dependencies: [
                "HeartbeatModel", "HeartbeatWire", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop",
                "HeartbeatScripts", "CLinux", nioCore, nioPosix,
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatServers",
            dependencies: [
                "HeartbeatModel", "HeartbeatWire", "HeartbeatClients", "HeartbeatControl", "HeartbeatSystem",
                "HeartbeatLoop", "CLinux", nioCore, nioPosix,
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatFaild",
            dependencies: [
                "HeartbeatModel", "HeartbeatWire", "HeartbeatLans", "HeartbeatFormats", "HeartbeatSystem",
                "HeartbeatLoop", "HeartbeatNetlink", "CLinux",
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatLineKeeper",
            dependencies: [
                "HeartbeatModel", "HeartbeatLines", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop",
                "HeartbeatNetlink", "HeartbeatInterfaces", "HeartbeatScripts", "HeartbeatProbes",
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatGatewayKeeper",
            dependencies: [
                "HeartbeatModel", "HeartbeatGateway", "HeartbeatFormats", "HeartbeatPlacement", "HeartbeatSystem",
                "HeartbeatLoop", "HeartbeatNetlink", "HeartbeatAddresses", "HeartbeatInterfaces", "HeartbeatScripts",
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatControl", dependencies: ["HeartbeatModel", "HeartbeatSystem", "CLinux"],
            swiftSettings: strict),
        .target(
            name: "HeartbeatCheck",
            dependencies: [
                "HeartbeatModel", "HeartbeatConfig", "HeartbeatSystem", "HeartbeatControl", "HeartbeatHost",
                "HeartbeatAddresses", "HeartbeatLease", "HeartbeatScripts",
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatDaemon",
            dependencies: [
                "HeartbeatModel", "HeartbeatWire", "HeartbeatConfig", "HeartbeatCore", "HeartbeatClients",
                "HeartbeatLans", "HeartbeatControl", "HeartbeatSystem", "HeartbeatLoop", "HeartbeatLog",
                "HeartbeatHost", "HeartbeatMedia", "HeartbeatAddresses", "HeartbeatInterfaces", "HeartbeatLease",
                "HeartbeatGuard", "HeartbeatScripts", "HeartbeatProbes", "HeartbeatServers", "HeartbeatFaild",
                "HeartbeatLines",
                "HeartbeatLineKeeper", "HeartbeatCheck", logging,
                nioCore,
            ], swiftSettings: strict),

        .target(
            name: "HeartbeatOperator",
            dependencies: [
                "HeartbeatModel", "HeartbeatStatus", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop",
                "HeartbeatControl", "HeartbeatHost", "HeartbeatNetlink", "HeartbeatAddresses", "HeartbeatScripts",
                "HeartbeatConfig", "HeartbeatCheck", "HeartbeatForecast", "HeartbeatImport", "CLinux",
            ], swiftSettings: strict),
        .target(
            name: "HeartbeatExporter",
            dependencies: [
                "HeartbeatModel", "HeartbeatStatus", "HeartbeatSystem", "HeartbeatLoop", "HeartbeatOperator", "CLinux",
                nioCore, nioPosix, nioHTTP,
            ], swiftSettings: strict),

        // Argument parsing only.
        .target(name: "HeartbeatArguments", dependencies: [arguments], swiftSettings: strict),
        .executableTarget(
            name: "heartbeat", dependencies: ["HeartbeatDaemon", "HeartbeatArguments", arguments],
            swiftSettings: strict,
            linkerSettings: small),
        .executableTarget(
            name: "hbctl",
            dependencies: [
                "HeartbeatOperator", "HeartbeatReplay", "HeartbeatForecast", "HeartbeatImport", "HeartbeatStatus",
                "HeartbeatModel", arguments,
            ],
            swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "heartbeat_exporter",
            dependencies: ["HeartbeatExporter", "HeartbeatOperator", "HeartbeatSystem", "HeartbeatModel", arguments],
            swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "cl_status", dependencies: ["HeartbeatControl", "HeartbeatModel", arguments], swiftSettings: strict,
            linkerSettings: small),
        .target(
            name: "HeartbeatMove", dependencies: ["HeartbeatModel", "HeartbeatControl", arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "hb_standby", dependencies: ["HeartbeatMove", "HeartbeatControl", arguments], swiftSettings: strict,
            linkerSettings: small),
        .executableTarget(
            name: "hb_takeover", dependencies: ["HeartbeatMove", "HeartbeatControl", arguments], swiftSettings: strict,
            linkerSettings: small),
        .executableTarget(
            name: "hb_site",
            dependencies: ["HeartbeatSite", "HeartbeatConfig", "HeartbeatSystem", "HeartbeatModel", arguments],
            swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "hb_address",
            dependencies: [
                "HeartbeatAddresses", "HeartbeatPlacement", "HeartbeatSystem", "HeartbeatModel", "CLinux", arguments,
            ], swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "hb_guardian", dependencies: ["HeartbeatGuard", "HeartbeatModel", "CLinux"], swiftSettings: strict,
            linkerSettings: small),
        .executableTarget(
            name: "faild",
            dependencies: [
                "HeartbeatArguments",
                "HeartbeatFaild", "HeartbeatLans", "HeartbeatLog", "HeartbeatLoop", "HeartbeatSystem", "HeartbeatModel",
                logging, arguments,
            ], swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "hb_gateway",
            dependencies: [
                "HeartbeatArguments",
                "HeartbeatGatewayKeeper", "HeartbeatGateway", "HeartbeatAddresses", "HeartbeatConfig", "HeartbeatWire",
                "HeartbeatHost",
                "HeartbeatLog", "HeartbeatLoop", "HeartbeatScripts", "HeartbeatSystem", "HeartbeatModel", logging,
                arguments,
            ], swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "hb_lines",
            dependencies: [
                "HeartbeatArguments",
                "HeartbeatLineKeeper", "HeartbeatLines", "HeartbeatConfig", "HeartbeatLog", "HeartbeatLoop",
                "HeartbeatSystem", "HeartbeatModel",
                logging, arguments,
            ], swiftSettings: strict, linkerSettings: small),
        .executableTarget(
            name: "hbsim",
            dependencies: [
                "HeartbeatReplay", "HeartbeatStatus", "HeartbeatSystem", "HeartbeatSimulator", "HeartbeatModel",
                arguments,
            ], swiftSettings: strict),
        .target(name: "HeartbeatLab", dependencies: ["HeartbeatModel", "CLinux"], swiftSettings: strict),
        .executableTarget(
            name: "hbdemo", dependencies: ["HeartbeatLab", "HeartbeatModel", arguments], swiftSettings: strict),
        .target(
            name: "HeartbeatBench",
            dependencies: ["HeartbeatLab", "HeartbeatLines", "HeartbeatLineKeeper", "HeartbeatModel", "CLinux"],
            swiftSettings: strict),
        .executableTarget(
            name: "hbbench", dependencies: ["HeartbeatBench", "HeartbeatLab", "HeartbeatModel", arguments],
            swiftSettings: strict),
        .target(
            name: "HeartbeatMachines", dependencies: ["HeartbeatLab", "HeartbeatModel", "CLinux"], swiftSettings: strict
        ),
        .executableTarget(
            name: "hbvm",
            dependencies: ["HeartbeatMachines", "HeartbeatBench", "HeartbeatLab", "HeartbeatModel", arguments],
            swiftSettings: strict),
        .target(
            name: "HeartbeatInterop",
            dependencies: [
                "HeartbeatLab", "HeartbeatConfig", "HeartbeatWire", "HeartbeatClients", "HeartbeatControl",
                "HeartbeatModel", "HeartbeatSystem", "CLinux",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "hbinterop", dependencies: ["HeartbeatInterop", "HeartbeatModel", arguments], swiftSettings: strict),
        // The physical limit in bare C, for comparison.
        .executableTarget(name: "hbfloor"),

        .testTarget(name: "HeartbeatModelTests", dependencies: ["HeartbeatModel"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatWireTests", dependencies: ["HeartbeatWire", "HeartbeatModel"],
            resources: [.copy("captures")], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatConfigTests", dependencies: ["HeartbeatConfig", "HeartbeatModel"],
            resources: [.copy("golden")], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatCoreTests",
            dependencies: [
                "HeartbeatMonitors", "HeartbeatCore", "HeartbeatSimulator", "HeartbeatModel", "HeartbeatWire",
            ],
            resources: [.copy("scenarios")], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatClientsTests",
            dependencies: ["HeartbeatClients", "HeartbeatControl", "HeartbeatModel", "HeartbeatWire"],
            resources: [.copy("captures")], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatLansTests", dependencies: ["HeartbeatLans", "HeartbeatWire", "HeartbeatModel"],
            swiftSettings: strict),
        .testTarget(
            name: "HeartbeatLinesTests", dependencies: ["HeartbeatLines", "HeartbeatFormats", "HeartbeatModel"],
            swiftSettings: strict),
        .testTarget(
            name: "HeartbeatGatewayTests",
            dependencies: ["HeartbeatGateway", "HeartbeatSimulator", "HeartbeatWire", "HeartbeatModel"],
            swiftSettings: strict),
        .testTarget(
            name: "HeartbeatStatusTests",
            dependencies: [
                "HeartbeatStatus", "HeartbeatForecast", "HeartbeatImport", "HeartbeatConfig", "HeartbeatSimulator",
                "HeartbeatLab", "HeartbeatModel",
            ],
            exclude: ["golden", "golden-history", "golden-watch", "golden-why"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatForecastTests",
            dependencies: ["HeartbeatForecast", "HeartbeatSimulator", "HeartbeatModel"],
            swiftSettings: strict),
        .testTarget(
            name: "HeartbeatReplayTests",
            dependencies: [
                "HeartbeatReplay", "HeartbeatStatus", "HeartbeatSimulator", "HeartbeatConfig", "HeartbeatLab",
                "HeartbeatModel",
            ], swiftSettings: strict),
        .testTarget(
            name: "HbctlTests",
            dependencies: [
                "HeartbeatOperator", "HeartbeatExporter", "HeartbeatStatus", "HeartbeatControl", "HeartbeatSystem",
                "HeartbeatLab", "HeartbeatConfig", "HeartbeatModel", "CLinux",
            ], swiftSettings: strict),
        .testTarget(
            name: "HbLinesTests",
            dependencies: [
                "HeartbeatLab", "HeartbeatFormats", "HeartbeatLineKeeper", "HeartbeatLines", "HeartbeatLoop",
                "HeartbeatModel", "HeartbeatNetlink",
            ], swiftSettings: strict),
        .testTarget(
            name: "HbGatewayTests", dependencies: ["HeartbeatLab", "HeartbeatModel"], swiftSettings: strict),
        .testTarget(
            name: "FaildTests", dependencies: ["HeartbeatLab"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatSimulatorTests",
            dependencies: ["HeartbeatSimulator", "HeartbeatCore", "HeartbeatStatus", "HeartbeatModel"],
            exclude: ["kept-state.txt"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatLinuxTests",
            dependencies: [
                "HeartbeatFormats", "HeartbeatPlacement", "HeartbeatSystem", "HeartbeatLoop", "HeartbeatLog",
                "HeartbeatHost", "HeartbeatMedia", "HeartbeatNetlink", "HeartbeatAddresses", "HeartbeatLease",
                "HeartbeatGuard", "HeartbeatInterfaces", "HeartbeatScripts", "HeartbeatProbes", "HeartbeatServers",
                "HeartbeatFaild", "HeartbeatLab",
                "HeartbeatClients", "HeartbeatControl", "HeartbeatLans", "HeartbeatModel", "HeartbeatWire", "CLinux",
                nioCore, nioPosix, logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatDaemonTests",
            dependencies: [
                "HeartbeatDaemon", "HeartbeatCore", "HeartbeatFormats", "HeartbeatSystem", "HeartbeatLoop",
                "HeartbeatLog",
                "HeartbeatHost", "HeartbeatAddresses", "HeartbeatControl", "HeartbeatModel", "HeartbeatWire",
                "HeartbeatSimulator", "HeartbeatCheck", "HeartbeatLab", "CLinux",
            ], exclude: ["kept-node.txt"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatLabTests", dependencies: ["HeartbeatLab", "HeartbeatModel", "CLinux"],
            swiftSettings: strict),
        .testTarget(
            name: "HeartbeatSiteTests", dependencies: ["HeartbeatSite", "HeartbeatConfig", "HeartbeatModel"],
            exclude: ["sites"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatImportTests",
            dependencies: [
                "HeartbeatImport", "HeartbeatConfig", "HeartbeatSimulator", "HeartbeatLab", "HeartbeatModel",
            ],
            exclude: ["corpus", "export"], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatMachinesTests", dependencies: ["HeartbeatMachines", "HeartbeatLab", "CLinux"],
            swiftSettings: strict),
        .testTarget(
            name: "HeartbeatBenchTests", dependencies: ["HeartbeatBench", "HeartbeatLab", "HeartbeatModel"],
            resources: [.copy("golden")], swiftSettings: strict),
        .testTarget(
            name: "HeartbeatInteropTests",
            dependencies: ["HeartbeatInterop", "HeartbeatConfig", "HeartbeatModel", "HeartbeatLab"],
            swiftSettings: strict),
        .testTarget(
            name: "ManTests", dependencies: ["HeartbeatConfig", "HeartbeatLab", "HeartbeatModel"],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
