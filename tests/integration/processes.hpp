// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a process has, as /proc reports it.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace inferpool::test {

struct ProcessState {
  char letter = '?';  // R, S, D, T (stopped), Z (ended, not reaped), ...
  int parent = 0;
};

// None: there is no such process.
inline std::optional<ProcessState> process_state(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text, '\0');  // does not throw if the process ends meanwhile
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) return std::nullopt;
  return ProcessState{text[name_end + 2], std::atoi(text.c_str() + name_end + 4)};
}

// The private memory of a process in bytes; 0: there is no such process.
inline std::uint64_t private_memory(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

// Ended processes that nobody has reaped yet do not count.
inline bool running(int pid) {
  const auto state = process_state(pid);
  return state && state->letter != 'Z' && state->letter != 'X';
}

inline bool stopped(int pid) {
  const auto state = process_state(pid);
  return state && state->letter == 'T';
}

// Ended ones count until they are reaped.
inline std::vector<int> children_of(int parent) {
  std::vector<int> result;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    int pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) continue;
    const auto state = process_state(pid);
    if (state && state->parent == parent) result.push_back(pid);
  }
  return result;
}

// Where the descriptors of a process lead: "pipe:[71]", "/dev/null". Sorted. Leaves out the one
// that is open only to look.
inline std::vector<std::string> descriptors_of(int pid) {
  std::vector<std::string> result;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry.path(), error);
    if (!error && target != folder) result.push_back(target);
  }
  std::ranges::sort(result);
  return result;
}

inline std::ptrdiff_t mapped_regions() {
  std::ifstream file("/proc/self/maps");
  std::ptrdiff_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.find("memfd:inferpool") != std::string::npos) ++count;
  }
  return count;
}

// Whether this thread is past its end (PF_EXITING), by its folder below /proc/self/task. One that
// was joined stays there until the kernel gets to remove it.
inline bool exiting(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string text;
  std::getline(file, text, '\0');
  const auto name_end = text.rfind(')');           // the name may have spaces and brackets
  if (name_end == std::string::npos) return true;  // it is gone
  std::istringstream fields(text.substr(name_end + 1));
  std::string flags;  // the ninth field, the seventh behind the name
  for (int field = 0; field < 7; ++field) fields >> flags;
  return (std::strtoul(flags.c_str(), nullptr, 10) & 0x4U) != 0;
}

// Those that are exiting count, too, as they do for RLIMIT_NPROC.
inline std::ptrdiff_t tasks() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return std::distance(begin(all), end(all));
}

inline std::ptrdiff_t threads() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return std::count_if(begin(all), end(all),
                       [](const auto& task) { return !exiting(task.path()); });
}

// A test program sets it to prove once that the counts below see what they count
// (footprint_proof.cpp).
inline void (*prove_footprint)() = nullptr;

// What a pool takes from its host, and must give back.
struct Footprint {
  // Proven before the counts are taken, because the proof's first thread may start a sanitizer's
  // own thread, which stays.
  std::size_t children = (prove(), children_of(getpid()).size());
  std::size_t descriptors = descriptors_of(getpid()).size();
  std::ptrdiff_t regions = mapped_regions();
  std::ptrdiff_t threads = test::threads();

  bool operator==(const Footprint&) const = default;

 private:
  static void prove() {
    if (prove_footprint != nullptr) prove_footprint();
  }
};

inline std::ostream& operator<<(std::ostream& out, const Footprint& footprint) {
  return out << footprint.children << " children, " << footprint.descriptors << " descriptors, "
             << footprint.regions << " mapped regions, " << footprint.threads << " threads";
}

}  // namespace inferpool::test
