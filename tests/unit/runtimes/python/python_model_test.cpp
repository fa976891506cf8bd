// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_model.hpp"

#include <algorithm>
#include <limits>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;
using runtimes::PythonModel;

struct KeptParts final : Stream<Response> {
  void send(const Response& part) override {
    if (parts.size() == most) throw Error(ErrorCode::kCancelled, "no more");
    parts.push_back(part);
  }
  std::vector<Response> parts;
  std::size_t most = 100;
};

Response ask(PythonModel& model, const Request& request, HeapContext& context) {
  KeptParts none;
  auto answer = model.predict(request, none, context);
  REQUIRE(answer);
  CHECK(none.parts.empty());
  return *answer;
}

Response ask(PythonModel& model, const Request& request) {
  HeapContext context;
  return ask(model, request, context);
}

// The failure of a model that does not load.
std::string load_failure(const Settings& settings) {
  try {
    const PythonModel model(settings, {});
  } catch (const ForeignException& error) {
    return error.type() + ": " + error.what();
  } catch (const Error& error) {
    return error.what();
  }
  return "it loads";
}

TEST_CASE("a class without load, unload and a constructor is a model") {
  const PythonModule module("class Model:\n  def predict(self, x): return x + 1\n");
  PythonModel model(module.settings(), {});
  CHECK(ask(model, {{"x", Tensor::scalar(2.0)}})["predict"] == Tensor::scalar(3.0));
}

TEST_CASE("a class is made with the settings, loaded, asked and unloaded, in this order") {
  const PythonModule module(R"(
import sys
class Model:
  def __init__(self, settings):
    self.caller_word = [settings.name, settings.parameters.uri, settings.parameters.version,
                 str(settings.parameters.extra['depth']), str(settings.worker_index),
                 str(settings.parameters.environment_path)]
  def load(self): self.caller_word.append('loaded')
  def predict(self): return self.caller_word
  def unload(self): sys.unloaded = self.caller_word
)");
  Settings settings = module.settings();
  settings.name = "trees";
  settings.uri = "/models/trees";
  settings.version = "v3";
  settings.extra = R"({"depth": 5})";
  {
    PythonModel model(settings, {2, 1});
    const Response response = ask(model, {});
    CHECK(response["predict"].strings() == std::vector<std::string_view>{"trees", "/models/trees",
                                                                         "v3", "5", "2", "None",
                                                                         "loaded"});
  }
  const PythonHere python;
  CHECK(python.eval("__import__('sys').unloaded[-1]").cast<std::string>() == "loaded");
}

TEST_CASE("the first parameter of a constructor that has a default is not taken for the settings") {
  const PythonModule module(
      "class Model:\n  def __init__(self, depth=3): self.depth = depth\n"
      "  def predict(self): return self.depth\n"
      "class Other:\n  def __init__(self, settings=None): self.name = settings.name\n"
      "  def predict(self): return self.name\n");
  PythonModel model(module.settings(), {});
  CHECK(ask(model, {})["predict"] == Tensor::scalar(std::int64_t{3}));
  Settings settings = module.settings("Other");
  settings.name = "n";
  PythonModel other(settings, {});
  CHECK(ask(other, {})["predict"].strings()[0] == "n");
}

TEST_CASE("a class that does not load is reported with the reason") {
  const PythonModule module(
      "class Empty: pass\nclass Broken:\n  def load(self): return 1 / 0\n"
      "  def predict(self): pass\nvalue = 3\n");
  CHECK_THAT(load_failure(module.settings("Empty")),
             contains("TypeError: the class " + module.name() + ".Empty has no method predict"));
  CHECK_THAT(load_failure(module.settings("Broken")),
             contains("ZeroDivisionError: division by zero\nTraceback") && contains("in load"));
  CHECK_THAT(load_failure(module.settings("Missing")),
             contains("has no class Missing") && contains(module.name() + ".py"));
  CHECK_THAT(load_failure(PythonModule("def f(:\n").settings()),
             contains("SyntaxError") && contains("def f(:"));
  CHECK_THAT(load_failure(PythonModule("import no_such_module\n").settings()),
             contains("ModuleNotFoundError: No module named 'no_such_module'") &&
                 contains("line 1, in <module>"));
  Settings nowhere;
  nowhere.implementation = "no_such_module.Model";
  CHECK_THAT(load_failure(nowhere), contains("ModuleNotFoundError"));
}

TEST_CASE("a class of coroutines is refused, as nothing would run them") {
  for (const char* const method :
       {"async def load(self): pass\n  def predict(self, x): return x",
        "async def predict(self, x): return x", "async def predict(self, x): yield x"}) {
    const PythonModule module(std::string("class Model:\n  ") + method + "\n");
    CHECK_THAT(load_failure(module.settings()),
               contains("TypeError: ") && contains("is an `async def`") && contains("plain `def`"));
  }
}

TEST_CASE("a request's parameters and its cancellation reach the class") {
  const PythonModule module(R"(
import inferpool
class Model:
  def predict(self):
    return {'kinds': [type(v).__name__ for v in inferpool.parameters().values()],
            'cancelled': inferpool.cancelled()}
)");
  PythonModel model(module.settings(), {});
  Request request;
  request.parameters = {{"a", true}, {"b", std::int64_t{1}}, {"c", 0.5}, {"d", std::string("x")}};
  HeapContext context;
  Response response = ask(model, request, context);
  CHECK(response["kinds"].strings() ==
        std::vector<std::string_view>{"bool", "int", "float", "str"});
  CHECK(response["cancelled"] == Tensor::scalar(false));
  context.cancel();
  CHECK(ask(model, request, context)["cancelled"] == Tensor::scalar(true));
}

TEST_CASE(
    "what a generator yields is sent part by part, and it is closed where nobody wants more") {
  const PythonModule module(R"(
class Model:
  def load(self): self.ended = 0
  def predict(self, n):
    if n < 0: return {'ended': self.ended}
    return self.parts(int(n))
  def parts(self, n):
    try:
      for i in range(n): yield {'i': i}
      if n == 3: raise ValueError('three')
    finally: self.ended += 1
)");
  PythonModel model(module.settings(), {});
  HeapContext context;
  const auto stream = [&](std::int64_t n, KeptParts& to) {
    return model.predict({{"n", Tensor::scalar(n)}}, to, context);
  };
  KeptParts all;
  CHECK_FALSE(stream(2, all));
  REQUIRE(all.parts.size() == 2);
  CHECK(all.parts[1]["i"] == Tensor::scalar(std::int64_t{1}));
  KeptParts until_it_raises;
  CHECK_THROWS_AS(stream(3, until_it_raises), ForeignException);
  CHECK(until_it_raises.parts.size() == 3);
  KeptParts some;
  some.most = 1;
  CHECK_THROWS_AS(stream(9, some), Error);
  CHECK(ask(model, {{"n", Tensor::scalar(std::int64_t{-1})}})["ended"] ==
        Tensor::scalar(std::int64_t{3}));
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
