import Glibc

/// What Prometheus expects of every process: memory, processor time, descriptors, start time, under the usual names.
public enum ProcessMetrics {
    static let memory = MetricDescription.gauge("process_resident_memory_bytes", "Resident memory in bytes.")
    static let processor = MetricDescription.counter(
        "process_cpu_seconds_total",
        "User and system processor time in seconds."
    )
    static let descriptors = MetricDescription.gauge("process_open_fds", "Open file descriptors.")
    static let start = MetricDescription.gauge(
        "process_start_time_seconds",
        "When the metrics of the process began, in seconds since 1970."
    )

    /// The descriptions, for papers.
    public static let all = [memory, processor, descriptors, start]

    /// Adds them to `registry`, read at each scrape.
    public static func register(in registry: MetricsRegistry) {
        registry.observe(memory) { residentBytes() }
        registry.observe(processor) { processorSeconds() }
        registry.observe(descriptors) { openDescriptors() }
        let began = Double(Glibc.time(nil))
        registry.observe(start) { began }
    }

    private static func processorSeconds() -> Double? {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return nil }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }

    private static func residentBytes() -> Double? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let fields = line.prefix { $0 != 0 }.split(separator: CChar(UInt8(ascii: " ")))
        guard fields.count > 1,
            let pages = Double(String(decoding: fields[1].map(UInt8.init(bitPattern:)), as: UTF8.self))
        else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func openDescriptors() -> Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0.0
        while readdir(folder) != nil { count += 1 }
        return count - 3  // ".", "..", and the folder itself
    }
}
