// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/whole_array.hpp"

#include <fmt/format.h>

#include <array>

#include <inferpool/error.hpp>

#include "runtimes/python/python_exception.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

// From this whole number on, the next one may not be a float of 64 bits.
constexpr double kExactUpTo = 9007199254740992.0;
constexpr int kMostLevels = 64;  // of lists; NumPy has 32 dimensions, or 64

struct Addition {
  const char* attribute;
  const char* what;
  const char* instead;
};
// What objects may have besides their numbers, by the attribute names of well-known libraries.
constexpr std::array<Addition, 6> kAdditions{
    {{"columns", "the names of its columns", "a dict of arrays by name, or .to_numpy()"},
     {"index", "the labels of its rows", ".to_numpy()"},
     {"coords", "the labels of its axes", ".to_numpy()"},
     {"unit", "a unit", "its numbers in a unit that is agreed on (.value)"},
     {"units", "a unit", "its numbers in a unit that is agreed on (.magnitude)"},
     {"mask", "a mask", ".filled(value), or the mask as an output of its own"}}};

[[noreturn]] void refuse(const char* type, const std::string& name, const py::handle& value,
                         const std::string& what) {
  throw ForeignException(type, fmt::format("predict returned the output \"{}\" with a {}{}", name,
                                           name_of(py::type::handle_of(value)), what));
}

bool is_plain(const py::handle& value) {
  return PyFloat_CheckExact(value.ptr()) != 0 || PyLong_CheckExact(value.ptr()) != 0 ||
         PyBool_Check(value.ptr()) != 0 || py::isinstance<py::str>(value) ||
         py::isinstance<py::bytes>(value) || value.is_none();
}

bool is_list(const py::handle& value) {
  return py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value);
}

class Check {
 public:
  explicit Check(const std::string& name) : name_(name), numpy_(py::module_::import("numpy")) {}

  // Throws if an array would lose a part of the value.
  void value(const py::handle& value, int level = 0) {
    if (is_plain(value) || py::isinstance(value, numpy_.attr("generic"))) return;
    if (is_list(value)) return list(value, level);
    if (py::isinstance(value, numpy_.attr("ndarray"))) return array(value);
    if (py::hasattr(value, "tocoo") || py::hasattr(value, "todense")) {
      refuse("TypeError", name_, value,
             ", which is sparse; accepted: arrays, such as .toarray() makes");
    }
    // Python's own types have no labels, but some have methods with such names.
    if (py::hasattr(value, "__array__")) additions(value);
  }

 private:
  void list(const py::handle& values, int level) {
    if (level > kMostLevels) {
      throw ForeignException(
          "ValueError", fmt::format("predict returned the output \"{}\" of more than {} lists in "
                                    "each other; accepted: at most 8 dimensions",
                                    name_, kMostLevels));
    }
    for (const py::handle& each : values) value(each, level + 1);
  }

  void array(const py::handle& value) {
    const py::handle type = py::type::handle_of(value);
    if (type.is(numpy_.attr("ndarray")) || type.is(numpy_.attr("memmap")) ||
        type.is(numpy_.attr("matrix")) || type.is(numpy_.attr("recarray")))
      return;
    const py::object masked = numpy_.attr("ma");
    if (py::isinstance(value, masked.attr("MaskedArray"))) {
      if (!masked.attr("is_masked")(value).cast<bool>()) return;
      refuse("ValueError", name_, value,
             fmt::format(" of which {} elements are masked, so that they have no value; accepted: "
                         "arrays without a mask: .filled(value), or the mask as an output of its "
                         "own",
                         std::string(py::str(masked.attr("count_masked")(value)))));
    }
    additions(value);
    refuse("TypeError", name_, value,
           ", which may have more than its numbers; accepted: numpy.asarray(...) of it");
  }

  void additions(const py::handle& value) const {
    for (const auto& [attribute, what, instead] : kAdditions) {
      if (!py::hasattr(value, attribute)) continue;
      refuse("TypeError", name_, value,
             fmt::format(", which has {} (.{}) that an array cannot hold; accepted: {}", what,
                         attribute, instead));
    }
  }

  const std::string& name_;
  py::module_ numpy_;
};

// NumPy rounds whole numbers in a list with floats, or with both signs and more than 63 bits.
void refuse_rounded(const std::string& name, const py::object& value, const py::object& array) {
  const py::module_ numpy = py::module_::import("numpy");
  if (array.attr("size").cast<std::size_t>() == 0 ||
      !numpy.attr("any")(numpy.attr("abs")(array).attr("__ge__")(kExactUpTo)).cast<bool>())
    return;
  const py::object objects = numpy.attr("asarray")(value, "O");
  const py::object kept = numpy.attr("equal")(objects, array);
  const py::object no_number = numpy.attr("not_equal")(objects, objects);
  if (numpy.attr("all")(numpy.attr("logical_or")(kept, no_number)).cast<bool>()) return;
  refuse("ValueError", name, value,
         " in which NumPy rounds whole numbers to floats; accepted: numpy.array(..., dtype)");
}

}  // namespace

py::object whole_array(const std::string& name, const py::object& value) {
  const py::module_ numpy = py::module_::import("numpy");
  if (py::type::handle_of(value).is(numpy.attr("ndarray"))) return value;
  Check(name).value(value);
  py::object array = numpy.attr("asarray")(value);
  if (py::isinstance(value, numpy.attr("ndarray"))) return array;
  const auto kind = array.attr("dtype").attr("kind").cast<std::string>();
  // NumPy's arrays of text drop zero bytes at the end, so such values become an array of objects.
  if (kind == "S" || kind == "U") return numpy.attr("asarray")(value, "O");
  if (kind == "f" && is_list(value)) refuse_rounded(name, value, array);
  return array;
}

}  // namespace inferpool::runtimes
