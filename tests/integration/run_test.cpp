// SPDX-License-Identifier: Apache-2.0
// inferpool-run as its users run it, with workers of many kinds.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "integration/model_folder.hpp"
#include "integration/tool_run.hpp"
#include "tools/npy.hpp"
#include "tools/npy_writer.hpp"
#include "unit/settings/scoped_variable.hpp"

namespace inferpool::test {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

struct Runner : ModelFolder {
  using ModelFolder::ModelFolder;

  // With the settings and one worker.
  [[nodiscard]] ToolRun run(const Words& arguments) const {
    Words all{settings(), "--workers", "1"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return {INFERPOOL_RUN, all};
  }
  [[nodiscard]] ToolRun run() const { return run({"--input", input()}); }
};

// A model of named inputs, which is asked for so many scores.
struct Labels : Runner {
  explicit Labels(std::int64_t scores, const std::string& extra = "{}")
      : Runner(beside_this("label_worker"), extra), n_("n=" + (folder() / "n.npy")) {
    tools::write_npy(folder() / "n.npy", Tensor::scalar(scores).reshaped({1}));
  }
  [[nodiscard]] ToolRun ask(Words more = {}) const {
    more.insert(more.begin(), {"--input", n_});
    return run(more);
  }

 private:
  std::string n_;
};

void check_refused(const ToolRun& tool, const std::string& message) {
  CAPTURE(tool.out, tool.err);
  CHECK(tool.status == 1);
  CHECK(tool.out.empty());
  CHECK_THAT(tool.err, contains("inferpool-run: "));
  CHECK_THAT(tool.err, contains(message));
}

TEST_CASE("inferpool-run prints what the model answers, how long it took, and its workers") {
  const Runner runner(beside_this("echo_worker"));
  remove_file(runner.input());
  tools::write_npy(runner.input(), Tensor::from(std::array{1.5F, -2.0F}, {1, 2}));
  const ToolRun tool = runner.run();
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  CHECK_THAT(tool.out,
             contains("net, asked with FP32 [1, 2]\n\noutput FP32 [1, 2]\n[[1.5  -2]]\n"));
  CHECK_THAT(tool.out, contains("Loading took ") && contains(", the call "));
  CHECK_THAT(tool.out, contains("     ready           1           1\n"));
}

TEST_CASE("inferpool-run starts as many workers as it is told, else as the settings say") {
  const Runner runner(beside_this("echo_worker"));
  const auto workers = [&](const Words& words) {
    Words all{runner.settings(), "--input", runner.input(), "--json"};
    all.insert(all.end(), words.begin(), words.end());
    const ToolRun tool(INFERPOOL_RUN, all);
    CAPTURE(tool.err);
    REQUIRE(tool.status == 0);
    return json::parse(tool.out)["workers"].size();
  };
  CHECK(workers({"--workers", "2"}) == 2);
  const ScopedVariable variable("MLSERVER_MODEL_PARALLEL_WORKERS", "3");
  CHECK(workers({}) == 3);
}

TEST_CASE("inferpool-run says why it cannot run a model in its own process") {
  const Runner runner(beside_this("echo_worker"));
  const ToolRun usage = runner.run({"--input", runner.input(), "--workers", "0"});
  CHECK(usage.status == 2);
  CHECK_THAT(usage.err,
             contains("--workers 0 would run the model in this program, which does not"));
  const ScopedVariable variable("MLSERVER_MODEL_PARALLEL_WORKERS", "0");
  check_refused({INFERPOOL_RUN, {runner.settings(), "--input", runner.input()}},
                "which does not contain it; give --workers 1");
}

TEST_CASE("inferpool-run repeats a call, and its statistics count each one") {
  const Runner runner(beside_this("timed_worker"), R"({"wait_us": 1000})");
  const ToolRun tool = runner.run({"--input", runner.input(), "--repeat", "20", "--json"});
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  const json report = json::parse(tool.out);
  CHECK(report["timing"]["calls"] == 20);
  CHECK(report["timing"]["median"] >= 1e-3);
  CHECK(report["timing"]["p99"] >= report["timing"]["median"]);
  CHECK(report["timing"]["stages"]["run"] >= 1e-3);
  CHECK(report["workers"][0]["served"] == 20);
  CHECK_THAT(runner.run({"--input", runner.input(), "--repeat", "3"}).out,
             contains("the first of 3 calls "));
}

TEST_CASE("inferpool-run asks a model of named tensors, and prints each output") {
  const Labels labels(2);
  const ToolRun tool = labels.ask();
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  CHECK_THAT(tool.out, contains("net, asked with n INT64 [1]\n"));
  CHECK_THAT(tool.out, contains("label BYTES [2]\n[\"a \\\"cat\\\"\" \"no\xff\"]\n"));
  CHECK_THAT(tool.out, contains("score FP32 [2]\n[0.5 1.5]\n"));
  CHECK_THAT(tool.out, contains("parameter ok = true\n"));
}

TEST_CASE("inferpool-run shortens a large output in text, and has it whole in JSON") {
  const Labels labels(2000);
  CHECK_THAT(labels.ask().out, contains("[   0.5    1.5    2.5 ... 1997.5 1998.5 1999.5]"));
  const json report = json::parse(labels.ask({"--json"}).out);
  REQUIRE(report["outputs"][1]["data"].size() == 2000);
  CHECK(report["outputs"][1]["data"][1234] == 1234.5);
  CHECK(report["outputs"][0]["data"] == json::parse(R"(["a \"cat\"", [110, 111, 255]])"));
}

TEST_CASE("inferpool-run writes the output of a model to a .npy file") {
  const Runner runner(beside_this("echo_worker"));
  const std::string file = runner.folder() / "y.npy";
  const ToolRun tool = runner.run({"--input", runner.input(), "--output", file});
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  CHECK(tools::read_npy(file) == tools::read_npy(runner.input()));
  CHECK_THAT(tool.out, contains("output FP32 [1, 2]\n\nLoading"));
}

TEST_CASE("inferpool-run writes the outputs that are named, and lists the names there are") {
  const Labels labels(3);
  const std::string file = labels.folder() / "y.npy";
  REQUIRE(labels.ask({"--output", "score=" + file}).status == 0);
  CHECK(tools::read_npy(file) == Tensor::from(std::array{0.5F, 1.5F, 2.5F}, {3}));
  check_refused(labels.ask({"--output", file}), "the model has 2 outputs: label score; say which");
  check_refused(labels.ask({"--output", "scores=" + file}),
                "no tensor has the name \"scores\": there are \"label\", \"score\"");
  check_refused(labels.ask({"--output", "label=" + file}), ".npy has no type for BYTES");
}

TEST_CASE("inferpool-run says which input a model takes, if it is given another one") {
  const Labels named(1);
  check_refused(named.run(), "takes named tensors (a Request): give each input its name");
  check_refused(named.run({"--input", "m=" + named.input()}), "no tensor has the name \"n\"");
}

TEST_CASE("inferpool-run tells the error of a call, and which one of many it was") {
  const Runner throws(beside_this("timed_worker"), R"({"throw_at": 3})");
  const ToolRun tool = throws.run({"--input", throws.input(), "--repeat", "5"});
  check_refused(tool, "model_failed: call 3 of 5: ");
  CHECK_THAT(tool.err, contains("no such digit"));
  const Runner absent("absent_worker");
  check_refused(absent.run(), "worker executable \"absent_worker\" was not found");
}

TEST_CASE("inferpool-run tells what a worker wrote before it died") {
  const Labels labels(1, R"({"last words": "out of luck"})");
  const ToolRun text = labels.ask();
  check_refused(text, "SIGKILL");
  CHECK_THAT(text.err, contains("  phase: running\n  the worker's last output:\nout of luck\n"));

  const ToolRun tool = labels.ask({"--json"});
  CHECK(tool.status == 1);
  const json error = json::parse(tool.out)["error"];
  CHECK(error["code"] == "worker_lost");
  CHECK(error["signal"] == 9);
  CHECK(error["pid"] > 0);
  CHECK(error["stderr_tail"] == "out of luck\n");
}

TEST_CASE("inferpool-run asks a model that has no inputs", "[W16]") {
  const Runner runner(beside_this("actor_worker"));
  const ToolRun tool = runner.run({"--no-inputs"});
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  CHECK_THAT(tool.out, contains("net, asked with no inputs\n"));
}

TEST_CASE("inferpool-run asks inferpool-onnx what computes, and needs no answer") {
  const ScratchFolder folder;
  const auto computed_by = [&](const std::string& name, const std::string& extra) {
    const std::string worker = folder / name;
    if (!exists(worker)) std::filesystem::create_symlink(beside_this("label_worker"), worker);
    const Runner runner(worker, extra);
    const std::string input = runner.folder() / "n.npy";
    tools::write_npy(input, Tensor::scalar(std::int64_t{2}).reshaped({1}));
    const json report = json::parse(runner.run({"--input", "n=" + input, "--json"}).out);
    CHECK(report["outputs"].size() == 2);
    CHECK(report["workers"][0]["served"] == 1);
    return report["computed_by"];
  };
  constexpr const char* kTells = R"({"platform": "an abacus"})";
  CHECK(computed_by("inferpool-onnx", kTells) == "an abacus");
  CHECK(computed_by("inferpool-onnx", "{}").is_null());  // it takes the question for a request
  CHECK(computed_by("another_worker", kTells).is_null());
}

TEST_CASE("inferpool-run asks with tensors of any name, and writes such outputs", "[W16]") {
  const Runner runner(beside_this("actor_worker"));
  const std::string file = runner.folder() / "y=1.npy";
  for (const std::string name : {"gpu_0/data_0", "--help", "a b", "x:0"}) {
    CAPTURE(name);
    const ToolRun tool = runner.run({"--input", name + '=' + runner.input()});
    CHECK(tool.status == 0);
    CHECK_THAT(tool.out, contains("\n" + name + " FP32 [1, 2]\n"));
  }
  for (const std::string name : {"a=b", "=", "--input"}) {
    CAPTURE(name);
    const ToolRun tool = runner.run({"--input-tensor", name, runner.input(), "--input",
                                     "n=" + runner.input(), "--output-tensor", name, file});
    CAPTURE(tool.err);
    CHECK(tool.status == 0);
    CHECK(tools::read_npy(file) == tools::read_npy(runner.input()));
    remove_file(file);
  }
}

TEST_CASE("inferpool-run takes a path with an = as a whole if it is told to", "[W16]") {
  const Runner runner(beside_this("echo_worker"));
  const std::string file = runner.folder() / "lr=0.1.npy";
  REQUIRE(runner.run({"--input", runner.input(), "--output-file", file}).status == 0);
  check_refused(runner.run({"--input", file}),
                "; the file " + file + " is taken whole by --input-file ");
  CHECK(runner.run({"--input-file", file}).status == 0);
}

TEST_CASE("inferpool-run warns of fields that it does not know, once", "[W13]") {
  const Runner runner(beside_this("echo_worker"));
  json settings = json::parse(read_file(runner.settings()));
  settings["version"] = "v1";
  settings["storage"] = nullptr;
  remove_file(runner.settings());
  write_file(runner.settings(), settings.dump());
  const ToolRun tool = runner.run();
  CHECK(tool.status == 0);
  CHECK(tool.err == runner.settings() +
                        ": warning: fields that are not known here are ignored: "
                        "storage, version (was parameters.version meant?)\n");
}

TEST_CASE("inferpool-run says that nobody reads what it prints, and fails", "[W20]") {
  const Runner runner(beside_this("echo_worker"));
  const Words words{runner.settings(), "--input", runner.input(), "--workers", "1"};
  const ToolRun full(INFERPOOL_RUN, words, [](posix_spawn_file_actions_t* actions) {
    ::posix_spawn_file_actions_addopen(actions, 1, "/dev/full", O_WRONLY, 0);
  });
  check_refused(full, "stdout cannot be written: No space left on device");

  const ToolRun closed(INFERPOOL_RUN, words, [](posix_spawn_file_actions_t* actions) {
    ::posix_spawn_file_actions_addclose(actions, 1);
  });
  check_refused(closed, "stdout is closed");

  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  ::close(ends[0]);
  const ToolRun broken(INFERPOOL_RUN, {"--help"}, [&](posix_spawn_file_actions_t* actions) {
    ::posix_spawn_file_actions_adddup2(actions, ends[1], 1);
  });
  ::close(ends[1]);
  check_refused(broken, "stdout cannot be written: Broken pipe");
}

TEST_CASE("A worker asked by --check fails if its answer cannot be written", "[W20]") {
  const Runner runner(beside_this("echo_worker"));
  const ToolRun full(beside_this("echo_worker"), {"--check", runner.settings()},
                     [](posix_spawn_file_actions_t* actions) {
                       ::posix_spawn_file_actions_addopen(actions, 1, "/dev/full", O_WRONLY, 0);
                     });
  CHECK(full.status == 1);
  CHECK_THAT(full.err, contains("writing to stdout") && contains("No space left on device"));
}

TEST_CASE("inferpool-run ends with 2 for wrong usage, and explains itself with --help") {
  const ToolRun wrong(INFERPOOL_RUN, {"--fast"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, contains("unknown argument \"--fast\"\nUsage: inferpool-run "));
  const ToolRun help(INFERPOOL_RUN, {"--help"});
  CHECK(help.status == 0);
  CHECK_THAT(help.out, contains("Usage: inferpool-run ") && contains("--input NAME=FILE.npy") &&
                           contains("Exit status: 0; "));
  CHECK(help.err.empty());
}

}  // namespace
}  // namespace inferpool::test
