// A picture, as SVG written by hand: client outage beyond the dead time against the number of addresses, both axes
// logarithmic. Each series has its colour, its marker and its name at the end of its line, so that it is told apart without
// the colour; the style sheet follows the reader's light or dark mode.

import Glibc
import HeartbeatModel

/// The curves of the picture.
struct OutageChart: Hashable, Sendable {
    struct Series: Hashable, Sendable {
        var name: String
        /// Number of its colour and marker, the same in every picture.
        var style: Int
        /// Milliseconds beyond the dead time, by number of addresses, ascending.
        var points: [Point]
    }

    struct Point: Hashable, Sendable {
        var addresses: Int
        var outage: Spread
    }

    /// The first is drawn last, on top.
    var series: [Series]

    private static let width = 760.0
    private static let height = 440.0
    private static let plot = (left: 74.0, right: 620.0, top: 56.0, bottom: 376.0)
    /// Milliseconds at the lower and upper end; what is below is drawn at the lower end.
    private static let range = (least: 1.0, greatest: 100_000.0)
    private static let mostAddresses = 500

    /// The picture as a file.
    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(coordinate(Self.width)) \(coordinate(Self.height))" \
        role="img" aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13">
        <title id="title">Client outage beyond the dead time, by number of addresses</title>
        <desc id="description">\(MarkupText.escape(description))</desc>
        \(Self.style)
        <rect class="paper" width="100%" height="100%"/>
        <text class="head" x="\(coordinate(Self.plot.left))" y="26">Power loss: client outage beyond the dead time</text>
        \(axes)
        \(series.indices.reversed().map(drawing).joined(separator: "\n"))
        \(labels)
        </svg>

        """
    }

    /// The figures in words, for readers who do not see the picture.
    private var description: String {
        guard !series.isEmpty else { return "Not measured." }
        return series.map { one in
            let points = one.points.map { "\($0.addresses): \(Self.milliseconds($0.outage.median))" }
            return "\(one.name): \(points.joined(separator: ", "))."
        }.joined(separator: " ")
    }

    // MARK: - Scales

    private func x(_ addresses: Int) -> Double {
        let share = log(Double(max(1, addresses))) / log(Double(Self.mostAddresses))
        return Self.plot.left + min(1, share) * (Self.plot.right - Self.plot.left)
    }

    private func y(_ milliseconds: Double) -> Double {
        let inside = min(max(milliseconds, Self.range.least), Self.range.greatest)
        let share = log(inside / Self.range.least) / log(Self.range.greatest / Self.range.least)
        return Self.plot.bottom - share * (Self.plot.bottom - Self.plot.top)
    }

    private var axes: String {
        let (left, right, bottom) = (
            coordinate(Self.plot.left), coordinate(Self.plot.right), coordinate(Self.plot.bottom)
        )
        let rows = [
            (1.0, "≤ 1 ms"), (10, "10 ms"), (100, "100 ms"), (1000, "1 s"), (10000, "10 s"), (100_000, "100 s"),
        ]
        let lines = rows.map { value, name in
            """
            <line class="grid" x1="\(left)" y1="\(coordinate(y(value)))" x2="\(right)" y2="\(coordinate(y(value)))"/>
            <text class="tick" x="\(coordinate(Self.plot.left - 8))" y="\(coordinate(y(value) + 4))" \
            text-anchor="end">\(name)</text>
            """
        }
        let columns = [1, 2, 5, 10, 20, 50, 100, 200, 500].map { count in
            """
            <line class="axis" x1="\(coordinate(x(count)))" y1="\(bottom)" x2="\(coordinate(x(count)))" \
            y2="\(coordinate(Self.plot.bottom + 5))"/>
            <text class="tick" x="\(coordinate(x(count)))" y="\(coordinate(Self.plot.bottom + 20))" \
            text-anchor="middle">\(count)</text>
            """
        }
        let middle = coordinate((Self.plot.left + Self.plot.right) / 2)
        let foot = """
            <line class="axis" x1="\(left)" y1="\(bottom)" x2="\(right)" y2="\(bottom)"/>
            <text x="\(middle)" y="\(coordinate(Self.plot.bottom + 44))" text-anchor="middle">service addresses that move; \
            median, bars from least to greatest</text>
            """
        return (lines + columns + [foot]).joined(separator: "\n")
    }

    // MARK: - Curves

    private func drawing(_ index: Int) -> String {
        let points = series[index].points
        let path = points.map { "\(coordinate(x($0.addresses))),\(coordinate(y($0.outage.median)))" }
        let bars = points.map { point in
            """
            <line x1="\(coordinate(x(point.addresses)))" y1="\(coordinate(y(point.outage.least)))" \
            x2="\(coordinate(x(point.addresses)))" y2="\(coordinate(y(point.outage.greatest)))"/>
            """
        }
        let markers = points.map { Self.marker(series[index].style, x(for: $0), y($0.outage.median)) }
        return
            (["<g class=\"s\(Self.colour(series[index]))\">", "<polyline points=\"\(path.joined(separator: " "))\"/>"]
            + bars + markers + ["</g>"]).joined(separator: "\n")
    }

    private func x(for point: Point) -> Double { x(point.addresses) }

    /// Circle, square, triangle, diamond.
    private static func marker(_ style: Int, _ x: Double, _ y: Double) -> String {
        func polygon(_ corners: [(Double, Double)]) -> String {
            let points = corners.map { "\(coordinate(x + $0)),\(coordinate(y + $1))" }
            return "<polygon points=\"\(points.joined(separator: " "))\"/>"
        }
        return switch style % 4 {
        case 0: "<circle cx=\"\(coordinate(x))\" cy=\"\(coordinate(y))\" r=\"5\"/>"
        case 1: polygon([(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)])
        case 2: polygon([(0, -6), (5.5, 4), (-5.5, 4)])
        default: polygon([(0, -6), (6, 0), (0, 6), (-6, 0)])
        }
    }

    /// Names beside the last points, moved apart where they would overlap.
    private var labels: String {
        let wanted = series.indices.compactMap { index in
            series[index].points.last.map { (index: index, x: x(for: $0) + 12, y: y($0.outage.median) + 4) }
        }.sorted { ($0.y, $0.index) < ($1.y, $1.index) }
        var lowest = -Double.infinity
        return wanted.map { label in
            lowest = max(label.y, lowest + 17)
            return """
                <text class="name s\(Self.colour(series[label.index]))" x="\(coordinate(label.x))" \
                y="\(coordinate(lowest))">\(MarkupText.escape(series[label.index].name))</text>
                """
        }.joined(separator: "\n")
    }

    // MARK: - Looks

    /// Light and dark; of Okabe and Ito's palette, which is chosen for colour-blind readers.
    private static let colours = [
        (light: "#0072b2", dark: "#56b4e9"), (light: "#c2410c", dark: "#ff9a5c"),
        (light: "#00795a", dark: "#2fd6a4"), (light: "#6b7280", dark: "#a3abb8"),
        (light: "#a83279", dark: "#f08cc4"),
    ]

    private static func colour(_ series: Series) -> Int { series.style % colours.count }

    private static var style: String {
        func rules(_ colour: (Int) -> String) -> String {
            colours.indices.map { " .s\($0) { --line: \(colour($0)) }" }.joined()
        }
        return """
            <style>
            svg { --paper: #ffffff; --ink: #1f2328; --faint: #d8dee4; --soft: #59636e }\(rules { colours[$0].light })
            @media (prefers-color-scheme: dark) {
            svg { --paper: #0d1117; --ink: #e6edf3; --faint: #30363d; --soft: #9198a1 }\(rules { colours[$0].dark })
            }
            text { fill: var(--ink) } .head { font-size: 16px; font-weight: 600 } .tick { fill: var(--soft) }
            .paper { fill: var(--paper) } .grid { stroke: var(--faint) } .axis { stroke: var(--soft) }
            g line, g polyline { stroke: var(--line); stroke-width: 2; fill: none }
            g circle, g polygon { fill: var(--line); stroke: var(--paper) }
            .name { fill: var(--line); font-weight: 600 }
            </style>
            """
    }

    private static func milliseconds(_ value: Double) -> String {
        value <= range.least ? "at most 1 ms" : "\(decimal(value, digits: value < 10 ? 1 : 0)) ms"
    }
}

/// Tenths of a pixel are enough, and are the same on every machine.
private func coordinate(_ value: Double) -> String {
    let text = decimal(value, digits: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
