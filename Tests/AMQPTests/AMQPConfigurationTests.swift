import AMQP
import Testing

@Suite("A broker URL")
struct AMQPConfigurationTests {
    @Test("gives hosts, login and virtual host, percent-decoded")
    func parts() throws {
        let configuration = try AMQPConfiguration(
            url: "amqp://us%40er:p%3Aw%2F@one:5673,two,[::1]:5674/a%2Fb?heartbeat=7"
        )
        #expect(
            configuration.hosts == [
                .init(name: "one", port: 5673), .init(name: "two", port: 5672), .init(name: "::1", port: 5674),
            ]
        )
        #expect(configuration.user == "us@er")
        #expect(configuration.password == "p:w/")
        #expect(configuration.virtualHost == "a/b")
        #expect(configuration.heartbeat == .seconds(7))
        #expect(configuration.tls == nil)
    }

    @Test("without a path, or with an empty one, means the virtual host /", arguments: ["amqp://h", "amqp://h/"])
    func defaultVirtualHost(url: String) throws {
        #expect(try AMQPConfiguration(url: url).virtualHost == "/")
    }

    @Test("of the secure scheme reads the files for TLS")
    func secure() throws {
        let url = "amqps://u:p@h/?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/k.pem&verify_host=false"
        let configuration = try AMQPConfiguration(url: url)
        #expect(configuration.hosts == [.init(name: "h", port: 5671)])
        #expect(configuration.tls?.caFile == "/ca.pem")
        #expect(configuration.tls?.certFile == "/c.pem")
        #expect(configuration.tls?.verifyHost == false)
    }

    @Test(
        "that cannot be used is refused by the name of the part, without its value",
        arguments: [
            ("http://u:topsecret@h", "scheme"), ("amqp://u:topsecret@h:notaport", "port"),
            ("amqp://u:topsecret@h/?colour=topsecret", "colour"), ("amqp://u:topsecret@h/?heartbeat=0", "heartbeat"),
            ("amqp://u:topsecret@h/?cacertfile=/ca", "cacertfile"), ("amqps://u:topsecret@h/", "cacertfile"),
            ("amqps://u:topsecret@h/?cacertfile=/ca&certfile=/c", "keyfile"), ("amqp://u:topsecret%@h", "password"),
            ("amqp://u:topsecret%00@h", "password"), ("amqp://u:topsecret@/", "host"),
        ]
    )
    func refused(url: String, part: String) throws {
        let error = try #require(throws: AMQPError.self) { try AMQPConfiguration(url: url) }
        #expect(error.code == .configuration)
        #expect(error.subject == part)
        #expect(!"\(error)".contains("topsecret"))
        #expect(!String(reflecting: error).contains("topsecret"))
    }
}
