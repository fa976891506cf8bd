// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_session.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/eventually.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"

namespace inferpool::test {
namespace {

using namespace runtimes::ort;
using runtimes::NetworkOptions;

Env make_env() {
  OrtEnv* env = nullptr;
  check(api().CreateEnv(ORT_LOGGING_LEVEL_FATAL, "test", &env));
  return Env(env);
}

// What a session answers to an "x" of FP32, as "y" of FP32.
std::vector<float> answer(OrtSession* session, const Tensor& x) {
  OrtMemoryInfo* taken = nullptr;
  check(api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &taken));
  const MemoryInfo memory(taken);
  const Value input = view(memory.get(), x.datatype(), x.shape(), x.bytes());
  const char* const in_name = "x";
  const char* const out_name = "y";
  const OrtValue* const in = input.get();
  OrtValue* out = nullptr;
  check(api().Run(session, nullptr, &in_name, &in, 1, &out_name, 1, &out));
  const Value output(out);
  void* data = nullptr;
  check(api().GetTensorMutableData(output.get(), &data));
  const auto* const values = static_cast<const float*>(data);
  return {values, values + shape_of(output.get()).elements()};
}

TEST_CASE("weights beside a network are the session's own, up to the size that one may have",
          "[W5]") {
  const Env env = make_env();
  const ScratchFolder folder;
  const std::string bytes = network_with_weights_beside(place_of_w("w.bin"), place_of_b("w.bin"));
  write_file(folder / "net.onnx", bytes);
  write_file(folder / "w.bin", weights_beside());
  const Tensor x = Tensor::from(std::vector<float>{1, 1, 1}, {1, 3});
  const Session inside = make_session(env.get(), bytes, folder / "net.onnx", {.threads = 1});
  CHECK(answer(inside.get(), x) == std::vector<float>{16, 35});
  const Session mapped = make_session(env.get(), bytes, folder / "net.onnx", {.threads = 1}, 100);
  CHECK(answer(mapped.get(), x) == std::vector<float>{16, 35});
  // Weights that are not read into the session are checked all the same.
  std::filesystem::resize_file(folder / "w.bin", 31);
  CHECK_THROWS_WITH(make_session(env.get(), bytes, folder / "net.onnx", {.threads = 1}, 100),
                    contains("has 31 bytes where they need 8 from byte 24 on"));
}

TEST_CASE("weights of the branches of a network may lie beside it, too", "[W5]") {
  const ScratchFolder folder;
  const auto branch = [](const std::string& offset) {
    return text(1, node("Add", {"x", "w"}, {"sum"})) + text(2, "branch") +
           text(5, tensor_beside("w", {2}, {"w.bin", offset, "8"})) + text(12, port("sum", 1, {2}));
  };
  const auto attribute = [](const char* name, const std::string& graph) {
    return text(5, text(1, name) + text(6, graph) + number(20, 5));
  };
  const std::string constant =
      text(5, text(1, "value") + number(20, 4) +
                  text(5, number(2, 9) + text(8, "c") +
                              text(13, text(1, "location") + text(2, "c.bin")) + number(14, 1)));
  const std::string bytes =
      model(text(1, node("Constant", {}, {"condition"}, constant)) +
            text(1, node("If", {"condition"}, {"y"},
                         attribute("then_branch", branch("0")) +
                             attribute("else_branch", branch("24")))) +
            text(2, "choice") + text(11, port("x", 1, {2})) + text(12, port("y", 1, {2})));
  write_file(folder / "w.bin", weights_beside());
  write_file(folder / "c.bin", std::string(1, '\0'));
  const Env env = make_env();
  const Session session = make_session(env.get(), bytes, folder / "net.onnx", {.threads = 1});
  CHECK(answer(session.get(), Tensor::from(std::vector<float>{1, 2}, {2})) ==
        std::vector<float>{11, 22});
}

// --- what idle threads cost ---

std::set<std::string> threads() {
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    ids.insert(entry.path().filename());
  }
  return ids;
}

// Nanoseconds that a thread has had a processor.
std::uint64_t processor_time(const std::string& thread) {
  std::uint64_t time = 0;
  std::ifstream("/proc/self/task/" + thread + "/schedstat") >> time;
  return time;
}

bool sleeps(const std::string& thread) {
  const std::string status = read_file("/proc/self/task/" + thread + "/stat");
  return status.compare(status.rfind(')') + 2, 1, "S") == 0;
}

// Processor time that the session's idle threads take after a run, until they sleep, in several
// runs.
std::vector<std::uint64_t> times_after_run(const NetworkOptions& options) {
  constexpr std::int64_t kWidth = 512;
  const Env env = make_env();
  const ScratchFolder folder;
  // Large enough to be shared among threads.
  const std::string bytes =
      model(text(1, node("MatMul", {"x", "w"}, {"y"})) + text(2, "wide") +
            text(5, tensor_beside("w", {kWidth, kWidth}, {"w.bin"})) +
            text(11, port("x", 1, {-1, kWidth})) + text(12, port("y", 1, {-1, kWidth})));
  write_file(folder / "w.bin", std::string(4 * kWidth * kWidth, '\0'));
  const std::set<std::string> before = threads();
  const Session session = make_session(env.get(), bytes, folder / "net.onnx", options);
  std::set<std::string> own = threads();
  for (const std::string& thread : before) own.erase(thread);
  REQUIRE(own.size() == 2);  // and the one that asks
  const Tensor x(Datatype::kFp32, {64, kWidth});
  const auto asleep = [&] { return std::ranges::all_of(own, sleeps); };
  const auto total = [&] {
    std::uint64_t sum = 0;
    for (const std::string& thread : own) sum += processor_time(thread);
    return sum;
  };
  std::vector<std::uint64_t> times;
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(answer(session.get(), x));
    const std::uint64_t at_end = total();
    REQUIRE(eventually(asleep));
    times.push_back(total() - at_end);
  }
  return times;
}

TEST_CASE("idle threads of ONNX Runtime sleep as soon as a run is over", "[W11]") {
  // Threads that spin may have slept before their time was read, and others may have had to end
  // their part of the run.
  const std::uint64_t spinning =
      std::ranges::max(times_after_run({.threads = 3, .spinning = true}));
  const std::uint64_t sleeping = std::ranges::min(times_after_run({.threads = 3}));
  CAPTURE(spinning, sleeping);
  CHECK(spinning > 1'000'000);
  CHECK(sleeping < 300'000);
}

}  // namespace
}  // namespace inferpool::test
