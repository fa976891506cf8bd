// SPDX-License-Identifier: Apache-2.0
// A host that makes a memory cgroup of 512 MiB and enters it: cgroup_host MODE FOLDER. Prints the
// group's folder, so that the test can remove it, and then one line per step. Prints "skipped" and
// the reason if no group can be made.
//   fill  loans, held outputs and queued payloads until the pool refuses, with the default settings
//   kill  a model that takes more memory than the group has
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "integration/actor_calls.hpp"

namespace {

using namespace inferpool;
using namespace inferpool::test;

constexpr std::uint64_t kLimit = 512 * kMiB;
constexpr std::int64_t kFloatsOfMiB = kMiB / sizeof(float);

void print(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

bool put(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

// The folder of this process's memory cgroup, of version 1 or 2.
std::filesystem::path own_group() {
  std::ifstream stream("/proc/self/cgroup");
  std::filesystem::path group;
  for (std::string line; std::getline(stream, line);) {
    const auto path = line.substr(line.rfind(':') + 2);
    if (line.find(":memory:") != std::string::npos)
      return "/sys/fs/cgroup/memory" / std::filesystem::path(path);
    if (line.starts_with("0::")) group = "/sys/fs/cgroup" / std::filesystem::path(path);
  }
  return group;
}

// Moves this process into a new group below it, limited to kLimit with swap.
bool enter_group() {
  const auto group = own_group() / ("inferpool-test-" + std::to_string(::getpid()));
  std::error_code error;
  std::filesystem::create_directory(group, error);
  print("group " + group.string());
  const bool limited = put(group / "memory.limit_in_bytes", std::to_string(kLimit)) ||
                       put(group / "memory.max", std::to_string(kLimit));
  put(group / "memory.memsw.limit_in_bytes", std::to_string(kLimit));
  put(group / "memory.swap.max", "0");
  if (!limited || !put(group / "cgroup.procs", "0")) {
    print("skipped: no memory cgroup can be made below " + group.parent_path().string());
    return false;
  }
  return true;
}

Settings group_settings() {
  Settings settings;
  settings.worker = "actor_worker";
  settings.workers = 2;
  settings.cancel_grace = std::chrono::minutes(1);  // abandoned runs wait for their gate
  return settings;
}

// Takes loans of 1 MiB and writes to them until the pool refuses. `refusal` gets its error.
std::vector<Tensor> loans_until_refused(Pool<Actor>& pool, std::string& refusal) {
  std::vector<Tensor> loans;
  refusal =
      error_of([&] {
        while (loans.size() < 4096) {
          loans.push_back(pool.loan<float>({kFloatsOfMiB}));
          std::ranges::fill(loans.back().mutable_values<float>(), static_cast<float>(loans.size()));
        }
        return 0;
      }).what();
  return loans;
}

void fill() {
  Pool<Actor> pool(group_settings());
  print("limit " + std::to_string(*pool.settings().shared_memory_limit));
  std::string refusal;
  std::size_t count = 0;
  {
    std::vector<Tensor> loans = loans_until_refused(pool, refusal);
    count = loans.size();
    print("loans " + std::to_string(count) + " " + refusal);
    std::vector<Tensor> held;
    for (std::size_t i = 0; i < 80; ++i)
      held.push_back(pool.infer(act("echo", {}, {{"x", loans[i]}}))["x"]);
    bool right = true;
    for (std::size_t i = 0; i < held.size(); ++i)
      right = right && all_equal(held[i].values<float>(), static_cast<float>(i + 1));
    print(right ? "held right" : "held wrong");
  }
  {
    OwnGate gate;
    const std::vector<float> values(kFloatsOfMiB, 5);
    const Tensor payload = Tensor::borrow(std::span(values), {kFloatsOfMiB});
    std::stop_source stop;
    std::vector<std::future<Response>> calls;
    const std::uint64_t failed = pool.stats().failed;
    while (pool.stats().failed == failed && calls.size() < 4096)
      calls.push_back(pool.submit(gate.pass({{"x", payload}}), {.stop = stop.get_token()}));
    const Error error = error_of([&] { return calls.back().get(); });
    print("queued " + std::to_string(calls.size() - 1) + " " + error.what());
    stop.request_stop();
    calls.clear();
  }
  // The abandoned runs go on until their gate opens.
  const bool empty = eventually([&] { return pool.stats().payload_in_flight == 0; });
  const bool same = loans_until_refused(pool, refusal).size() == count;
  print(std::string(empty ? "empty" : "not empty") + (same ? " and full" : " and not full") +
        " again");
  print("deaths " + std::to_string(pool.stats().deaths));
}

void kill() {
  Pool<Actor> pool(group_settings());
  const auto greedy = act("large", {{"count", 400 * kFloatsOfMiB * 4}, {"value", 1.0}});
  print("greedy " + std::string(error_of([&] { return pool.infer(greedy); }).what()));
  const bool ready = eventually(
      [&] { return pool.health().state == PoolState::kReady && pool.health().restarts == 1; });
  print(ready ? "ready again" : "not ready");
  std::string refusal;
  const auto loans = loans_until_refused(pool, refusal);
  print("answered " +
        std::to_string(pool.infer(act("echo", {}, {{"x", loans[0]}})).outputs.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string mode = argv[1];
  try {
    if (!enter_group()) return 0;
    if (mode == "fill") fill();
    if (mode == "kill") kill();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cgroup_host: %s\n", error.what());
    return 1;
  }
  return 0;
}
