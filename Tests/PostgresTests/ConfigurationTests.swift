import Postgres
import Testing

@Suite("Connection settings")
struct ConfigurationTests {
    @Test func `a URL may name several hosts, each with its port`() throws {
        let configuration = try PostgresConfiguration(
            url:
                "postgresql://ada:s%40cret@db1:5433,db2:5434/cases?sslmode=verify-full&connect_timeout=3&application_name=x"
        )
        #expect(configuration.hosts == [.init(name: "db1", port: 5433), .init(name: "db2", port: 5434)])
        #expect(configuration.keywords["password"] == "s@cret")
        #expect(configuration.keywords["sslmode"] == "verify-full")
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(configuration.applicationName == "x")
    }

    @Test func `keywords do too, with one port for all`() throws {
        let configuration = try PostgresConfiguration(url: "host=db1,db2 port=6000 dbname=cases user=ada")
        #expect(configuration.hosts == [.init(name: "db1", port: 6000), .init(name: "db2", port: 6000)])
    }

    @Test(arguments: [
        ("postgresql://h/d?colour=red", "there is no keyword colour"),
        ("host=h sslmodus=x", "there is no keyword sslmodus"),
        ("postgresql://ada:hunter2@h:notaport/d", "port is not a number"),
        ("postgresql://ada:hunter2@h:1,h:2,h/d?connect_timeout=soon", "connect_timeout"),
        ("postgresql://[ada:hunter2", "not a PostgreSQL URL"),
        ("host=h password='hunter2", "not a PostgreSQL URL"),
        ("host=a,b,c port=1,2", "one port for all hosts"),
    ])
    func `a fault is named and the password is not`(url: String, fault: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains(fault) == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `settings are shown without the password`() throws {
        let configuration = try PostgresConfiguration(url: "postgresql://ada:hunter2@db/cases")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [configuration.description, String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("postgresql://ada@db:5432/cases"))
        }
    }
}
