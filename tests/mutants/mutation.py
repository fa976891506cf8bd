#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the changes of a mutant in a tree of sources, wherever the named functions are now.

    mutation.py make <root> <mutant>      changes the sources, and prints the files that it changed
    mutation.py check <root> <mutant>...  only checks that each change fits in exactly one place, and that
                                          the tests that a mutant names are there

A change names a function or a variable, then the code to remove ("-") and the code to insert ("+"):

    in Lane::in_hand
    - if (answered(run)) continue;
    + static_cast<void>(run);

Code is compared token by token: line breaks, indentation and comments do not matter. Without a line "+" the
code is only removed.
"""
import pathlib
import re
import sys
from typing import NamedTuple

from cpp_entities import entities_of, tokens_of


class Change(NamedTuple):
    entity: str
    old: str
    new: str


class Fault(Exception):
    pass


def changes_of(text):
    """The changes in a mutant's file, which follow its title and its tests."""
    changes = []
    for line in text.splitlines():
        if line.startswith("in "):
            changes.append(Change(line[3:].strip(), "", ""))
        elif changes and line[:2] in ("- ", "+ "):
            entity, old, new = changes[-1]
            if line[0] == "-" and new:
                changes.append(Change(entity, line[2:], ""))  # another change in the same function
            elif line[0] == "-":
                changes[-1] = Change(entity, f"{old}\n{line[2:]}".lstrip("\n"), new)
            else:
                changes[-1] = Change(entity, old, f"{new}\n{line[2:]}".lstrip("\n"))
        elif changes and line.strip():
            raise Fault(f'"{line}" is neither "in", "- " nor "+ "')
    if not changes:
        raise Fault("it changes nothing")
    return changes


def tests_of(text):
    """The tests that must notice a mutant, by their names, which may end in "*"."""
    head = text.partition("\nin ")[0].splitlines()[1:]
    return [line.partition(": ")[2] for line in head if re.match("[a-z_]+: ", line)]


def check_tests(text, test_sources):
    names = tests_of(text)
    if not names:
        raise Fault("it names no test")
    for name in names:
        if '"' + name.removesuffix("*") not in test_sources:
            raise Fault(f'there is no test "{name}"')


class Sources:
    """The sources of the library below a folder, and their definitions."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.texts = {}
        self.by_last_name = {}
        for folder in ("lib", "include"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".cpp", ".hpp"):
                    self.read(path)

    def read(self, path):
        self.texts[path] = path.read_text()
        for entity in entities_of(self.texts[path]):
            self.by_last_name.setdefault(entity.name[-1], []).append((path, entity))

    def places_of(self, change):
        """Where functions of this name contain the code to be changed: file, begin, end."""
        name = tuple(change.entity.split("::"))
        entities = [(path, entity) for path, entity in self.by_last_name.get(name[-1], [])
                    if entity.name[-len(name):] == name]
        if not entities:
            raise Fault(f"there is no {change.entity}")
        old = [token.text for token in tokens_of(change.old)]
        if not old:
            raise Fault(f'the change in {change.entity} has no line "- "')
        return [(path, found[0].begin, found[-1].end)
                for path, entity in entities for found in runs_of(entity.tokens, old)]

    def place_of(self, change):
        places = self.places_of(change)
        if len(places) != 1:
            raise Fault(f'"{change.old}" stands {len(places)} times in {change.entity}, not once')
        return places[0]

    def make(self, changes):
        """Makes all changes, with all places found before the first change; returns the files' names."""
        places = [(*self.place_of(change), change.new) for change in changes]
        for path, begin, end, new in sorted(places, key=lambda place: place[1], reverse=True):
            text = self.texts[path]
            self.texts[path] = text[:begin] + new + text[end:]
        changed = sorted({place[0] for place in places})
        for path in changed:
            path.write_text(self.texts[path])
        return [str(path.relative_to(self.root)) for path in changed]


def runs_of(tokens, wanted):
    """The runs of tokens that equal wanted."""
    last = len(tokens) - len(wanted)
    return [tokens[at:at + len(wanted)] for at in range(last + 1)
            if all(tokens[at + i].text == wanted[i] for i in range(len(wanted)))]


def check(root, mutants):
    sources, status = Sources(root), 0
    tests = pathlib.Path(root, "tests").rglob("*_test.cpp")
    test_sources = "".join(path.read_text() for path in tests)
    for mutant in mutants:
        try:
            text = pathlib.Path(mutant).read_text()
            check_tests(text, test_sources)
            for change in changes_of(text):
                sources.place_of(change)
        except Fault as fault:
            print(f"{pathlib.Path(mutant).stem}: {fault}")
            status = 1
    return status


def make(root, mutant):
    try:
        print("\n".join(Sources(root).make(changes_of(pathlib.Path(mutant).read_text()))))
        return 0
    except Fault as fault:
        print(f"{pathlib.Path(mutant).stem}: {fault}", file=sys.stderr)
        return 1


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "make":
        return make(*arguments[1:])
    if len(arguments) >= 3 and arguments[0] == "check":
        return check(arguments[1], arguments[2:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
