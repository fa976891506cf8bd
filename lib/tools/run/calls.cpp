// SPDX-License-Identifier: Apache-2.0
#include "tools/run/calls.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::tools {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void refuse_no_workers(const Settings& settings) {
  if (*settings.workers != 0) return;
  throw Error(ErrorCode::kInvalidSettings,
              "the settings (parallel_workers, or MLSERVER_MODEL_PARALLEL_WORKERS) ask for 0 "
              "workers: the model would run in this program, which does not contain it; give "
              "--workers 1");
}

// The error of one call of many, with its number.
Error numbered(const Error& error, int number, int count) {
  std::string_view text = error.what();
  text.remove_prefix(std::min(text.size(), name(error.code()).size() + 2));  // "<code>: "
  return {error.code(), core::formatted("call {} of {}: {}", number, count, text), error.details()};
}

// The library that computes the model, if its worker is one that tells. Any other model would take
// the question for a request of its own.
std::string computed_by(UntypedPool& pool, const Settings& settings, const ModelInput& input) {
  const bool tells = std::filesystem::path(settings.worker).filename() == "inferpool-onnx";
  if (!tells || !std::holds_alternative<Request>(input)) return {};
  Request question;
  question.parameters["metadata"] = true;
  try {
    const ModelOutput answer = pool.infer(question);
    const Parameters& told = std::get<Response>(answer).parameters;
    const auto platform = told.find("platform");
    const auto* text =
        platform == told.end() ? nullptr : std::get_if<std::string>(&platform->second);
    return text == nullptr ? std::string() : *text;
  } catch (const Error&) {
    return {};  // the calls have their answers all the same
  }
}

}  // namespace

Calls make_calls(Settings settings, const ModelInput& input, int count) {
  detail::resolve_workers(settings);
  refuse_no_workers(settings);
  settings.start_in_background = false;
  Calls calls;
  Clock::time_point begin = Clock::now();
  UntypedPool pool(settings, input);
  calls.loading = seconds_since(begin);
  for (int i = 0; i < count; ++i) {
    begin = Clock::now();
    try {
      calls.output = pool.infer(input);
    } catch (const Error& error) {
      if (count == 1) throw;
      throw numbered(error, i + 1, count);
    }
    calls.times.push_back(seconds_since(begin));
  }
  calls.stats = pool.stats();  // without the question that follows
  calls.computed_by = computed_by(pool, settings, input);
  return calls;
}

}  // namespace inferpool::tools
