// What is answered to whom: a pure function of the path and of how the pair is. Every page only tells; there is none that does anything,
// and none will be added.

import HeartbeatModel
import HeartbeatStatus

/// The pages.
package enum PagePath: String, Hashable, Sendable, CaseIterable {
    case index = "/"
    case metrics = "/metrics"
    case status = "/status.json"
    case health = "/health"
    case serving = "/serving"
    case ready = "/ready"

    /// Of a request; what follows `?` is nobody's.
    package init?(target: String) {
        self.init(rawValue: String(target.prefix { $0 != "?" }))
    }
}

/// An answer without its form.
package struct Page: Hashable, Sendable {
    package var code: Int
    package var type: String
    package var body: String

    private init(_ code: Int, _ type: String, _ body: String) {
        self.code = code
        self.type = type
        self.body = body
    }

    /// One line of text.
    init(_ code: Int, line: String) {
        self.init(code, "text/plain; charset=utf-8", line + "\n")
    }

    package init(_ path: PagePath, of told: Exposition, time: LocalTime) {
        let status = told.status
        switch path {
        case .index: self.init(200, "text/html; charset=utf-8", Self.html(status, time))
        case .metrics: self.init(200, Exposition.contentType, told.text)
        case .status: self.init(200, "application/json", StatusJSON(status, time: time).text)
        case .health: self.init(status.isAnswered, status)
        case .serving: self.init(status.servesHere, status)
        case .ready: self.init(status.isReady, status)
        }
    }

    /// For load balancers, which look at the code; the line is for people.
    private init(_ isSo: Bool, _ status: PairStatus) {
        self.init(isSo ? 200 : 503, line: "\(status.verdict.level.rawValue): \(status.verdict.sentence)")
    }

    // MARK: - For people

    /// As wide as most windows are, and all of it: a page has no end.
    private static let width = 100

    private static func html(_ status: PairStatus, _ time: LocalTime) -> String {
        let lines = StatusText(status, width: width, showsAll: true, time: time).lines
        let title = "\(status.source.node): \(status.verdict.level.rawValue)"
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>\(MarkupText.escape(title))</title></head>
            <body><pre>
            \(MarkupText.escape(lines.joined(separator: "\n")))
            </pre></body></html>

            """
    }
}

extension PairStatus {
    fileprivate var isAnswered: Bool {
        switch source.kind {
        case .daemon, .olderDaemon: true
        case .lastWords, .none: false
        }
    }

    /// The node that was asked serves a group.
    fileprivate var servesHere: Bool {
        groups.contains { $0.service == .on(source.node) || $0.service == .both }
    }

    fileprivate var isReady: Bool {
        switch readiness.kind {
        case .ready, .mutual: true
        case .notReady, .nobody, .unknown: false
        }
    }
}
