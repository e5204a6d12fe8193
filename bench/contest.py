"""Several ways to do the same, in turn, for several rounds; medians, ratios, a table, a picture."""

import json
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "out"
OURS = "hikkoshi"


def rounds(default=5):
    return int(os.environ.get("ROUNDS", default))


def chosen(ways):
    """Those of `ways` (name: anything) that WAYS= names, or all."""
    names = os.environ.get("WAYS", "").replace(",", " ").split()
    unknown = [name for name in names if name not in ways]
    if unknown:
        sys.exit(f"bench: no way is called {', '.join(unknown)}; there are {', '.join(ways)}")
    return {name: way for name, way in ways.items() if not names or name in names}


def compete(ways, count):
    """Runs `ways` (name: function that returns a Cost) in turn. Another way begins each round, so
    that none always runs first. Returns the costs of each by round."""
    costs = {name: [] for name in ways}
    names = list(ways)
    for number in range(count):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            cost = ways[name]()
            costs[name].append(cost)
            print(f"round {number + 1} of {count}: {name:<22} {cost.seconds:8.2f} s", flush=True)
    return costs


def summary(costs, ours=OURS):
    """The contents of NAME.json: medians, and each peer's seconds over ours."""
    def medians(value):
        return {name: round(statistics.median(value(c) for c in runs), 3)
                for name, runs in costs.items()}
    seconds = medians(lambda c: c.seconds)
    result = {
        "rounds": min(len(runs) for runs in costs.values()),
        "seconds": seconds,
        "ratio": {},
        "cpu_s": medians(lambda c: c.cpu_s),
        "rss_mib": medians(lambda c: c.rss_mib),
        "range": {name: [round(min(c.seconds for c in runs), 3),
                         round(max(c.seconds for c in runs), 3)] for name, runs in costs.items()},
    }
    servers = sorted({server for runs in costs.values() for c in runs for server in c.servers})
    for server in servers:
        result[f"{server}_cpu_s"] = medians(lambda c: c.servers.get(server, 0.0))
    if ours in seconds:
        result["ratio"] = {name: round(value / seconds[ours], 3)
                           for name, value in seconds.items() if name != ours}
    return result


def table(result, labels):
    """The summary as lines of text, the quickest first."""
    servers = [key.removesuffix("_cpu_s") for key in result if key.endswith("_cpu_s")]
    servers = [name for name in servers if name != "cpu"]
    head = ["", "seconds", "from", "to", "ratio", "CPU s", *(f"{s} CPU s" for s in servers), "MiB"]
    lines = [head]
    for name in sorted(result["seconds"], key=result["seconds"].get):
        low, high = result["range"][name]
        ratio = result["ratio"].get(name)
        lines.append([labels.get(name, name), f"{result['seconds'][name]:.2f}", f"{low:.2f}",
                      f"{high:.2f}", f"{ratio:.2f}" if ratio else "",
                      f"{result['cpu_s'][name]:.2f}",
                      *(f"{result[s + '_cpu_s'][name]:.2f}" for s in servers),
                      f"{result['rss_mib'][name]:.0f}"])
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join("  ".join([line[0].ljust(widths[0])] + [
        cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]).rstrip()
        for line in lines)


def picture(result, labels, title):
    """The summary as SVG: a bar a way, with the range of its rounds; ours is the dark one."""
    names = sorted(result["seconds"], key=result["seconds"].get)
    longest = max(high for _, high in result["range"].values()) or 1
    left, right, step, top = 250, 560, 30, 50
    height = top + step * len(names) + 20
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right + 110}" '
             f'height="{height}" font-family="sans-serif" font-size="13">',
             '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="20" y="25" font-size="15" font-weight="bold">{escape(title)}</text>']
    for at, name in enumerate(names):
        y = top + step * at
        value = result["seconds"][name]
        low, high = (bound / longest * right for bound in result["range"][name])
        ratio = result["ratio"].get(name)
        words = f"{value:.2f} s" + (f" (x {ratio:.2f})" if ratio else "")
        fill = "#1f4e79" if name == OURS else "#9db7cf"
        end = max(value / longest * right, high)
        lines += [
            f'<text x="{left - 10}" y="{y + 15}" text-anchor="end">'
            f'{escape(labels.get(name, name))}</text>',
            f'<rect x="{left}" y="{y}" width="{value / longest * right:.1f}" height="20" '
            f'fill="{fill}"/>',
            f'<line x1="{left + low:.1f}" x2="{left + high:.1f}" y1="{y + 10}" y2="{y + 10}" '
            'stroke="#c0392b" stroke-width="2"/>',
            f'<text x="{left + end + 8:.1f}" y="{y + 15}">{words}</text>']
    return "\n".join([*lines, "</svg>", ""])


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def publish(name, costs, labels, title, facts=None):
    """Writes out/NAME.json and out/NAME.svg, prints the table, and returns the summary."""
    result = summary(costs) | {"facts": facts or {}}
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    (OUT / f"{name}.svg").write_text(picture(result, labels, title))
    print(f"\n{title}\n\n{table(result, labels)}\n\n{OUT / (name + '.json')}")
    return result
