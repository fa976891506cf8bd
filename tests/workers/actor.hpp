// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <inferpool/model.hpp>

#include "settings/packed_settings.hpp"
#include "workers/gate.hpp"

namespace inferpool::test {

// A model that does what the parameter "do" says; without it, it gives back what it was given.
class Actor {
 public:
  // Settings that change its load: `uri` names a gate to pass first; `extra` with "fail" in it
  // throws.
  Actor(const Settings& settings, WorkerInfo info) : settings_(settings), info_(info) {
    if (!settings.uri.empty()) Gate(settings.uri).pass();
    if (settings.extra.find("fail") != std::string::npos)
      throw std::runtime_error("the weights are missing");
  }

  Response predict(const Request& request, Context& context) {
    static const std::map<std::string_view, Act, std::less<>> kActs = {
        {"echo", &Actor::echo},        {"who", &Actor::who},
        {"pass", &Actor::pass},        {"meet", &Actor::meet},
        {"throw", &Actor::fail},       {"die", &Actor::die},
        {"context", &Actor::describe}, {"output", &Actor::output},
        {"large", &Actor::large},      {"keep", &Actor::keep},
        {"kept", &Actor::kept},        {"premade", &Actor::premade},
        {"write", &Actor::write},      {"to the end", &Actor::until_cancelled},
        {"settings", &Actor::settings}};
    const Parameter* act = find(request, "do");
    return (this->*kActs.at(act ? std::get<std::string>(*act) : "echo"))(request, context);
  }

 private:
  using Act = Response (Actor::*)(const Request&, Context&);

  static const Parameter* find(const Request& request, std::string_view name) {
    const auto found = request.parameters.find(name);
    return found == request.parameters.end() ? nullptr : &found->second;
  }
  template <typename T>
  static T get(const Request& request, std::string_view name) {
    return std::get<T>(*find(request, name));
  }

  Response echo(const Request& request, Context& /*context*/) {
    Response response;
    for (const NamedTensor& input : request.inputs) response.outputs.add(input.name, input.tensor);
    response.parameters = request.parameters;
    return response;
  }

  Response who(const Request& /*request*/, Context& /*context*/) {
    Response response;
    response.parameters = {{"pid", std::int64_t{getpid()}},
                           {"index", std::int64_t{info_.index}},
                           {"generation", std::int64_t{info_.generation}},
                           {"extra", settings_.extra},
                           {"main thread", syscall(SYS_gettid) == getpid()}};
    return response;
  }

  // All settings, packed, and the variable of the environment that has the name "variable".
  Response settings(const Request& request, Context& /*context*/) {
    const char* const value = std::getenv(get<std::string>(request, "variable").c_str());
    Response response;
    response.parameters = {{"settings", settings::pack(settings_)},
                           {"value", value != nullptr ? value : ""}};
    return response;
  }

  // Waits at the gate "gate", then gives back what it was given.
  Response pass(const Request& request, Context& context) {
    Gate(get<std::string>(request, "gate")).pass();
    return echo(request, context);
  }

  // Waits until "count" runs are at the gate at once.
  Response meet(const Request& request, Context& context) {
    Gate(get<std::string>(request, "gate"))
        .meet(static_cast<std::uint32_t>(get<std::int64_t>(request, "count")));
    return echo(request, context);
  }

  Response fail(const Request& request, Context& /*context*/) {
    throw std::domain_error(get<std::string>(request, "text"));
  }

  Response die(const Request& /*request*/, Context& /*context*/) {
    raise(SIGKILL);
    return {};
  }

  Response describe(const Request& /*request*/, Context& context) {
    Response response;
    response.parameters["cancelled"] = context.cancelled();
    response.parameters["traceparent"] = std::string(context.traceparent());
    if (const auto deadline = context.deadline()) {
      response.parameters["seconds left"] =
          std::chrono::duration<double>(*deadline - std::chrono::steady_clock::now()).count();
    }
    return response;
  }

  // "count" floats of "value", written into an output that lies in shared memory already.
  Response output(const Request& request, Context& context) {
    Tensor tensor = context.output<float>({get<std::int64_t>(request, "count")});
    std::ranges::fill(tensor.mutable_values<float>(),
                      static_cast<float>(get<double>(request, "value")));
    return {{"output", std::move(tensor)}};
  }

  // The same, from the worker's own memory.
  Response large(const Request& request, Context& /*context*/) {
    Tensor tensor(Datatype::kFp32, {get<std::int64_t>(request, "count")});
    std::ranges::fill(tensor.mutable_values<float>(),
                      static_cast<float>(get<double>(request, "value")));
    return {{"output", std::move(tensor)}};
  }

  Response keep(const Request& request, Context& context) {
    kept_ = request;
    return echo(request, context);
  }
  Response kept(const Request& /*request*/, Context& context) { return echo(kept_, context); }

  // One and the same output for all requests, made at the first.
  Response premade(const Request& request, Context& context) {
    if (premade_.outputs.empty()) premade_ = output(request, context);
    return {{"output", premade_["output"]}};
  }
  // Writes to the tensor that it gave out before, then gives that out again.
  Response write(const Request& request, Context& /*context*/) {
    Tensor tensor = premade_["output"];
    premade_ = {};
    std::ranges::fill(tensor.mutable_values<float>(),
                      static_cast<float>(get<double>(request, "value")));
    premade_.outputs.add("output", tensor);
    return {{"output", tensor}};
  }

  Response until_cancelled(const Request& request, Context& context) {
    Gate(get<std::string>(request, "gate")).meet(1);
    while (!context.cancelled()) sched_yield();
    return {};
  }

  Settings settings_;
  WorkerInfo info_;
  Request kept_;
  Response premade_;
};

// The same for several threads at once: the acts that remember something are not to be used.
class ThreadSafeActor : public Actor {
 public:
  static constexpr bool thread_safe = true;
  using Input = Request;
  using Output = Response;
  using Actor::Actor;
};

}  // namespace inferpool::test
