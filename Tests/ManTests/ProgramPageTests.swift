// The page of a program says what the program says of itself: its commands, their options with their defaults, its exit codes.

import Foundation
import HeartbeatLab
import Testing

/// What a program tells of its command line (`--experimental-dump-help` of swift-argument-parser).
private struct CommandLineWords: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var shouldDisplay: Bool
        var names: [Name]?
        var defaultValue: String?
        var abstract: String?

        /// `-t`, `--timeout`; none for a word without a name.
        var options: [String] { (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name } }
        /// Heartbeat 3 has it, and whoever gives it is told what to do instead.
        var isRefused: Bool { abstract?.hasPrefix("Refused") == true }
    }

    struct Command: Decodable {
        var commandName: String
        var discussion: String?
        var arguments: [Argument]?
        var subcommands: [Command]?

        var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
        /// `help` is the library's.
        var commands: [Command] { (subcommands ?? []).filter { $0.commandName != "help" } }

        /// Those that do something, by their words.
        func leaves(_ words: [String] = []) -> [String: Command] {
            guard !commands.isEmpty else { return [words.joined(separator: " "): self] }
            return commands.reduce(into: [:]) { all, command in
                all.merge(command.leaves(words + [command.commandName])) { one, _ in one }
            }
        }

        /// `  6   what it means`, below EXIT STATUS.
        var codes: [Int: String] {
            let part = discussion?.components(separatedBy: "EXIT STATUS\n").dropFirst().first ?? ""
            let lines = part.components(separatedBy: "\n\n")[0].components(separatedBy: "\n")
            return lines.reduce(into: [:]) { codes, line in
                guard let match = line.wholeMatch(of: #/ +([0-9]+) {2,}(.*)/#), let code = Int(match.output.1)
                else { return }
                codes[code] = String(match.output.2)
            }
        }

        /// `Exit status: 0 done; 1 failed.`, in a sentence.
        var codesOfSentence: [Int: String] {
            let parts = discussion?.split(separator: /Exit (status: |code )/, maxSplits: 1) ?? []
            guard parts.count == 2 else { return [:] }
            return parts[1].matches(of: /([0-9]+):? ([^;.]+)[;.]/).reduce(into: [:]) { codes, match in
                if let code = Int(match.output.1) { codes[code] = String(match.output.2) }
            }
        }
    }

    var command: Command
}

@Suite struct ProgramPageTests {
    /// hb_guardian has no options, and is not for hands.
    static let pages = ManPage.names.filter { "18".contains($0.suffix(1)) && $0 != "hb_guardian.8" }

    /// Every command has them.
    private static let common: Set = ["--help", "-h", "--version"]
    /// Commands of one program have them.
    private static let shared: Set = ["--run-dir", "--state-dir", "--config-dir", "-m"]

    private static func command(of page: String) throws -> CommandLineWords.Command {
        let words = [ProgramPlaces().programs + "/" + page.dropLast(2), "--experimental-dump-help"]
        let told = try Command.run(words, limit: .seconds(30))
        #expect(told.code == 0)
        return try JSONDecoder().decode(CommandLineWords.self, from: Data(told.output.utf8)).command
    }

    /// Of a program and of all its commands.
    private static func arguments(_ command: CommandLineWords.Command) -> [CommandLineWords.Argument] {
        command.shown + command.commands.flatMap(arguments)
    }

    @Test(arguments: pages) func `every option of a program has an item, and no other word has one`(name: String) throws
    {
        let items = ManPage.items("Fl", in: try ManPage(name).lines).flatMap(\.names)
        let options = Self.arguments(try Self.command(of: name)).flatMap(\.options)
        #expect(Set(items).symmetricDifference(options).sorted() == [], "\(name)")
    }

    @Test(arguments: pages) func `a page says the defaults of its program`(name: String) throws {
        let page = try ManPage(name)
        let items = ManPage.items("Fl", in: page.lines)
        for argument in Self.arguments(try Self.command(of: name)) {
            guard let value = argument.defaultValue else { continue }
            let isSaid =
                if let option = argument.options.first {
                    items.contains { item in
                        item.names.contains(option) && ManPage.plain(item.lines).contains("The default is \(value)")
                    }
                } else {
                    ManPage.plain(page.lines).contains(value)
                }
            #expect(isSaid, "\(name): \(argument.options), \(value)")
        }
    }

    // MARK: - Synopsis

    /// What stands behind each `.Nm`: the words of a command, if it is one, and the options.
    private static func forms(of page: ManPage) -> [(command: String, options: Set<String>)] {
        page.section("SYNOPSIS").split(separator: ".Nm", omittingEmptySubsequences: true).map { lines in
            let command = lines.first.flatMap { $0.hasPrefix(".Cm ") ? String($0.dropFirst(4)) : nil } ?? ""
            return (command, Set(lines.flatMap { ManPage.options(in: ManPage.words(of: $0)) }))
        }
    }

    @Test(arguments: pages) func `the synopsis has every command with its options`(name: String) throws {
        let command = try Self.command(of: name)
        let page = try ManPage(name)
        let forms = Self.forms(of: page)
        guard !command.commands.isEmpty else {
            let named = forms.reduce(into: Set<String>()) { $0.formUnion($1.options) }
            for argument in command.shown where !argument.options.isEmpty && !argument.isRefused {
                let isNamed =
                    !named.isDisjoint(with: argument.options) || !Self.common.isDisjoint(with: argument.options)
                #expect(isNamed, "\(name): \(argument.options)")
            }
            #expect(named.subtracting(command.shown.flatMap(\.options)).sorted() == [], "\(name)")
            return
        }
        let leaves = command.leaves()
        #expect(forms.map(\.command).sorted() == leaves.keys.sorted(), "\(name)")
        for form in forms {
            let options = Set(leaves[form.command]?.shown.flatMap(\.options) ?? [])
            let own = options.subtracting(Self.common).subtracting(Self.shared)
            #expect(form.options.symmetricDifference(own).sorted() == [], "\(name): \(form.command)")
        }
        let described = ManPage.items("Ic", in: page.section("DESCRIPTION")).flatMap(\.names)
        #expect(described.sorted() == leaves.keys.sorted(), "\(name)")
    }

    // MARK: - Exit codes

    @Test(arguments: pages) func `exit codes are those of the help`(name: String) throws {
        let command = try Self.command(of: name)
        let section = try ManPage(name).section("EXIT STATUS")
        let items = ManPage.items("Ic", in: section)
        guard !items.isEmpty else {
            let told = command.codes.isEmpty ? command.codesOfSentence : command.codes
            #expect(told.count > 1 && ManPage.codes(in: section) == told, "\(name)")
            return
        }
        #expect(items.flatMap(\.names).sorted() == command.commands.map(\.commandName).sorted(), "\(name)")
        for item in items {
            let codes = ManPage.codes(in: item.lines)
            for subcommand in command.commands where item.names.contains(subcommand.commandName) {
                #expect(codes == subcommand.codes, "\(name) \(subcommand.commandName)")
            }
        }
    }
}
