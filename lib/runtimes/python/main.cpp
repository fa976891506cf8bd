// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <inferpool/worker.hpp>

#include "runtimes/python/interpreter.hpp"
#include "runtimes/python/python_model.hpp"

namespace {

using namespace inferpool;

// The model is the last use of Python, so Python's part of the process's end follows it.
class LastModel {
 public:
  LastModel(const Settings& settings, WorkerInfo info) : model_(settings, info) {}
  std::optional<Response> predict(const Request& request, Stream<Response>& stream,
                                  Context& context) {
    return model_.predict(request, stream, context);
  }

 private:
  struct Leaving {
    Leaving() = default;
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;
    ~Leaving() { runtimes::Interpreter::leave(); }
  };
  Leaving leaving_;
  runtimes::PythonModel model_;
};

}  // namespace

int main(int argc, char** argv) { return run_worker<LastModel>(argc, argv); }
