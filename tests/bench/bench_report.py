# SPDX-License-Identifier: MIT
#
# bench_report.py: turns the samples of bench.py into a Markdown table and a chart.
#
# The cell of a timing is the median over the rounds.  Spread is half the distance
# between the first and the third quartile, in percent of the median, shown where
# it exceeds 3 %: a difference smaller than the spreads of both cells is noise.
# Ratios are medians over glibc's median; a geometric mean covers only those tests
# that every allocator of the table ended, or a failure would look like a win.

import html
import math
import statistics

THREADS_SUFFIX = "-2-threads"
SPREAD_SHOWN_PERCENT = 3
# Told apart in greyscale and by colour-blind readers by order of lightness.
COLOURS = {"hakmem": "#d55e00", "mimalloc": "#0072b2", "jemalloc": "#009e73", "tcmalloc": "#cc79a7"}
MORE_COLOURS = ("#e69f00", "#56b4e9", "#555555", "#999933", "#882255")


def median(samples):
    return statistics.median(samples) if samples else None


def spread_percent(samples):
    if len(samples) < 3 or not median(samples):
        return 0
    first, _, third = statistics.quantiles(samples, n=4, method="inclusive")
    return 100 * (third - first) / 2 / abs(median(samples))


def number(value, digits=None):
    """Three significant figures, without an exponent."""
    if value is None:
        return "-"
    if digits is not None:
        return f"{value:.{digits}f}"
    if value == 0:
        return "0"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


class Table:
    """One section of the results, asked by test, allocator and metric."""

    def __init__(self, document, section):
        self.names = [entry["name"] for entry in document["allocators"]]
        self.tests = document["results"].get(section, {})

    def samples(self, test, name, metric):
        return self.tests.get(test, {}).get(name, {}).get(metric, [])

    def value(self, test, name, metric):
        return median(self.samples(test, name, metric))

    def ratio(self, test, name, metric):
        own, base = self.value(test, name, metric), self.value(test, "glibc", metric)
        return own / base if own and base else None

    def geomean(self, name, metric, tests=None):
        ratios = []
        for test in self.tests if tests is None else tests:
            row = [self.ratio(test, other, metric) for other in self.names]
            if None not in row:
                ratios.append(self.ratio(test, name, metric))
        return (statistics.geometric_mean(ratios), len(ratios)) if ratios else (None, 0)

    def timing(self, test, name, metric, scale=1.0, digits=None):
        samples = self.samples(test, name, metric)
        if not samples:
            return "-"
        text = number(median(samples) * scale, digits)
        spread = spread_percent(samples)
        return f"{text} ±{spread:.0f}%" if spread >= SPREAD_SHOWN_PERCENT else text


def rows(lines, header, names, body):
    lines.append("| " + " | ".join([header, *names]) + " |")
    lines.append("| --- |" + " ---: |" * len(names))
    for title, cells in body:
        lines.append("| " + " | ".join([title, *cells]) + " |")
    lines.append("")


def micro_part(lines, document, section, title):
    table = Table(document, section)
    if not table.tests:
        return
    lines += [f"## {title}", "", "ns / cycles / instructions per operation (user space for the last two).", ""]
    rows(lines, "test", table.names, [
        (test, [f"{table.timing(test, name, 'ns')} / {number(table.value(test, name, 'cycles'))} / "
                f"{number(table.value(test, name, 'instructions'))}" for name in table.names])
        for test in table.tests])
    lines += ["Misses per operation, user space: L1d / L1i / dTLB.", ""]
    rows(lines, "test", table.names, [
        (test, [" / ".join(number(table.value(test, name, metric), digits) for metric, digits in
                           (("l1d_misses", 2), ("l1i_misses", 4), ("dtlb_misses", 3)))
                for name in table.names]) for test in table.tests])
    if "footprint" in table.tests:
        lines += ["Footprint: 1 M objects of 8..256 B, freed in random order.", ""]
        rows(lines, "footprint", table.names, [
            (label, [number(table.value("footprint", name, metric), digits) for name in table.names])
            for label, metric, digits in (("RSS at the peak, MiB", "rss_peak_mib", 1),
                                          ("RSS after the last free, MiB", "rss_after_mib", 1),
                                          ("page faults per object", "faults", 4))])


def exec_part(lines, document):
    table = Table(document, "exec")
    if not table.tests:
        return
    lines += ["## Start of a process", "",
              "spawn + exec + wait: median µs (glibc) or extra µs over it (quartiles) / minor faults / peak RSS MiB.", ""]

    def cell(test, name):
        if table.value(test, name, "us") is None:
            return "-"
        if name == "glibc":
            time_text = number(table.value(test, name, "us"), 0)
        else:
            extra, low, high = (table.value(test, name, metric)
                                for metric in ("extra_us", "extra_low_us", "extra_high_us"))
            time_text = f"{extra:+.0f} ({low:+.0f}..{high:+.0f})"
        return (f"{time_text} / {number(table.value(test, name, 'faults'), 0)} / "
                f"{number(table.value(test, name, 'rss_kib') / 1024, 1)}")

    rows(lines, "command", table.names,
         [(f"`{test}`", [cell(test, name) for name in table.names]) for test in table.tests])


def idle_part(lines, document):
    table = Table(document, "idle")
    if not table.tests:
        return
    lines += ["## An idle process", "", "Private_Dirty / Pss in KiB while it waits on a pipe.", ""]
    rows(lines, "program", table.names, [
        (test, [f"{number(table.value(test, name, 'private_dirty_kib'), 0)} / "
                f"{number(table.value(test, name, 'pss_kib'), 0)}" for name in table.names])
        for test in table.tests])


def programs_part(lines, document):
    table = Table(document, "programs")
    if not table.tests:
        return
    lines += ["## Programs", "", "User + system CPU time: seconds (ratio to glibc).", ""]
    for metric, scale, digits in (("cpu_us", 1e-6, 3), ("rss_kib", 1 / 1024, 1)):
        if metric == "rss_kib":
            lines += ["Peak RSS: MiB (ratio to glibc).", ""]
        rows(lines, "program", table.names, [
            (test, [f"{table.timing(test, name, metric, scale, digits)} "
                    f"({number(table.ratio(test, name, metric), None if table.ratio(test, name, metric) is None else 3)})"
                    for name in table.names]) for test in table.tests])


def summary_lines(document):
    """(label, {allocator: ratio}) for the head of the report and of the chart."""
    micro, threads, programs = (Table(document, name) for name in ("micro", "threads", "programs"))
    single = [test for test in programs.tests if not test.endswith(THREADS_SUFFIX)]
    double = [test for test in programs.tests if test.endswith(THREADS_SUFFIX)]
    plan = (
        ("micro, time", micro, "ns", None), ("micro, cycles", micro, "cycles", None),
        ("micro, instructions", micro, "instructions", None),
        ("threads, cycles", threads, "cycles", None),
        ("programs, 1 thread, CPU time", programs, "cpu_us", single),
        ("programs, 1 thread, peak RSS", programs, "rss_kib", single),
        ("programs, 2 threads, CPU time", programs, "cpu_us", double),
        ("programs, 2 threads, peak RSS", programs, "rss_kib", double),
    )
    result = []
    for label, table, metric, tests in plan:
        count = table.geomean("glibc", metric, tests)[1]
        if count:
            result.append((f"{label} ({count})",
                           {name: table.geomean(name, metric, tests)[0] for name in table.names}))
    return result


def markdown(document):
    machine = document["machine"]
    names = [entry["name"] for entry in document["allocators"]]
    lines = ["# Benchmarks", "",
             f"{machine['date']}; {machine['processor']}, {machine['cores']} cores; Linux {machine['kernel']}; "
             f"{machine['libc']}; huge pages: {machine['transparent_huge_pages']}; "
             f"load at start {machine['load_at_start']}.", "",
             f"{document['rounds']} rounds{' (quick)' if document['quick'] else ''}, interleaved, medians. "
             + "; ".join(f"{entry['name']} = {entry['library']}" for entry in document["allocators"]
                         if entry["library"]) + ".", ""]
    if machine["tuning_variables"]:
        lines += ["Set in the environment: " + ", ".join(f"`{text}`" for text in machine["tuning_variables"]) + ".", ""]
    summary = summary_lines(document)
    if summary:
        lines += ["## Summary", "", "Geometric mean of the ratios to glibc (number of tests); below 1 is better.", ""]
        rows(lines, "group", names, [(label, [number(ratios[name], 3) for name in names])
                                     for label, ratios in summary])
    micro_part(lines, document, "micro", "One operation")
    micro_part(lines, document, "threads", "Two threads")
    exec_part(lines, document)
    idle_part(lines, document)
    programs_part(lines, document)
    for title, key in (("Left out", "skipped"), ("Failures", "failures")):
        if document[key]:
            lines += [f"## {title}", ""] + [f"- {text}" for text in document[key]] + [""]
    return "\n".join(lines).rstrip()


def chart_rows(document):
    """(group title, [(label, {allocator: ratio})]) in the order of the chart."""
    groups = [("Geometric means", summary_lines(document))]
    for title, section, metric in (
            ("One operation, time", "micro", "ns"), ("Two threads, cycles", "threads", "cycles"),
            ("Start of a process, time", "exec", "us"), ("Idle process, Private_Dirty", "idle", "private_dirty_kib"),
            ("Programs, CPU time", "programs", "cpu_us"), ("Programs, peak RSS", "programs", "rss_kib")):
        table = Table(document, section)
        groups.append((title, [(test, {name: table.ratio(test, name, metric) for name in table.names})
                               for test in table.tests]))
    return [(title, body) for title, body in groups if body]


def svg(document):
    """Dots on a logarithmic scale of the ratio to glibc; left of the line is better."""
    left, width, step, reach = 230, 620, 17, 4  # reach: the scale ends at 2^-4 and 2^4
    names = [entry["name"] for entry in document["allocators"] if entry["name"] != "glibc"]
    spare = iter(MORE_COLOURS * 4)
    colours = {name: COLOURS.get(name) or next(spare) for name in names}
    groups = chart_rows(document)
    height = 76 + sum(len(body) * step + 30 for _, body in groups)

    def place(ratio):
        return left + width * (max(-reach, min(reach, math.log2(ratio))) + reach) / (2 * reach)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 40}" height="{height}" '
           'font-family="sans-serif" font-size="11">',
           f'<rect width="100%" height="100%" fill="#ffffff"/>',
           '<text x="12" y="20" font-size="14">Ratio to glibc (left of 1 is better; beyond 16 drawn at the edge)</text>']
    at = 12
    for name in names:
        out.append(f'<circle cx="{at + 5}" cy="36" r="5" fill="{colours[name]}"/>'
                   f'<text x="{at + 14}" y="40">{html.escape(name)}</text>')
        at += 30 + 7 * len(name)
    for power in range(-reach, reach + 1):
        x, label = place(2.0 ** power), f"{2 ** power}" if power >= 0 else f"1/{2 ** -power}"
        out.append(f'<line x1="{x:.1f}" y1="62" x2="{x:.1f}" y2="{height - 8}" '
                   f'stroke="{"#333333" if power == 0 else "#dddddd"}"/>'
                   f'<text x="{x:.1f}" y="58" text-anchor="middle">{label}</text>')
    y = 66
    for title, body in groups:
        y += 20
        out.append(f'<text x="12" y="{y}" font-weight="bold">{html.escape(title)}</text>')
        y += 3
        for label, ratios in body:
            y += step
            out.append(f'<text x="{left - 10}" y="{y}" text-anchor="end">{html.escape(label)}</text>')
            # Ours last, so that no peer covers it.
            for name in sorted(names, key=lambda each: each == "hakmem"):
                if ratios.get(name):
                    out.append(f'<circle cx="{place(ratios[name]):.1f}" cy="{y - 4}" '
                               f'r="{5 if name == "hakmem" else 4}" fill="{colours[name]}" fill-opacity="0.85">'
                               f'<title>{html.escape(name)} {number(ratios[name])}</title></circle>')
        y += 7
    out.append("</svg>")
    return "\n".join(out)
