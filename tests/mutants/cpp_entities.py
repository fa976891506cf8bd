# SPDX-License-Identifier: Apache-2.0
"""Finds the functions and variables of a C++ source by name, with their tokens.

It knows only the C++ that this project's sources need: namespaces, classes, functions, variables. For it the
body of a function is a list of tokens.
"""
import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n\\]|\\.)*)
  | (?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)")
  | (?P<text>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"|(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')
  | (?P<number>\.?\d(?:'?[\w.]|(?<=[eEpP])[+-])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign>::|->|<<=|<=>|\.\.\.|[-+*/%&|^=!<]=|&&|\|\||\+\+|--|\[\[|\]\]|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE)

# Words that may come before the first parenthesis of a declaration without being its name.
NO_NAMES = {"alignas", "noexcept", "decltype", "requires", "__attribute__", "explicit", "sizeof"}
CLASSES = {"class", "struct", "union"}


class Token(NamedTuple):
    text: str
    begin: int
    end: int


class Entity(NamedTuple):
    """A function, a variable or an enumeration: its name with all scopes, and its tokens."""
    name: tuple
    tokens: list


def tokens_of(source):
    return [Token(match.group(), match.start(), match.end())
            for match in TOKEN.finditer(source) if match.lastgroup != "skip"]


def entities_of(source):
    return Reader(tokens_of(source)).read()


class Reader:
    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0
        self.scopes = []
        self.found = []

    def read(self):
        while self.at < len(self.tokens):
            if self.text() == "}":
                if self.scopes:
                    self.scopes.pop()
                self.at += 1
            else:
                self.declaration()
        return self.found

    def text(self, offset=0):
        place = self.at + offset
        return self.tokens[place].text if place < len(self.tokens) else ""

    def declaration(self):
        begin = self.at
        if self.text() in ("public", "protected", "private") and self.text(1) == ":":
            self.at += 2
            return
        while self.at < len(self.tokens):
            text = self.text()
            if text in ("(", "[", "[["):
                self.skip_group()
            elif text == "{":
                scope = scope_of([token.text for token in self.tokens[begin:self.at]])
                if scope is not None:
                    self.scopes.append(scope)
                    self.at += 1
                    return
                self.skip_group()
                if self.text() not in (";", ",", "{", "catch"):
                    break
            elif text == ";":
                self.at += 1
                break
            elif text == "}":
                break  # the end of the scope: the tokens before it are no declaration
            else:
                self.at += 1
        self.add(self.tokens[begin:self.at])

    def skip_group(self):
        """Goes from an opening bracket to the token after the closing one."""
        closing = {"(": ")", "[": "]", "{": "}", "[[": "]]"}
        open_ones = []
        while self.at < len(self.tokens):
            text = self.text()
            self.at += 1
            if text in closing:
                open_ones.append(closing[text])
            elif text == "]]" and open_ones[-2:] == ["]", "]"]:
                del open_ones[-2:]  # two separate brackets side by side
            elif open_ones and text == open_ones[-1]:
                open_ones.pop()
            if not open_ones:
                return

    def add(self, tokens):
        name = name_of([token.text for token in tokens])
        if name:
            scopes = [word for scope in self.scopes for word in scope]
            self.found.append(Entity((*scopes, *name), tokens))


def scope_of(words):
    """The names of the scope that a brace after these words opens; None if it opens none."""
    words = without_groups(words)
    if "namespace" in words:
        return [word for word in words[words.index("namespace") + 1:] if is_word(word)]
    if words[:1] == ["extern"] and len(words) == 2:
        return []
    words = without_template(words)
    keys = [place for place, word in enumerate(words) if word in CLASSES]
    if not keys or "enum" in words or "=" in words or "()" in words:
        return None
    name = words[keys[0] + 1:]
    if ":" in name:
        name = name[:name.index(":")]
    return [word for word in name if is_word(word) and word != "final"][:1]


def without_groups(words):
    """The words outside of brackets; a pair of parentheses becomes "()"."""
    depth, left = 0, []
    for word in words:
        if word in ("(", "[", "[["):
            depth += 1
            continue
        if word in (")", "]", "]]"):
            depth -= 1
            if depth == 0 and word == ")":
                left.append("()")
            continue
        if depth == 0:
            left.append(word)
    return left


def without_template(words):
    """The words outside of angle brackets."""
    depth, left = 0, []
    for word in words:
        if word == "<":
            depth += 1
        elif word == ">" and depth > 0:
            depth -= 1
        elif depth == 0:
            left.append(word)
    return left


def is_word(text):
    return re.match(r"[A-Za-z_]\w*$", text) is not None


def name_of(words):
    """The name that a declaration declares, as written: the parts between "::"."""
    if words[:1] in (["using"], ["friend"], ["typedef"], ["static_assert"], ["namespace"]):
        return ()
    if "operator" in words:
        end = words.index("operator")
        sign = "".join(words[end + 1:words.index("(", end + 2)])
        return (*qualifiers(words, end), "operator" + sign)
    angle, square = 0, 0
    for place, word in enumerate(words):
        if word in ("[", "[["):
            square += 1
        elif word in ("]", "]]"):
            square -= 1
        if word == "<":
            angle += 1
        elif word == ">":
            angle -= 1
        before = words[place - 1] if place else ""
        if angle or square > 0 and word != "[" or not is_word(before):
            continue
        if word in ("(", "=", "{", ";", "[") and before not in NO_NAMES:
            return (*qualifiers(words, place - 1), name_at(words, place - 1))
    return ()


def name_at(words, place):
    return ("~" if place and words[place - 1] == "~" else "") + words[place]


def qualifiers(words, place):
    """The names before the one at place, each followed by "::"."""
    if place and words[place - 1] == "~":
        place -= 1
    names = []
    while place >= 2 and words[place - 1] == "::":
        place -= 2
        if words[place] == ">":  # a template: only its name counts
            while words[place] != "<":
                place -= 1
            place -= 1
        names.insert(0, words[place])
    return tuple(names)
