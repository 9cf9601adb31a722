# SPDX-License-Identifier: MIT
#
# filter.jq: groups and rewrites an array of objects (made by generate.py json).
# jq holds every value as a reference-counted malloc object: parsing makes
# millions of small ones, group_by and sort_by copy arrays, tostring makes strings.
# One process, one thread, no output to speak of: only the sums are printed.

group_by(.group)
| map({ group: .[0].group,
        total: (map(.amount) | add),
        names: (map(.name | ascii_upcase) | sort | join(",") | length),
        text: (map(tostring) | map(length) | add) })
| map(.total + .names + .text)
| add
