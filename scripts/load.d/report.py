"""Prints what the runs of scripts/load found, and the JSON line."""

import json
import sys

from surroundings import in_words


def main(path):
    with open(path) as file:
        results = json.load(file)
    head = ("scenario", "cases", "arrived", "repeated", "missing", "p50 s", "p99 s", "max s", "connections", "in a second", "evidence")
    print(("{:<9}" + "{:>12}" * (len(head) - 1)).format(*head))
    for run in results:
        row = [run["cases"], run["arrived"], run["repeated"], run["missing_count"], run["p50_s"], run["p99_s"], run["max_s"], run["most_connections"], run["most_in_a_second"], run["evidence"][:11]]
        print(("{:<9}" + "{:>12}" * len(row)).format(run["scenario"], *map(str, row)))
        for kind, states in run["states"].items():
            print(f"    {kind}: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
        for fault in run["faults_found"]:
            print(f"    NOT: {fault}")
    by = {run["scenario"]: run for run in results}
    ratio = None
    if "healthy" in by and "bad" in by and by["healthy"]["p99_s"]:
        ratio = round(by["bad"]["p99_s"] / by["healthy"]["p99_s"], 2)
        print(f"p99 of healthy clients with bad ones beside them: {ratio} × that without (wanted: at most 2)")
    print(in_words(results[0]["conditions"]))
    ok = not any(run["faults_found"] for run in results) and (ratio is None or ratio <= 2)
    print(json.dumps({"ok": ok, "p99_ratio": ratio, "runs": results}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
