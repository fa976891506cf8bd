// SPDX-License-Identifier: Apache-2.0
#include "tools/run/report.hpp"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using namespace tools;
using namespace std::chrono_literals;
using nlohmann::json;

Calls made_up_calls(ModelOutput output) {
  Calls calls{.loading = 0.025, .times = {3e-3, 1e-3, 2e-3}, .output = std::move(output)};
  calls.stats.stages = {.queue = 1us, .wake = 40us, .run = 900us};
  calls.stats.workers = {
      {.index = 0, .generation = 1, .pid = 77, .state = WorkerState::kReady, .served = 3}};
  return calls;
}

const Tensor kNumbers = Tensor::from(std::array{1.0F, 0.5F}, {2});

TEST_CASE("a report names the model and its input, and has outputs, times and workers") {
  const std::string text = to_text({"net", "FP32 [1]"}, made_up_calls(kNumbers), true);
  CHECK(text ==
        "net, asked with FP32 [1]\n"
        "\n"
        "output FP32 [2]\n"
        "[  1 0.5]\n"
        "\n"
        "Loading took 25 ms, the first of 3 calls 3.0 ms, their median 2.0 ms, p99 3.0 ms.\n"
        "On average: copy in 0 ns, queue 1.0 us, wake 40 us, run 900 us, copy out 0 ns.\n"
        "\n"
        "worker       pid     state  generation      served\n"
        "     0        77     ready           1           3\n");
}

TEST_CASE("a report names what computes the model, where its worker tells") {
  Calls calls = made_up_calls(kNumbers);
  CHECK(json::parse(to_json({"net", "FP32 [1]"}, calls))["computed_by"].is_null());
  calls.computed_by = "OpenCV 4.6.0";
  CHECK_THAT(to_text({"net", "FP32 [1]"}, calls, true),
             contains("net, computed by OpenCV 4.6.0, asked with FP32 [1]\n\noutput"));
  CHECK(json::parse(to_json({"net", "FP32 [1]"}, calls))["computed_by"] == "OpenCV 4.6.0");
}

TEST_CASE("a report of one call has its time alone, and may leave out the elements") {
  Calls calls = made_up_calls(kNumbers);
  calls.times = {0.004};
  const std::string text = to_text({"net", "FP32 [1]"}, calls, false);
  CHECK_THAT(text, contains("\noutput FP32 [2]\n\nLoading took 25 ms, the call 4.0 ms: copy in "));
}

TEST_CASE("a report has each output of a Response, its parameters, and the workers that died") {
  constexpr std::string_view kCat[] = {"cat"};
  Response response{{"score", kNumbers}, {"label", Tensor::from_strings(kCat)}};
  response.parameters = {{"ok", true}, {"why", std::string("a\nb")}};
  Calls calls = made_up_calls(response);
  CHECK_THAT(to_text({}, calls, true), !contains("died"));
  calls.stats.deaths = 2;
  calls.stats.retried = 1;
  calls.stats.restarts = 2;
  const std::string text = to_text({}, calls, true);
  CHECK_THAT(text, contains("score FP32 [2]\n[  1 0.5]\n"));
  CHECK_THAT(text, contains("label BYTES [1]\n[\"cat\"]\n"));
  CHECK_THAT(text, contains("parameter ok = true\nparameter why = \"a\\nb\"\n"));
  CHECK_THAT(text,
             contains("Workers died: 2; started again: 2; runs given to another worker: 1.\n"));
}

TEST_CASE("the JSON report has everything, in seconds") {
  const json report = json::parse(to_json({"net", "FP32 [1]"}, made_up_calls(kNumbers)));
  CHECK(report["model"] == "net");
  CHECK(report["input"] == "FP32 [1]");
  CHECK(report["outputs"] ==
        json::parse(R"([{"name": "output", "datatype": "FP32", "shape": [2], "data": [1, 0.5]}])"));
  CHECK(report["timing"]["loading"] == 0.025);
  CHECK(report["timing"]["calls"] == 3);
  CHECK(report["timing"]["first"] == 3e-3);
  CHECK(report["timing"]["median"] == 2e-3);
  CHECK(report["timing"]["stages"]["run"] == 900e-6);
  CHECK(
      report["workers"] ==
      json::parse(R"([{"index": 0, "pid": 77, "state": "ready", "generation": 1, "served": 3}])"));
  CHECK(report["deaths"] == 0);
}

TEST_CASE("the JSON report keeps what JSON has no form for") {
  using Limits = std::numeric_limits<double>;
  constexpr std::string_view kTexts[] = {"gr\u00fcn", "\xff\x01"};
  Response response{{"n", Tensor::from(std::array{Limits::quiet_NaN(), Limits::infinity(),
                                                  -Limits::infinity(), 0.1},
                                       {4})},
                    {"text", Tensor::from_strings(kTexts)}};
  response.parameters = {{"n", std::int64_t{5}}, {"raw", std::string("\xff")}};
  const json report = json::parse(to_json({}, made_up_calls(response)));
  CHECK(report["outputs"][0]["data"] == json::parse(R"(["NaN", "Infinity", "-Infinity", 0.1])"));
  CHECK(report["outputs"][1]["data"] == json::parse("[\"gr\u00fcn\", [255, 1]]"));
  CHECK(report["parameters"] == json::parse(R"({"n": 5, "raw": [255]})"));
}

TEST_CASE("the JSON report has every element of a large output") {
  const json report = json::parse(to_json({}, made_up_calls(Tensor(Datatype::kInt16, {50, 100}))));
  CHECK(report["outputs"][0]["data"].size() == 5000);
}

TEST_CASE("an error in JSON has its code, its text and its details") {
  ErrorDetails details;
  details.phase = Phase::kRunning;
  details.pid = 5;
  details.signal = 9;
  details.stderr_tail = "oh \xff";
  const json report = json::parse(to_json(Error(ErrorCode::kWorkerLost, "gone", details)));
  CHECK(report["error"]["code"] == "worker_lost");
  CHECK(report["error"]["text"] == "worker_lost: gone");
  CHECK(report["error"]["phase"] == "running");
  CHECK(report["error"]["signal"] == 9);
  CHECK(report["error"]["exit_status"].is_null());
  CHECK(report["error"]["stderr_tail"] == "oh \ufffd");
}

}  // namespace
}  // namespace inferpool::test
