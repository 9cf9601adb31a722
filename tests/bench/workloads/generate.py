# SPDX-License-Identifier: MIT
#
# generate.py c|json COUNT: writes the large inputs, so that none is in the tree.
# `c` is a C file of COUNT functions with branches, loops, structures and calls of
# one another, for gcc -O1: enough text that the compiler's own start is small
# beside its work.  `json` is an array of COUNT objects for filter.jq.
# Arithmetic only, no random module: the text is the same on every machine and
# with every Python.

import json
import sys


def c_function(number):
    size = number % 13 + 3
    lines = [
        f"struct record_{number} {{ int values[{size}]; long total; const char *name; }};",
        f"static struct record_{number} table_{number}[{size}];",
        f"long work_{number}(int first, long second)",
        "{",
        f"\tstruct record_{number} *record = &table_{number}[(unsigned)first % {size}u];",
        "\tlong sum = second;",
    ]
    for step in range(number % 7 + 4):
        lines += [
            f"\tfor (int i = 0; i < {size}; i++) {{",
            f"\t\tif ((record->values[i] ^ first) & {step + 1}) sum += record->values[i] * {step + 3};",
            f"\t\telse record->values[i] = (int)(sum >> {step % 5 + 1}) - i;",
            "\t}",
            f"\tswitch (sum & 3) {{ case 0: sum -= {step}; break; case 1: sum *= 3; break; "
            f"default: record->total += sum; }}",
        ]
    if number:
        lines.append(f"\tif (sum > {number}) sum += work_{number - 1}(first + 1, sum / 2);")
    return "\n".join(lines + [f'\trecord->name = "record {number}";', "\treturn sum;", "}", ""])


def record(number):
    return {
        "name": f"name-{number * 7919 % 100003}",
        "group": number * 31 % 997,
        "amount": number * 17 % 1000 / 8,
        "tags": [f"tag{number % k}" for k in (3, 5, 7)],
    }


def main():
    kind, count = sys.argv[1], int(sys.argv[2])
    if kind == "c":
        sys.stdout.write("\n".join(c_function(number) for number in range(count)))
    else:
        json.dump([record(number) for number in range(count)], sys.stdout)


main()
