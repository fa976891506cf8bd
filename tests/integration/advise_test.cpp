// SPDX-License-Identifier: Apache-2.0
// inferpool-advise as its users run it, with workers of many kinds.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "integration/model_folder.hpp"
#include "integration/tool_run.hpp"

namespace inferpool::test {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

struct Advise : ModelFolder {
  using ModelFolder::ModelFolder;

  // With the settings and the worker beside this test.
  [[nodiscard]] ToolRun run(const Words& arguments) const {
    Words all{settings(), "--seconds", "0.2"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return {INFERPOOL_ADVISE, all};
  }
  [[nodiscard]] ToolRun run() const { return run({"--input", input()}); }
};

void check_refused(const ToolRun& tool, const std::string& message) {
  CHECK(tool.status == 1);
  CHECK(tool.out.empty());
  CHECK_THAT(tool.err, contains("inferpool-advise: "));
  CHECK_THAT(tool.err, contains(message));
}

TEST_CASE("inferpool-advise says that a pool of many workers pays for a model that waits") {
  const Advise advise(beside_this("timed_worker"), R"({"wait_us": 20000})");
  // So long that the rate of each pool is the median of about five time slices.
  const ToolRun tool =
      advise.run({"--seconds", "3", "--input", advise.input(), "--workers", "3", "--json"});
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  const json report = json::parse(tool.out);
  CHECK(report["model"] == "net");
  CHECK(report["input"] == "FP32 [1, 2]");
  CHECK(report["run"]["median"] >= 0.02);
  CHECK(report["call"]["p50"] >= report["run"]["low"]);
  CHECK(report["call"]["p99"] >= report["call"]["p50"]);
  CHECK(report["overhead"] >= 0);
  REQUIRE(report["pools"].size() == 3);
  CHECK(report["verdict"]["outcome"] == "pays");
  CHECK(report["verdict"]["workers"] > 1);
  // No pool can answer more than its workers have time for. The median is checked, since a single
  // time slice may end just after a call of each worker, and the high end shows that. A tenth is
  // for slices that seem too short, because the caller whose call begins them got a processor late.
  // A call too many in each slice would be a fifth more for one worker.
  for (const json& pool : report["pools"]) {
    CHECK(pool["run"] >= 0.02);
    CHECK(pool["calls_per_second"]["median"] <= 50.0 * pool["workers"].get<double>() * 1.1);
  }
}

TEST_CASE("inferpool-advise says that a pool does not pay for a model without a run time") {
  const Advise advise(beside_this("echo_worker"));
  const ToolRun tool = advise.run();
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  CHECK_THAT(tool.out, contains("net, asked with FP32 [1, 2], on "));
  CHECK_THAT(tool.out, contains("A pool does not pay for throughput"));
}

TEST_CASE("the probe of inferpool-advise runs as long as it is asked to, and longer runs gain") {
  const Advise advise(beside_this("echo_worker"));
  const ToolRun tool = advise.run({"--input", advise.input(), "--json"});
  REQUIRE(tool.status == 0);
  const json report = json::parse(tool.out);
  REQUIRE(report["probe"].size() >= 10);
  CHECK(report["probe"].front()["run"] >= 1e-7);
  CHECK(report["probe"].back()["run"] >= 10 * report["probe"].front()["run"].get<double>());
  CHECK(report["probe"].front()["gain"] < report["probe"].back()["gain"]);
}

TEST_CASE("inferpool-advise asks a model of named tensors with named inputs") {
  const Advise advise(beside_this("actor_worker"));
  const ToolRun tool =
      advise.run({"--input", "a=" + advise.input(), "--input", "b=" + advise.input()});
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  CHECK_THAT(tool.out, contains("net, asked with a FP32 [1, 2], b FP32 [1, 2], on "));
}

TEST_CASE("inferpool-advise says which input a model takes, if it is given another one") {
  const Advise named(beside_this("actor_worker"));
  check_refused(named.run(), "takes named tensors (a Request): give each input its name");
  const Advise unnamed(beside_this("echo_worker"));
  check_refused(unnamed.run({"--input", "x=" + unnamed.input()}),
                "takes one tensor without a name (a Tensor): --input x.npy");
  const Advise strings(beside_this("string_worker"));
  check_refused(strings.run(), "its model is \"string -> string\"; what is not known by its C++");
}

TEST_CASE("inferpool-advise tells the error of a model that throws or dies, and ends with 1") {
  const Advise throws(beside_this("timed_worker"), R"({"throw_at": 1})");
  check_refused(throws.run(), "no such digit");
  const Advise dies(beside_this("timed_worker"), R"({"die_at": 1})");
  check_refused(dies.run(), "worker_lost: ");
  // Each call takes longer than any of the times for which a single caller asks. So that one makes
  // six calls, however slow the machine is, and the eighth is one of several callers'.
  const Advise dies_late(beside_this("timed_worker"), R"({"wait_us": 20000, "die_at": 8})");
  check_refused(dies_late.run(), "SIGKILL");
}

TEST_CASE("inferpool-advise draws its figures, and if it cannot, says so behind them") {
  const Advise advise(beside_this("echo_worker"));
  const std::string picture = advise.folder() / "curve.svg";
  CHECK(advise.run({"--input", advise.input(), "--svg", picture}).status == 0);
  CHECK_THAT(read_file(picture), contains("<svg ") && contains(">net, asked with FP32 [1, 2]"));
  const ToolRun none =
      advise.run({"--input", advise.input(), "--svg", advise.folder() / "none/curve.svg"});
  CHECK(none.status == 1);
  CHECK_THAT(none.out, contains("times in-process"));
  CHECK_THAT(none.err, contains("none/curve.svg cannot be written: No such file or directory"));
}

TEST_CASE("inferpool-advise tells what is wrong with its files") {
  const Advise advise(beside_this("echo_worker"));
  check_refused(advise.run({"--input", advise.folder() / "none.npy"}), "No such file");
  check_refused(advise.run({"--input", advise.settings()}), "is not a .npy file");
  write_file(advise.folder() / "text.npy", npy_of("<U1", "(1,)", "a"));
  check_refused(advise.run({"--input", advise.folder() / "text.npy"}),
                "elements of the type <U1; accepted: bool");
  const Advise absent("absent_worker");
  check_refused(absent.run(), "worker executable \"absent_worker\" was not found");
  check_refused(advise.run({"--input", advise.input(), "--worker", "./absent"}),
                "there is no such file");
}

TEST_CASE("inferpool-advise takes another worker, or the one beside the settings") {
  const Advise advise("timed_worker");
  CHECK(advise.run({"--input", advise.input(), "--worker", beside_this("timed_worker")}).status ==
        0);
  std::filesystem::copy_file(beside_this("timed_worker"), advise.folder() / "timed_worker");
  CHECK(advise.run().status == 0);
}

TEST_CASE("inferpool-advise ends with 2 for wrong usage, and explains itself with --help") {
  const ToolRun wrong(INFERPOOL_ADVISE, {"--fast"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, contains("unknown argument \"--fast\"\nUsage: inferpool-advise "));
  const ToolRun help(INFERPOOL_ADVISE, {"--help"});
  CHECK(help.status == 0);
  CHECK_THAT(help.out, contains("Usage: inferpool-advise ") && contains("Exit status: 0, "));
  CHECK(help.err.empty());
}

}  // namespace
}  // namespace inferpool::test
