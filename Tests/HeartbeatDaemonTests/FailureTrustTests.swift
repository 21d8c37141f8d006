// What somebody who may not be trusted with more tries against a daemon that runs as root: a client with the rights of its
// group. Rows of docs/failure-modes.md, on real daemons.

import Foundation
import Glibc
import HeartbeatLab
import Testing

extension LifeTests {
    @Suite(.serialized) struct FailureTrust {
        /// A client wants SIGKILL with every message, hands its connection on, and ends by the first. Its number is given
        /// to a stranger; then the connection hears something again.
        private static let client = """
            use Socket; use POSIX ":sys_wait_h"; $| = 1; my ($path) = @ARGV;
            sub put { my $body = ">>>\\n" . join("", map { "$_\\n" } @_) . "<<<\\n\\0";
                      syswrite S, pack("LL", length $body, 0xabcd) . $body }
            sub take { my $head = ""; while (length $head < 8) { sysread(S, $head, 8 - length $head, length $head) or die }
                       my ($length) = unpack "L", $head; my $body = "";
                       while (length $body < $length) { sysread(S, $body, $length - length $body, length $body) or die }
                       $body }
            pipe my $heard, my $tell or die; pipe my $asked, my $ask or die;
            my $client = fork // die;
            if (!$client) {
                socket S, PF_UNIX, SOCK_STREAM, 0 or die; connect S, sockaddr_un($path) or die "connect: $!";
                my @who = ("t=hbapi-req", "dest=cluster1", "pid=$$", "from_id=$$");
                put(@who, "reqtype=signon", "uid=$>", "gid=" . (split " ", $))[0]); take() =~ /result=OK/ or die;
                my $keeper = fork // die;
                if (!$keeper) {
                    close $heard; close $ask; sysread $asked, my $word, 1;
                    put(@who, "reqtype=numnodes"); do { $word = take() } until $word =~ /numnodes=/;
                    syswrite $tell, "."; exit;
                }
                put(@who, "reqtype=setsignal", "signal=9"); sleep 60; exit;
            }
            waitpid $client, 0; ($? & 127) == 9 or die "the client was not signalled: $?";
            my $stranger = 0;
            for (1 .. 200) {
                open my $last, ">", "/proc/sys/kernel/ns_last_pid" or die; print $last $client - 1; close $last;
                $stranger = fork // die; if (!$stranger) { sleep 60; exit }
                last if $stranger == $client; kill 9, $stranger; waitpid $stranger, 0;
            }
            $stranger == $client or die "the number was not given away";
            close $tell; syswrite $ask, "."; sysread $heard, my $word, 1 or die "the keeper heard nothing";
            # The signal goes out with the answer; a kill would be there by now or within a moment.
            sleep 1; print waitpid($stranger, WNOHANG) ? "killed" : "alive"; kill 9, $stranger;
            """

        /// Runs a line of shell as a user who owns nothing but the directory of the client socket, as hacluster does.
        private func asClient(_ line: String, in directory: String, on node: LabNode) throws {
            let words = [
                "setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", "sh", "-ec", line, "sh", directory,
            ]
            let result = try node.run(["sh", "-ec", "chown 4711:4711 \"$1\"; shift; \"$@\"", "sh", directory] + words)
            guard result.code == 0 else { throw LifeFailure("\(line): \(result.output)") }
        }

        @Test func `links in the directory of the client socket lead root nowhere`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                let (door, victim) = (node.runDirectory + "/heartbeat", node.directory + "/victim")
                let look = ["sh", "-ec", "cd \"$1\"; stat -c '%n %a %u:%g %s' . * sub/*; cat a sub/b", "sh", victim]
                try cluster.boot(node)
                try FailureState.shell(
                    "mkdir -p '\(victim)/sub'; cd '\(victim)'; echo root >a; echo own >sub/b; chmod 700 . sub; chmod 600 a",
                    on: node)
                let before = try node.run(look).output
                let links = """
                    cd "$1"; rm -rf scripts rsctmp control register; ln -s '\(victim)' scripts; ln -s '\(victim)' rsctmp
                    for name in control register lost_paths lost_paths.new; do ln -sf '\(victim)/a' $name; done
                    """
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                try cluster.wait(for: "the door") { access(door + "/register", F_OK) == 0 }
                try asClient(links, in: door, on: node)
                // A life with scripts, its end by force, what the next one does at its start, and its orderly end.
                let gate = node.runDirectory + "/gate"
                try node.install("web", lines: "[ $verb != stop ] || [ -e '\(gate)' ] || sleep 4323")
                try cluster.signal("TERM", node)
                try cluster.wait(for: "a script") { cluster.changes.contains("cluster1 stop web") }
                try cluster.signal("KILL", node)
                try cluster.wait(for: "the end") { try !cluster.isRunning(node) }
                try FailureState.shell(": >'\(gate)'", on: node)
                try cluster.start(node)
                try cluster.wait(for: "all groups") { cluster.running(on: node) == ["mail", "web"] }
                try cluster.wait(for: "the door") { try node.run(["test", "-S", door + "/register"]).code == 0 }
                try asClient(links, in: door, on: node)
                #expect(try cluster.laboratory.heartbeat(["-k"], on: node).code == 0)
                #expect(try node.run(look).output == before)
                #expect(before.contains("root\nown\n"), "\(before)")
            }
        }

        @Test func `a client that is gone is not signalled under a number that is another's by now`() throws {
            try LifeCluster.run(.lonely) { cluster in
                let node = cluster.first
                try cluster.boot(node)
                try cluster.start(node)
                let door = node.runDirectory + "/heartbeat/register"
                try cluster.wait(for: "the door") { access(door, F_OK) == 0 }
                let result = try node.run(["perl", "-e", Self.client, door], limit: .seconds(60))
                #expect(result.code == 0 && result.output == "alive", "\(result)")
            }
        }
    }
}
