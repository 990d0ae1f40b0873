import Testing

@testable import Fleet

@Suite("The command line of a worker")
struct WorkerArgumentsTests {
    @Test("names the configuration file and overrides keys, written either way")
    func flags() throws {
        let arguments = try WorkerArguments([
            "--config", "/etc/h.yaml", "--log.level=debug", "--probes.port", "9100", "--x=a=b", "--y=",
        ])
        #expect(arguments.configurationPath == "/etc/h.yaml")
        #expect(arguments.flags == ["log.level": "debug", "probes.port": "9100", "x": "a=b", "y": ""])
        #expect(!arguments.wantsHelp)
        #expect(try WorkerArguments([]) == WorkerArguments([]))
    }

    @Test("asks for help", arguments: ["--help", "-h"])
    func help(_ word: String) throws {
        #expect(try WorkerArguments([word]).wantsHelp)
        let text = WorkerArguments.help("habeas-intake", "takes events in")
        #expect(text.hasPrefix("habeas-intake: takes events in\n"))
        for code in ["0 ", "64 ", "69 ", "75 ", "78 "] { #expect(text.contains(code)) }
    }

    @Test(
        "is refused as a usage error that names the word",
        arguments: [["run"], ["--"], ["-x"], ["--probes.port"], ["--a", "1", "b"]]
    )
    func refused(_ arguments: [String]) throws {
        let error = #expect(throws: StartError.self) { try WorkerArguments(arguments) }
        #expect(error?.code == .usage)
        #expect(error?.description.contains("see --help") == true)
    }

    @Test(
        "never repeats a word that may be a password",
        arguments: [
            "postgresql://habeas:s3cret@db/h", "s3cret pass", "user:s3cret", String(repeating: "s3cret", count: 10),
        ]
    )
    func secrets(_ word: String) throws {
        let error = #expect(throws: StartError.self) { try WorkerArguments([word]) }
        #expect(error?.description.contains("s3cret") == false)
        let flag = #expect(throws: StartError.self) { try WorkerArguments(["--" + word]) }
        #expect(flag?.description.contains("s3cret") == false)
    }

    @Test("Exit codes are those of sysexits")
    func codes() {
        #expect(StartError.Code.usage.rawValue == 64)
        #expect(StartError.Code.unavailable.rawValue == 69)
        #expect(StartError.Code.configuration.rawValue == 78)
    }
}
