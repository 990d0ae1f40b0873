// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library of one layer: `layer` is the folder below `Sources/` that says what it may import.
func library(_ name: String, in layer: String?, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/" + (layer.map { "\($0)/\(name)" } ?? name),
        swiftSettings: settings
    )
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "Sources/Executables/\(name)",
        swiftSettings: settings
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["TestKit"],
        path: "Tests/\(name)",
        swiftSettings: settings
    )
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Platform/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let flyingFox: Target.Dependency = .product(name: "FlyingFox", package: "FlyingFox")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let rsa: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")

let package = Package(
    name: "habeas",
    products: [
        .executable(name: "habeas", targets: ["habeas"]),
        .executable(name: "habeas-intake", targets: ["habeas-intake"]),
        .executable(name: "habeas-referral", targets: ["habeas-referral"]),
        .executable(name: "habeas-erasure", targets: ["habeas-erasure"]),
        .executable(name: "habeas-export", targets: ["habeas-export"]),
        .executable(name: "habeas-breach", targets: ["habeas-breach"]),
        .executable(name: "habeas-clock", targets: ["habeas-clock"]),
        .executable(name: "habeas-gateway", targets: ["habeas-gateway"]),
        .executable(name: "habeas-sandbox", targets: ["habeas-sandbox"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.24.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.29.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Platform: no product words here.
        system("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
        system("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CLibArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        library("Threads", in: "Platform", []),
        library("AMQP", in: "Platform", ["CRabbitMQ", "Threads", logging, lifecycle, deque]),
        library("Postgres", in: "Platform", ["CLibPQ", "Threads", logging, deque]),
        library("Outbound", in: "Platform", ["CLibCurl", "Threads", crypto, deque]),
        library("Archive", in: "Platform", ["CLibArchive"]),
        library("Observability", in: "Platform", [logging, lifecycle, flyingFox]),
        // Domain
        library("Rights", in: "Domain", [crypto]),
        library("Ledger", in: "Domain", ["Rights", "Postgres", crypto]),
        // Fleet
        library(
            "Fleet",
            in: nil,
            [
                "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability", lifecycle, logging, configuration,
                yams, crypto, mustache,
            ]
        ),
        // Ways to the systems of the data map, for the workers that act there.
        library(
            "Connectors",
            in: nil,
            [
                "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", logging, crypto, rsa, x509, asn1,
            ]
        ),
        // Workers
        library(
            "Intake",
            in: "Workers",
            ["Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Observability", lifecycle, logging, crypto]
        ),
        library(
            "Clock",
            in: "Workers",
            ["Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Observability", lifecycle, logging, crypto]
        ),
        library(
            "Referral",
            in: "Workers",
            [
                "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability", lifecycle, logging,
                crypto,
            ]
        ),
        library(
            "Erasure",
            in: "Workers",
            [
                "Connectors", "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability", lifecycle,
                logging, crypto,
            ]
        ),
        library(
            "Export",
            in: "Workers",
            [
                "Archive", "Connectors", "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability",
                "Threads", lifecycle, logging, crypto,
            ]
        ),
        library(
            "Breach",
            in: "Workers",
            [
                "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability", lifecycle, logging,
                crypto,
            ]
        ),
        library(
            "Gateway",
            in: "Workers",
            [
                "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability", hummingbird,
                hummingbirdCore, hummingbirdTLS, nio, nioPosix, nioHTTPTypes, nioSSL, httpTypes, lifecycle, logging,
                crypto,
            ]
        ),
        library(
            "Sandbox",
            in: "Workers",
            [
                "Outbound", hummingbird, hummingbirdCore, nio, nioPosix, httpTypes, lifecycle, logging, deque, yams,
                crypto, rsa, x509, asn1,
            ]
        ),
        library(
            "Console",
            in: "Workers",
            [
                "Fleet", "Rights", "Ledger", "Postgres", "Observability", hummingbird, hummingbirdCore, nio, nioPosix,
                httpTypes,
                lifecycle, logging, crypto,
            ]
        ),
        // Executables
        executable("habeas-intake", ["Intake", "Fleet"]),
        executable("habeas-referral", ["Referral", "Fleet"]),
        executable("habeas-erasure", ["Erasure", "Fleet"]),
        executable("habeas-export", ["Export", "Fleet"]),
        executable("habeas-breach", ["Breach", "Fleet"]),
        executable("habeas-clock", ["Clock", "Fleet"]),
        executable("habeas-gateway", ["Gateway", "Console", "Fleet"]),
        executable("habeas-sandbox", ["Sandbox", argumentParser, lifecycle, logging]),
        executable(
            "habeas",
            [
                "Intake", "Connectors", "Fleet", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", "Observability",
                argumentParser, logging, lifecycle, yams, crypto,
            ]
        ),
        // Tests
        .target(
            name: "TestKit",
            dependencies: ["AMQP", "Postgres", "Outbound", "Ledger", "Fleet", "Rights", crypto, lifecycle, logging],
            path: "Tests/TestKit",
            swiftSettings: settings
        ),
        // One worker that acts at systems, with all that it needs around it.
        .target(
            name: "FanOutKit",
            dependencies: [
                "TestKit", "Connectors", "Intake", "Clock", "Fleet", "Observability", "Ledger", "Rights", "AMQP",
                "Postgres", logging,
            ],
            path: "Tests/FanOutKit",
            swiftSettings: settings
        ),
        tests("ThreadsTests", ["Threads"]),
        tests("AMQPTests", ["AMQP", "Threads", logging]),
        tests("PostgresTests", ["Postgres", "Threads"]),
        tests("OutboundTests", ["Outbound"]),
        tests("ArchiveTests", ["Archive"]),
        tests("ObservabilityTests", ["Observability", logging, lifecycle]),
        tests("RightsTests", ["Rights", yams]),
        tests("LedgerTests", ["Ledger", "Rights", "Postgres", crypto]),
        tests(
            "FleetTests",
            ["Fleet", "Observability", "Rights", "Ledger", "AMQP", "Postgres", "Outbound", logging, lifecycle]
        ),
        tests(
            "IntakeTests",
            ["Intake", "Fleet", "Observability", "Ledger", "Rights", "AMQP", "Postgres", lifecycle, logging]
        ),
        tests(
            "ClockTests",
            ["Clock", "Intake", "Fleet", "Observability", "Ledger", "Rights", "AMQP", "Postgres", logging, lifecycle]
        ),
        tests(
            "ReferralTests",
            [
                "Referral", "Intake", "Clock", "Fleet", "Observability", "Outbound", "Ledger", "Rights", "AMQP",
                "Postgres",
                logging, lifecycle,
            ]
        ),
        tests(
            "BreachTests",
            [
                "FanOutKit", "Breach", "Export", "Connectors", "Fleet", "Outbound", "Ledger", "Rights", "Postgres",
            ]
        ),
        tests(
            "ConnectorsTests",
            [
                "Connectors", "Sandbox", "Fleet", "Outbound", "Ledger", "Rights", "AMQP", "Postgres", logging,
                lifecycle,
                crypto, rsa, x509, asn1,
            ]
        ),
        tests(
            "ErasureTests",
            [
                "FanOutKit", "Erasure", "Connectors", "Sandbox", "Intake", "Clock", "Fleet", "Observability",
                "Outbound", "Ledger",
                "Rights",
                "AMQP", "Postgres", logging, lifecycle, crypto,
            ]
        ),
        tests(
            "ExportTests",
            [
                "FanOutKit", "Export", "Archive", "Connectors", "Sandbox", "Intake", "Clock", "Referral", "Fleet",
                "Observability",
                "Outbound", "Ledger", "Rights", "AMQP", "Postgres", logging, lifecycle, crypto,
            ]
        ),
        tests(
            "GatewayTests",
            [
                "FanOutKit", "Gateway", "Intake", "Referral", "Breach", "Export", "Connectors", "Fleet",
                "Observability", "Outbound", "Ledger", "Rights", "AMQP", "Postgres", yams, logging, lifecycle, crypto,
                httpTypes,
            ]
        ),
        tests("SandboxTests", ["Sandbox", "Outbound", lifecycle, logging, crypto, rsa, x509, asn1]),
        tests(
            "ConsoleTests",
            [
                "Console", "Clock", "Fleet", "Observability", "Outbound", "Ledger", "Rights", "Postgres", logging,
                lifecycle,
                crypto,
            ]
        ),
        tests("CommandLineTests", ["Fleet", "Ledger", "Rights", "AMQP", "Postgres", "Outbound"]),
        tests("EndToEndTests", ["Fleet", "Ledger", "Rights", "AMQP", "Postgres", "Outbound", logging]),
    ]
)
