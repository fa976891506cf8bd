// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/output_tensors.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;
using runtimes::to_response;

struct Converter {
  PythonHere python;
  HeapContext context;

  Response of(const std::string& expression) {
    const Request request;
    const runtimes::CurrentRun run(request, context);
    return to_response(python.eval(expression), context);
  }
  Tensor one(const std::string& expression) {
    const Response response = of(expression);
    REQUIRE(response.outputs.size() == 1);
    return response["predict"];
  }
  std::string refusal(const std::string& expression) {
    try {
      return "converted to " + to_string(of(expression).outputs.begin()->tensor);
    } catch (const ForeignException& error) {
      return error.type() + ": " + error.what();
    }
  }
};

std::string names(const Response& response) {
  std::string text;
  for (const auto& [name, tensor] : response.outputs) text += name + ' ';
  return text;
}

TEST_CASE("what predict returns is one output, one for each entry or one for each of a tuple") {
  Converter converter;
  CHECK(names(converter.of("numpy.zeros(3)")) == "predict ");
  CHECK(names(converter.of("{'scores': [1.0], 'label': 'a'}")) == "scores label ");
  CHECK(names(converter.of("(1, [2])")) == "predict_0 predict_1 ");
  CHECK(names(converter.of("{}")).empty());
}

TEST_CASE("a named tuple has an output for each of its names", "[W8]") {
  Converter converter;
  const Response response =
      converter.of("__import__('collections').namedtuple('Found', 'label score')(1, 0.5)");
  CHECK(names(response) == "label score ");
  CHECK(response["score"] == Tensor::scalar(0.5));
}

TEST_CASE("an array that would lose part of its values is refused", "[W8]") {
  Converter converter;
  CHECK_THAT(converter.refusal("{'depth': numpy.ma.masked_less(numpy.arange(4.0), 3)}"),
             contains("ValueError") && contains("\"depth\"") && contains("3 elements are masked"));
  CHECK_THAT(converter.refusal("numpy.zeros(2, [('a', 'f4'), ('b', 'i4')])"),
             contains("the type ["));
  CHECK_THAT(converter.refusal("numpy.zeros(2, 'f4,f4')"), contains("the type ["));
  CHECK_THAT(converter.refusal("numpy.zeros(2, 'M8[s]')"), contains("datetime64[s]"));
  CHECK_THAT(converter.refusal("numpy.zeros(2, 'm8[s]')"), contains("timedelta64[s]"));
  CHECK_THAT(converter.refusal("numpy.zeros(2, 'c8')"), contains("complex64"));
  CHECK_THAT(converter.refusal("numpy.zeros(2, 'longdouble')"), contains("float128"));
  CHECK_THAT(converter.refusal("numpy.void(b'abcd')"), contains("|V4"));
  CHECK_THAT(converter.refusal("2**70"), contains("element that is int"));
  CHECK_THAT(converter.refusal("{1, 2}"), contains("element that is set"));
  CHECK_THAT(converter.refusal("{'a': {'b': 1}}"), contains("element that is dict"));
  CHECK_THAT(converter.refusal("[1, 'a']"), contains("element that is int"));
  CHECK_THAT(converter.refusal("[1.5, None]"), contains("element that is float"));
}

TEST_CASE("scalars and lists are arrays of the type that NumPy gives them") {
  Converter converter;
  CHECK(converter.one("3.5") == Tensor::scalar(3.5));
  CHECK(converter.one("7") == Tensor::scalar(std::int64_t{7}));
  CHECK(converter.one("True") == Tensor::scalar(true));
  CHECK(converter.one("numpy.float32(1)") == Tensor::scalar(1.0F));
  CHECK(converter.one("[[1, 2], [3, 4]]") ==
        Tensor::from(std::array<std::int64_t, 4>{1, 2, 3, 4}, {2, 2}));
  CHECK(converter.one("numpy.zeros((2, 0, 3))").shape() == Shape{2, 0, 3});
}

TEST_CASE("arrays of any layout and order of bytes arrive in row-major order") {
  Converter converter;
  const Tensor expected = Tensor::from(std::array<float, 4>{0, 2, 1, 3}, {2, 2});
  CHECK(converter.one("numpy.arange(4, dtype='f4').reshape(2, 2).T") == expected);
  CHECK(converter.one("numpy.array([[0, 2], [1, 3]], '>f4')") == expected);
  CHECK(converter.one("numpy.arange(6, dtype='f4')[::2]") ==
        Tensor::from(std::array<float, 3>{0, 2, 4}, {3}));
}

TEST_CASE("text in whatever kind of array is BYTES, in UTF-8") {
  Converter converter;
  constexpr std::array<std::string_view, 2> kTexts{"a", "\xc3\xa9"};
  const Tensor expected = Tensor::from_strings(kTexts);
  CHECK(converter.one(R"(['a', '\u00e9'])") == expected);
  CHECK(converter.one(R"(numpy.array(['a', b'\xc3\xa9'], object))") == expected);
  CHECK(converter.one(R"(numpy.array([b'a', b'\xc3\xa9']))") == expected);
  CHECK(converter.one("'ab'").shape() == Shape{});
  CHECK(converter.one(R"(numpy.array([b'\x00\x00'], object))").strings()[0].size() == 2);
}

TEST_CASE("bytes and text keep zeros at their end, unless an array of NumPy has dropped them") {
  Converter converter;
  const auto sizes = [&](const char* expression) {
    const Tensor tensor = converter.one(expression);
    std::vector<std::size_t> all;
    for (const std::string_view text : tensor.strings()) all.push_back(text.size());
    return all;
  };
  CHECK(sizes(R"(b'ab\x00\x00')") == std::vector<std::size_t>{4});
  CHECK(sizes(R"([b'a\x00', b'', 'b\x00\x00'])") == std::vector<std::size_t>{2, 0, 3});
  CHECK(sizes(R"(numpy.array([b'a\x00']))") == std::vector<std::size_t>{1});
}

TEST_CASE("a bool that was another byte is sent as the bool that it counts for") {
  Converter converter;
  const Tensor expected = Tensor::from(std::array<bool, 3>{false, true, true}, {3});
  CHECK(converter.one("numpy.array([0, 1, 255], 'u1').view(bool)") == expected);
  CHECK(converter.one("(lambda a: (a.view('u1').__setitem__(slice(None), [0, 1, 255]), a)[1])"
                      "(inferpool.output(3, bool))") == expected);
  CHECK(converter.one("numpy.bool_(True)") == Tensor::scalar(true));
}

TEST_CASE("a value that cannot be an output is refused with its name and its type") {
  Converter converter;
  CHECK_THAT(converter.refusal("None"), contains("TypeError: predict returned None"));
  CHECK_THAT(converter.refusal("{'z': 1j}"),
             contains("the output \"z\" of the type complex128; accepted: bool"));
  CHECK_THAT(converter.refusal("[1, None]"), contains("element that is int; accepted"));
  CHECK_THAT(converter.refusal("{3: 1}"), contains("a key that is int"));
  CHECK_THAT(converter.refusal("{'': 1}"), contains("an empty key"));
  CHECK_THAT(converter.refusal("object()"), contains("element that is object"));
  CHECK_THAT(converter.refusal("numpy.zeros((1,) * 9)"),
             contains("ValueError") && contains("of 9 dimensions"));
  CHECK_THROWS_AS(converter.of("[[1], [2, 3]]"), py::error_already_set);
  CHECK_THROWS_AS(converter.of(R"('\udcff')"), py::error_already_set);
}

TEST_CASE("an array is copied once, to the memory that the context gave") {
  Converter converter;
  const Tensor tensor = converter.one("numpy.ones(100)");
  REQUIRE(converter.context.places().size() == 1);
  CHECK(tensor.bytes().data() == converter.context.places()[0]);
}

TEST_CASE("an array of inferpool.output is sent as it is, reshaped or not") {
  Converter converter;
  for (const char* const made :
       {"(lambda a: (a.fill(2), a)[1])(inferpool.output((10, 10), 'f8'))",
        "(lambda a: (a.fill(2), a.reshape(10, 10))[1])(inferpool.output(100, 'f8'))"}) {
    CAPTURE(made);
    const auto before = converter.context.places().size();
    const Tensor tensor = converter.one(made);
    REQUIRE(converter.context.places().size() == before + 1);
    CHECK(tensor.bytes().data() == converter.context.places().back());
    CHECK(tensor == Tensor::from(std::vector<double>(100, 2.0), {10, 10}));
  }
}

TEST_CASE("a part of an array of inferpool.output is copied, and so is one that is kept") {
  Converter converter;
  const auto check_copied = [&](const std::string& expression) {
    const Tensor tensor = converter.one(expression);
    CHECK(tensor.bytes().data() == converter.context.places().back());
    CHECK(tensor.bytes().data() !=
          converter.context.places()[converter.context.places().size() - 2]);
    return tensor;
  };
  CHECK(check_copied("inferpool.output(100, 'f8')[10:]").shape() == Shape{90});
  CHECK(check_copied("inferpool.output((10, 20), 'f8').T").shape() == Shape{20, 10});
  py::module_::import("sys").attr("kept") = py::list();
  const Tensor sent = check_copied(
      "(lambda a: (a.fill(2), __import__('sys').kept.append(a[:1]), a)[2])"
      "(inferpool.output((10, 10), 'f8'))");
  converter.python.eval("__import__('sys').kept[0].fill(9)");
  CHECK(sent == Tensor::from(std::vector<double>(100, 2.0), {10, 10}));
}

}  // namespace
}  // namespace inferpool::test
