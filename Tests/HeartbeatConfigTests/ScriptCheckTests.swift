// What is said of scripts that would not run, and of those that are called otherwise on this machine.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite("Scripts of haresources")
struct ScriptCheckTests {
    private func warnings(_ search: ScriptSearch, words: [String] = []) -> [String] {
        var files = Files()
        files.haresources = "nodea web\n"
        files.host.findScript = { _ in search }
        files.host.resourceWords = { words }
        let result = files.read()
        #expect(result.configuration != nil)
        return result.warnings
    }

    @Test(
        "A script that is there and would not run is named with the reason",
        arguments: [
            (.danglingLink(path: "/etc/x"), "the script /etc/x is a link that leads nowhere"),
            (.carriageReturn(path: "/etc/x"), "end with a carriage return; sed -i 's/\\r$//' /etc/x"),
            (
                .noInterpreter(path: "/etc/x", interpreter: "/bin/ksh"),
                "its first line names \"/bin/ksh\", which is no program"
            ),
            (
                .notTrusted(path: "/etc/x", reason: "REASON"),
                "the script /etc/x is not run, so its group cannot start: REASON"
            ),
            (.doubtful(path: "/etc/x", reason: "REASON"), "the script /etc/x is run as root, but REASON"),
        ] as [(ScriptSearch, String)])
    func unusable(search: ScriptSearch, text: String) {
        let warnings = warnings(search)
        #expect(warnings.count == 1 && warnings[0].contains(text), "\(warnings)")
    }

    @Test("A doubtful directory is named once, whatever the number of scripts in it")
    func doubtIsNamedOnce() {
        var files = Files()
        files.haresources = "nodea web mail\nnodeb db\n"
        files.host.findScript = { .doubtful(path: "/etc/\($0)", reason: "group 4 may write to /etc") }
        #expect(files.read().warnings.count == 1)
    }

    @Test("A script that is nowhere is answered with what this machine has in its place")
    func missing() {
        let words = ["apache2", "mariadb", "systemd::mariadb"]
        let warning = warnings(.missing(searched: ["/a/web", "/b/web"]), words: ["webb", "systemd::web"]).first ?? ""
        #expect(
            warning.contains("so its group cannot start; this machine has \"systemd::web\"; looked for /a/web, /b/web"))
        #expect(ScriptNames.hint(for: "mysql", among: words) == "; this machine has \"mariadb\", \"systemd::mariadb\"")
        #expect(ScriptNames.hint(for: "httpd", among: words) == "; this machine has \"apache2\"")
        #expect(ScriptNames.hint(for: "mariabd", among: words) == "; did you mean \"mariadb\"?")
        #expect(ScriptNames.hint(for: "named", among: words) == "")
    }
}
