import Foundation
import Observability
import Testing

struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    @Test("Counters, gauges and histograms appear in the text format")
    func exposition() {
        let taken = MetricDescription.counter("taken_total", "Messages taken.", labels: ["queue", "outcome"])
        registry.counter(taken, "b", "done").increment()
        registry.counter(taken, "a", "done").increment(by: 41)
        registry.gauge(.gauge("depth", "Depth of \\ a\nqueue.")).set(-1.5)
        let latency = registry.histogram(
            .histogram("latency_seconds", "Seconds.", labels: ["w"], buckets: [0.1, 1]),
            "x"
        )
        latency.observe(0.1)
        latency.observe(.milliseconds(500), times: 2)
        latency.observe(7)
        registry.observe(.gauge("late", "Read at the scrape.")) { .infinity }
        registry.observe(.gauge("absent", "Not known now.")) { nil }
        #expect(
            registry.exposition() == """
                # HELP absent Not known now.
                # TYPE absent gauge
                # HELP depth Depth of \\\\ a\\nqueue.
                # TYPE depth gauge
                depth -1.5
                # HELP late Read at the scrape.
                # TYPE late gauge
                late +Inf
                # HELP latency_seconds Seconds.
                # TYPE latency_seconds histogram
                latency_seconds_bucket{w="x",le="0.1"} 1
                latency_seconds_bucket{w="x",le="1"} 3
                latency_seconds_bucket{w="x",le="+Inf"} 4
                latency_seconds_sum{w="x"} 8.1
                latency_seconds_count{w="x"} 4
                # HELP taken_total Messages taken.
                # TYPE taken_total counter
                taken_total{queue="a",outcome="done"} 41
                taken_total{queue="b",outcome="done"} 1

                """
        )
    }

    @Test("Label values are escaped")
    func escaping() {
        registry.counter(.counter("c", "h", labels: ["l"]), "a\"b\\c\nd").increment()
        #expect(registry.exposition().contains(#"c{l="a\"b\\c\nd"} 1"#))
    }

    @Test("Asking again gives the same handle")
    func sameHandle() {
        let description = MetricDescription.gauge("g", "h", labels: ["l"])
        #expect(registry.gauge(description, "a") === registry.gauge(description, "a"))
        #expect(registry.gauge(description, "a") !== registry.gauge(description, "b"))
    }

    @Test("No addition of many threads is lost")
    func concurrency() {
        let counter = registry.counter(.counter("c", "h"))
        let gauge = registry.gauge(.gauge("g", "h"))
        let histogram = registry.histogram(.histogram("t", "h", buckets: [1]))
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<1000 {
                counter.increment()
                gauge.add(0.5)
                histogram.observe(2)
            }
        }
        #expect(counter.value == 8000)
        #expect(gauge.value == 4000)
        #expect(registry.exposition().contains("t_sum 16000\nt_count 8000"))
    }

    @Test("A process tells its memory, processor time and descriptors")
    func process() throws {
        ProcessMetrics.register(in: registry)
        for name in ["process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"] {
            let line = try #require(registry.exposition().split(separator: "\n").first { $0.hasPrefix("\(name) ") })
            #expect(try #require(Double(line.split(separator: " ")[1])) > 0)
        }
        #expect(ProcessMetrics.all.count == 4)
    }
}
