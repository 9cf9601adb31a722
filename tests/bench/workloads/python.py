# SPDX-License-Identifier: MIT
#
# python.py ROUNDS: dictionaries, lists, strings and small classes.
# The driver sets PYTHONMALLOC=malloc: with Python's own pymalloc in front only
# objects above 512 bytes would reach the allocator under test.  It also sets
# PYTHONHASHSEED=0, because the order of a set decides the order of its frees.

import sys


class Node:
    def __init__(self, name, children):
        self.name = name
        self.children = children


def build(depth, name):
    if depth == 0:
        return Node(name, [])
    return Node(name, [build(depth - 1, f"{name}.{i}") for i in range(3)])


def main():
    rounds = int(sys.argv[1])
    live = {}
    checksum = 0
    for number in range(rounds):
        words = [f"word-{number * i % 9973}" for i in range(12)]
        record = {"number": number, "text": " ".join(words), "set": set(words)}
        live[number * 7919 % 20011] = record
        checksum += len(record["text"].split()) + len(record["set"])
        if number % 4000 == 0:
            checksum += len(build(6, "root").children)
    print(checksum, len(live))


main()
