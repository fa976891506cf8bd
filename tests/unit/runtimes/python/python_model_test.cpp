// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_model.hpp"

#include <algorithm>
#include <limits>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/kept_parts.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;
using runtimes::PythonModel;

TEST_CASE("a class without load, unload and a constructor is a model") {
  const PythonModule module("class Model:\n  def predict(self, x): return x + 1\n");
  PythonModel model(module.settings(), {});
  CHECK(ask(model, {{"x", Tensor::scalar(2.0)}})["predict"] == Tensor::scalar(3.0));
}

TEST_CASE("what Python raises while a class is loaded or asked arrives without Python objects") {
  const PythonModule module(R"(
class Model:
  def predict(self, x): raise ValueError('no apples')
class Broken:
  def predict(self): return 1
  def load(self): raise LookupError('no model')
)");
  PythonModel model(module.settings(), {});
  const auto raised_by = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const ForeignException& error) {
      return error.type() + ": " + error.what();
    }
    return "nothing";
  };
  CHECK_THAT(raised_by([&] {
               (void)ask(model, {{"x", Tensor::scalar(1.0)}});
             }),
             contains("ValueError: no apples\nTraceback"));
  CHECK_THAT(raised_by([&] { PythonModel(module.settings("Broken"), {}); }),
             contains("LookupError: no model\nTraceback"));
}

TEST_CASE("an unload that raises does not keep a model from its end") {
  const PythonModule module(R"(
import sys
class Model:
  def predict(self): return 1
  def unload(self):
    sys.unload_began = True
    raise ValueError('never')
)");
  { PythonModel model(module.settings(), {}); }
  const PythonHere python;
  CHECK(python.eval("__import__('sys').unload_began").cast<bool>());
}

// At the end the sanitizer reports what C++ leaked.
TEST_CASE("a Python class is loaded, asked and dropped a thousand times, failures among them") {
  const PythonModule module(R"(
import sys
sys.alive = 0
class Model:
  def load(self): sys.alive += 1
  def predict(self, x): return {'y': x * 2, 'text': 'a'}
  def unload(self): sys.alive -= 1
  def __del__(self): sys.dropped = getattr(sys, 'dropped', 0) + 1
class Broken:
  def predict(self, x): raise ValueError(x)
  def __init__(self): raise ValueError('broken')
)");
  const auto blocks = [&] {
    const PythonHere here;
    py::module_::import("gc").attr("collect")();
    return here.eval("__import__('sys').getallocatedblocks()").cast<long>();
  };
  const Tensor x = Tensor(Datatype::kFp32, {1000});
  const auto cycle = [&](int i) {
    PythonModel model(module.settings(), {});
    CHECK(ask(model, {{"x", x}})["y"] == x);
    CHECK_THROWS_AS(ask(model, {{"z", x}}), Error);
    if (i % 10 == 0) CHECK_THROWS_AS(PythonModel(module.settings("Broken"), {}), ForeignException);
  };
  // Under AddressSanitizer Python's own allocator is off, and counts nothing. Caches of Python and
  // NumPy grow now and then, but a leak in each cycle would be seen in every hundred.
  long least = std::numeric_limits<long>::max();
  for (int hundred = 0; hundred < 10; ++hundred) {
    const long before = blocks();
    for (int i = 0; i < 100; ++i) cycle(i);
    least = std::min(least, blocks() - before);
  }
  CHECK(least < 50);
  const PythonHere here;
  CHECK(here.eval("__import__('sys').alive").cast<int>() == 0);
  CHECK(here.eval("__import__('sys').dropped").cast<int>() == 1000);
}

}  // namespace
}  // namespace inferpool::test
