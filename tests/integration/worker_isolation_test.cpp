// SPDX-License-Identifier: Apache-2.0
// Which shared memory workers have: each has its own, and may read the requests of its pool.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLabel = "/memfd:inferpool-";

// Memory files and sockets of a process by their inode numbers, which are unique.
struct Held {
  std::set<ino_t> all;       // mapped or open
  std::set<ino_t> requests;  // the pool's requests among them
  std::set<ino_t> written;   // mapped or open for writing
  std::set<ino_t> sockets;
};

void add(Held& held, ino_t number, const std::string& label, bool writable) {
  held.all.insert(number);
  if (label.find("requests") != std::string::npos) held.requests.insert(number);
  if (writable) held.written.insert(number);
}

void add_mappings(Held& held, const std::string& folder) {
  std::ifstream file(folder + "/maps");
  for (std::string line; std::getline(file, line);) {
    const auto label = line.find(kLabel);
    if (label == std::string::npos) continue;
    std::istringstream fields(line);
    std::string range, rights, offset, device;
    ino_t number = 0;
    fields >> range >> rights >> offset >> device >> number;
    add(held, number, line.substr(label), rights[1] == 'w');
  }
}

void add_descriptors(Held& held, const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder + "/fd")) {
    struct stat status {};
    const std::string target = fs::read_symlink(entry.path());
    if (::stat(entry.path().c_str(), &status) != 0) continue;
    if (S_ISSOCK(status.st_mode)) held.sockets.insert(status.st_ino);
    if (!target.starts_with(kLabel)) continue;
    // The rights of the link show whether the file is open for writing.
    const auto rights = fs::symlink_status(entry.path()).permissions();
    add(held, status.st_ino, target, (rights & fs::perms::owner_write) != fs::perms::none);
  }
}

Held held_by(int pid) {
  Held held;
  const std::string folder = "/proc/" + std::to_string(pid);
  add_mappings(held, folder);
  add_descriptors(held, folder);
  return held;
}

std::set<ino_t> common(const std::set<ino_t>& a, const std::set<ino_t>& b) {
  std::set<ino_t> result;
  std::ranges::set_intersection(a, b, std::inserter(result, result.end()));
  return result;
}

// Checks that two workers of one pool share the requests, read-only, and otherwise nothing.
void check_apart(const Held& a, const Held& b, bool same_pool) {
  REQUIRE(a.requests.size() == 1);
  REQUIRE(a.written.size() == 2);  // its control and its replies
  CHECK(common(a.all, b.all) == (same_pool ? a.requests : std::set<ino_t>{}));
  CHECK(common(a.written, b.all).empty());
  CHECK(common(a.sockets, b.sockets).empty());
}

void check_apart(FaultyPool& first, FaultyPool& second) {
  std::vector<std::pair<const FaultyPool*, Held>> workers;
  for (FaultyPool* pool : {&first, &second}) {
    for (const int pid : ready_pids(*pool)) workers.emplace_back(pool, held_by(pid));
  }
  REQUIRE(workers.size() == 5);
  for (const auto& [pool, held] : workers) {
    CHECK(common(held.requests, held.written).empty());
    for (const auto& [other_pool, other] : workers) {
      if (&held != &other) check_apart(held, other, pool == other_pool);
    }
  }
}

}  // namespace

TEST_CASE(
    "No worker holds memory or a socket of another worker, nor of another pool, restarts "
    "included") {
  FaultyPool first(faulty_settings(2));
  FaultyPool second(faulty_settings(3));
  check_apart(first, second);

  const int killed = ready_pids(second).at(1);
  const Held before = held_by(killed);
  ::kill(killed, SIGKILL);
  ::kill(ready_pids(first).at(0), SIGKILL);
  REQUIRE(ready_again(first, 1));
  REQUIRE(ready_again(second, 1));
  check_apart(first, second);
  for (const int pid : ready_pids(second)) check_apart(held_by(pid), before, true);
}
