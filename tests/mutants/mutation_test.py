# SPDX-License-Identifier: Apache-2.0
"""Tests what mutation.py finds, changes and refuses."""
import pathlib
import sys
import tempfile
import unittest

import mutation
from cpp_entities import entities_of


def names(source):
    return ["::".join(entity.name) for entity in entities_of(source)]


class Entities(unittest.TestCase):
    def test_functions_are_known_by_all_their_scopes(self):
        self.assertEqual(names("namespace a::b { class C final : public D { public: int f() { return 1; } }; }"
                               " int a::b::C::g(int) { return 2; }"),
                         ["a::b::C::f", "a::b::C::g"])

    def test_members_that_are_initialised_in_braces_do_not_end_a_constructor(self):
        self.assertEqual(names("C::C(int n) : a_{n}, b_(n) { f(); } int g() { return 0; }"), ["C::C", "g"])

    def test_variables_and_tables_are_known_by_name(self):
        self.assertEqual(names("constexpr std::array<int, 2> kTwo{1, 2}; int n = f(3);"
                               "std::function<void(int)> h;"),
                         ["kTwo", "n", "h"])

    def test_operators_destructors_and_templates_are_known_by_name(self):
        self.assertEqual(names("struct S { ~S() {} bool operator==(const S&) const = default; };"
                               "template <typename T> void B<T>::put(T) {}"),
                         ["S::~S", "S::operator==", "B::put"])

    def test_text_and_comments_hold_no_code(self):
        self.assertEqual(names('// void f() {}\nauto t = R"(void g() {})"; /* int h() {} */ char c = \'}\';'),
                         ["t", "c"])

    def test_what_is_nobody_s_name_is_none(self):
        self.assertEqual(names("using A = B<int>; static_assert(true); [[maybe_unused]] alignas(64) int n = 0;"),
                         ["n"])


class Mutations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "lib").mkdir()
        (self.root / "include").mkdir()

    def make(self, source, change):
        (self.root / "lib" / "a.cpp").write_text(source)
        mutation.Sources(self.root).make(mutation.changes_of(change))
        return (self.root / "lib" / "a.cpp").read_text()

    def test_code_is_found_however_it_is_laid_out(self):
        self.assertEqual(self.make("namespace x { int f(){\n  return  1 + // why\n 2; } }",
                                   "in f\n- return 1 + 2;\n+ return 4;"),
                         "namespace x { int f(){\n  return 4; } }")

    def test_code_without_another_goes_away(self):
        self.assertEqual(self.make("void f() { a(); b(); }", "in f\n- a();"), "void f() {  b(); }")

    def test_a_function_may_change_at_several_places(self):
        self.assertEqual(self.make("int f() { return g(1) + h(2); }", "in f\n- 1\n+ 3\n- 2\n+ 4"),
                         "int f() { return g(3) + h(4); }")

    def test_the_function_that_has_the_code_is_meant(self):
        self.assertEqual(self.make("void f(int) { a(); } void f(long) { b(); }", "in f\n- b();\n+ c();"),
                         "void f(int) { a(); } void f(long) { c(); }")

    def test_a_function_that_is_not_there_is_told(self):
        with self.assertRaisesRegex(mutation.Fault, "there is no C::f"):
            self.make("void f() { a(); }", "in C::f\n- a();")

    def test_code_that_is_not_there_or_more_than_once_is_told(self):
        with self.assertRaisesRegex(mutation.Fault, "stands 0 times"):
            self.make("void f() { a(); }", "in f\n- b();")
        with self.assertRaisesRegex(mutation.Fault, "stands 2 times"):
            self.make("void f() { a(); a(); }", "in f\n- a();")

    def test_a_test_that_is_not_there_or_not_named_is_told(self):
        sources = 'TEST_CASE("a ring, full, has no room") {}'
        mutation.check_tests("It has room.\nunit_tests: a ring, full, has no room\n\nin f\n- a;", sources)
        mutation.check_tests("It has room.\nunit_tests: a ring, full*\n\nin f\n- a;", sources)
        for head in ("It has room.\nunit_tests: a ring has room\n", "It has room.\n"):
            with self.assertRaises(mutation.Fault):
                mutation.check_tests(head + "\nin f\n- a;\n+ unit_tests: a ring*", sources)

    def test_a_file_without_changes_is_told(self):
        with self.assertRaisesRegex(mutation.Fault, "changes nothing"):
            mutation.changes_of("A title.\nunit_tests: a test\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
