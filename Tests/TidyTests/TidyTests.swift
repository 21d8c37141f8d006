// The rules of the house that a compiler does not know: what is exported, how long a file and a function may be, and
// which words have no place in the repository.

import Foundation
import Testing

@Suite struct TidyTests {
    struct Source: CustomStringConvertible, Sendable {
        var path: String
        var lines: [String]
        var description: String { path }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let sources = files(below: "Sources")

    static func files(below directory: String) -> [Source] {
        let files = FileManager.default.enumerator(
            at: root.appendingPathComponent(directory), includingPropertiesForKeys: nil)
        var sources: [Source] = []
        for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            let path = String(file.path.dropFirst(root.path.count + 1))
            sources.append(Source(path: path, lines: text.components(separatedBy: "\n")))
        }
        return sources.sorted { $0.path < $1.path }
    }

    @Test func theSourcesAreFound() {
        #expect(Self.sources.count > 100)
    }

    /// Speaks JSON with QEMU, and is no part of what is installed.
    private static let mayImportFoundation = "Sources/HeartbeatMachines/Control/"

    @Test func neitherFoundationNorDispatchIsImported() {
        for source in Self.sources {
            for module in Self.imports(of: source) where !source.path.hasPrefix(Self.mayImportFoundation) {
                #expect(module != "Foundation", "\(source) imports Foundation, which costs the daemon 40 MB")
                #expect(module != "Dispatch", "\(source) imports Dispatch; there is one thread")
            }
        }
    }

    /// What others may build on is exported as a library product; everything else is the package's own.
    @Test func onlyLibraryProductsArePublic() {
        let exported: Set = ["HeartbeatModel", "HeartbeatWire", "HeartbeatCore"]
        for source in Self.sources where !exported.contains(String(source.path.split(separator: "/")[1])) {
            for line in source.lines where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                let isPublic = line.split(whereSeparator: { " (".contains($0) }).contains("public")
                #expect(!isPublic, "\(source) says `public` where `package` is meant: \(line)")
            }
        }
    }

    /// The modules that a file imports.
    static func imports(of source: Source) -> [String] {
        source.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), words.count > index + 1,
                index == 0 || index == 1 && words[0].hasPrefix("@")
            else { return nil }
            return String(words.last ?? "").split(separator: ".").first.map(String.init)
        }
    }

    /// Clang gives the socket constants to whichever module it happens to build first, so a file that imports only Glibc
    /// compiles in one build and not in the next.
    @Test func socketConstantsComeWithTheirModule() {
        for source in Self.sources {
            let uses = source.lines.contains { line in ["SOCK_", "MSG_"].contains(where: line.contains) }
            #expect(!uses || Self.imports(of: source).contains("CLinux"), "\(source) needs `import CLinux`")
        }
    }

    @Test func everyFileBeginsByTellingItsIdea() {
        for source in Self.sources {
            #expect(
                source.lines.first?.hasPrefix("// ") == true, "\(source) begins without a paragraph on what it decides")
        }
    }

    @Test func filesAndFunctionsStaySmall() {
        for source in Self.sources {
            #expect(source.lines.count <= 500, "\(source) has \(source.lines.count) lines")
            for (name, length) in Self.functions(in: source) {
                #expect(length <= 40, "\(source): \(name) has \(length) lines")
            }
        }
    }

    /// From a line that declares a function to the brace that closes it, by indentation.
    private static func functions(in source: Source) -> [(name: String, length: Int)] {
        var result: [(String, Int)] = []
        for (index, line) in source.lines.enumerated() {
            let words = line.split(separator: " ")
            guard
                words.contains("func") || words.first?.hasPrefix("init(") == true
                    || words.contains(where: { $0.hasPrefix("init(") }),
                !line.trimmingCharacters(in: .whitespaces).hasPrefix("//"), !line.hasSuffix("}")
            else { continue }
            let indentation = String(line.prefix { $0 == " " })
            guard let end = source.lines[index...].firstIndex(where: { $0 == indentation + "}" }) else { continue }
            result.append((line.trimmingCharacters(in: .whitespaces), end - index + 1))
        }
        return result
    }

    /// A machine that has just been installed lacks what nobody names: the lists in the Makefile name what is not part of
    /// every Debian.
    @Test func everyProgramThatTestsCallIsInTheMakefile() throws {
        // Of packages that Debian calls essential, or that those depend on.
        let essential: Set = [
            "bash", "cat", "chmod", "chown", "cp", "echo", "false", "ln", "ls", "mkdir", "mount", "printf", "rm",
            "setpriv", "sh", "sleep", "readlink", "cut", "env", "test", "timeout", "touch", "tr", "true", "umount",
            "unshare", "prlimit", "nsenter", "sed",
        ]
        let makefile = try String(contentsOf: Self.root.appendingPathComponent("Makefile"), encoding: .utf8)
        let call = try Regex(#"(?:run|succeed|attempt|lines|ChildProcess)\((?:[0-9a-z]+, )?\s*\[\s*"([a-z0-9_.]+)""#)
        let sources = Self.sources.filter { $0.path.hasPrefix("Sources/HeartbeatLab") } + Self.files(below: "Tests")
        var seen = 0
        for source in sources where !source.path.hasPrefix("Tests/HeartbeatConfigTests") {
            for match in source.lines.joined(separator: "\n").matches(of: call) {
                guard let program = match.output[1].substring.map(String.init) else { continue }
                seen += 1
                let isNamed = makefile.contains(try Regex("[a-z0-9-]+:(/[a-z/]*/)?\(program)\\b"))
                #expect(essential.contains(program) || isNamed, "\(source) calls \(program), which no list names")
            }
        }
        #expect(seen > 20)
    }

    @Test func noUnfinishedBusinessIsLeft() {
        for source in Self.sources {
            for (number, line) in source.lines.enumerated() {
                for word in ["TODO", "FIXME", "XXX", "try!"] {
                    #expect(!line.contains(word), "\(source):\(number + 1) says \(word)")
                }
            }
        }
    }
}
