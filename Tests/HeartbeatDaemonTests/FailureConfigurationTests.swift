// Configuration files that are missing, unreadable or open to others: a start is refused with what to do, a running node
// keeps what it has. Rows of docs/failure-modes.md, on real daemons.

import Foundation
import Glibc
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureConfiguration {
        /// What is done to a file, and what must be said about it.
        private struct Defect {
            var file: String
            var script: String
            var words: [String]

            init(_ file: String, _ script: String, _ words: [String]) {
                (self.file, self.script, self.words) = (file, script, words)
            }
        }

        private static let defects = [
            Defect("authkeys", "rm authkeys", ["cannot be read: No such file or directory"]),
            Defect("authkeys", "rm authkeys; mkdir authkeys", ["cannot be read: Is a directory"]),
            Defect("authkeys", "chmod 644 authkeys", ["others than its owner may read the keys", "chmod 600"]),
            Defect("authkeys", ": >authkeys", ["authkeys"]),
            Defect("ha.cf", "rm ha.cf", ["cannot be read: No such file or directory"]),
            Defect("ha.cf", "sed -i 's/^node .*/node alpha beta/' ha.cf", ["cluster1", "uname -n"]),
            Defect("haresources", "rm haresources", ["cannot be read: No such file or directory"]),
            Defect("haresources", "rm haresources; mkdir haresources", ["cannot be read: Is a directory"]),
        ]

        private func breakAndMend(_ node: LabNode, _ defect: Defect, _ body: () throws -> Void) throws {
            let place = node.configDirectory
            let save = "rm -rf '\(place).saved' && cp -a '\(place)' '\(place).saved'"
            try FailureState.shell("\(save) && cd '\(place)' && { \(defect.script); }", on: node)
            try body()
            try FailureState.shell("rm -rf '\(place)' && mv '\(place).saved' '\(place)'", on: node)
        }

        @Test func `a file that is missing, unreadable or open to others stops the start with what to do`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                for defect in Self.defects {
                    try breakAndMend(node, defect) {
                        let words = defect.words + ["\(node.configDirectory)/\(defect.file)"]
                        try FailureState.expectRefusal(cluster, words, code: 6, comment: "\(defect.script)")
                    }
                }
                try cluster.start(node)
            }
        }

        @Test func `a script that everybody may write is named beforehand and not run`() throws {
            try LifeCluster.run { cluster in
                let node = cluster.first
                try cluster.boot(node)
                let script = "\(node.configDirectory)/resource.d/web"
                try FailureState.shell("chmod 777 '\(script)'", on: node)
                let test = try cluster.laboratory.heartbeat(["-t"], on: node)
                let words =
                    "the script \(script) is not run, so its group cannot start: everybody may write to \(script)"
                #expect(test.code == 0 && test.output.contains(words), "\(test.output)")
                try cluster.start(node)
                try cluster.wait(for: "the refusal") {
                    cluster.log(of: node).contains("Resource script \(script) is not run: everybody may write")
                }
                try cluster.wait(for: "the other group") { cluster.changes.contains("cluster1 start mail") }
                #expect(!cluster.changes.contains { $0.hasSuffix(" web") })
            }
        }

        @Test func `at a reload the same files change nothing`() throws {
            try LifeCluster.run { cluster in
                try cluster.startBoth()
                let node = cluster.first
                let changes = cluster.changes
                for defect in Self.defects {
                    let length = cluster.log(of: node).utf8.count
                    let told = {
                        cluster.log(of: node).utf8.dropFirst(length).split(separator: 10).map { String($0) ?? "" }
                    }
                    try breakAndMend(node, defect) {
                        try cluster.signal("HUP", node)
                        try cluster.wait(for: "the complaint about \(defect.script)") {
                            told().contains { $0.contains("goes on as before") }
                                && defect.words.allSatisfy { word in told().contains { $0.contains(word) } }
                        }
                        let reload = try cluster.laboratory.heartbeat(["-r"], on: node)
                        #expect(reload.code == 6 && reload.output.contains(defect.words[0]), "\(reload)")
                    }
                }
                #expect(try cluster.status(["nodestatus", "cluster2"], on: node) == "active")
                #expect(try cluster.status(["nodestatus", "cluster1"], on: cluster.second) == "active")
                #expect(cluster.changes == changes)
                #expect(!cluster.log(of: cluster.second).contains("is dead"))
            }
        }
    }
}
