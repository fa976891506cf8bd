// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/hosted_object.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "runtimes/python/python_exception.hpp"
#include "unit/runtimes/python/kept_parts.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

using runtimes::HostedObject;

// The failure of a class that cannot be hosted.
std::string hosting_failure(const PythonHere& /*python*/, const Settings& settings) {
  try {
    runtimes::run_python([&] { const HostedObject object(settings, {}); });
  } catch (const ForeignException& error) {
    return error.type() + ": " + error.what();
  } catch (const Error& error) {
    return error.what();
  }
  return "it is hosted";
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
  const PythonHere python;
  HostedObject object(settings, {2, 1});
  const Response response = ask(object, {});
  CHECK(response["predict"].strings() ==
        std::vector<std::string_view>{"trees", "/models/trees", "v3", "5", "2", "None", "loaded"});
  object.unload();
  CHECK(python.eval("__import__('sys').unloaded[-1]").cast<std::string>() == "loaded");
}

TEST_CASE("the first parameter of a constructor that has a default is not taken for the settings") {
  const PythonHere python;
  const PythonModule module(
      "class Model:\n  def __init__(self, depth=3): self.depth = depth\n"
      "  def predict(self): return self.depth\n"
      "class Other:\n  def __init__(self, settings=None): self.name = settings.name\n"
      "  def predict(self): return self.name\n");
  HostedObject object(module.settings(), {});
  CHECK(ask(object, {})["predict"] == Tensor::scalar(std::int64_t{3}));
  Settings settings = module.settings("Other");
  settings.name = "n";
  HostedObject other(settings, {});
  CHECK(ask(other, {})["predict"].strings()[0] == "n");
}

TEST_CASE("a class that does not load is reported with the reason") {
  const PythonHere python;
  const PythonModule module(
      "class Empty: pass\nclass Broken:\n  def load(self): return 1 / 0\n"
      "  def predict(self): pass\nvalue = 3\n");
  CHECK_THAT(hosting_failure(python, module.settings("Empty")),
             contains("TypeError: the class " + module.name() + ".Empty has no method predict"));
  CHECK_THAT(hosting_failure(python, module.settings("Broken")),
             contains("ZeroDivisionError: division by zero\nTraceback") && contains("in load"));
  CHECK_THAT(hosting_failure(python, module.settings("Missing")),
             contains("has no class Missing") && contains(module.name() + ".py"));
  CHECK_THAT(hosting_failure(python, PythonModule("def f(:\n").settings()),
             contains("SyntaxError") && contains("def f(:"));
  CHECK_THAT(hosting_failure(python, PythonModule("import no_such_module\n").settings()),
             contains("ModuleNotFoundError: No module named 'no_such_module'") &&
                 contains("line 1, in <module>"));
  Settings nowhere;
  nowhere.implementation = "no_such_module.Model";
  CHECK_THAT(hosting_failure(python, nowhere), contains("ModuleNotFoundError"));
}

TEST_CASE("a class of coroutines is refused, as nothing would run them") {
  const PythonHere python;
  for (const char* const method :
       {"async def load(self): pass\n  def predict(self, x): return x",
        "async def predict(self, x): return x", "async def predict(self, x): yield x"}) {
    const PythonModule module(std::string("class Model:\n  ") + method + "\n");
    CHECK_THAT(hosting_failure(python, module.settings()),
               contains("TypeError: ") && contains("is an `async def`") && contains("plain `def`"));
  }
}

TEST_CASE(
    "what a generator yields is sent part by part, and it is closed where nobody wants more") {
  const PythonHere python;
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
  HostedObject object(module.settings(), {});
  HeapContext context;
  const auto stream = [&](std::int64_t n, KeptParts& to) {
    return object.predict({{"n", Tensor::scalar(n)}}, to, context);
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
  CHECK(ask(object, {{"n", Tensor::scalar(std::int64_t{-1})}})["ended"] ==
        Tensor::scalar(std::int64_t{3}));
}

TEST_CASE("a request's parameters and its cancellation reach the class") {
  const PythonHere python;
  const PythonModule module(R"(
import inferpool
class Model:
  def predict(self):
    return {'kinds': [type(v).__name__ for v in inferpool.parameters().values()],
            'cancelled': inferpool.cancelled()}
)");
  HostedObject object(module.settings(), {});
  Request request;
  request.parameters = {{"a", true}, {"b", std::int64_t{1}}, {"c", 0.5}, {"d", std::string("x")}};
  HeapContext context;
  Response response = ask(object, request, context);
  CHECK(response["kinds"].strings() ==
        std::vector<std::string_view>{"bool", "int", "float", "str"});
  CHECK(response["cancelled"] == Tensor::scalar(false));
  context.cancel();
  CHECK(ask(object, request, context)["cancelled"] == Tensor::scalar(true));
}

}  // namespace
}  // namespace inferpool::test
