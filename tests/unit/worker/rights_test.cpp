// SPDX-License-Identifier: Apache-2.0
#include "worker/rights.hpp"

#include <cstdint>
#include <future>
#include <iomanip>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

// The line of that name in /proc/thread-self/status.
std::string status(const std::string& name) {
  const std::string text = read_file("/proc/thread-self/status");
  const auto begin = text.find(name);
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST_CASE(
    "only root's rights for files, locked memory and priorities stay, in later threads, too") {
  const std::string before = status("CapPrm:");
  const std::string kept = told_by_child([] {
    drop_rights();
    return status("CapPrm:") + " " + status("CapEff:") + " " + status("CapInh:") + " " +
           std::async(std::launch::async, [] { return status("CapEff:"); }).get();
  });
  const std::string digits = before.substr(before.find('\t') + 1);
  constexpr std::uint64_t kMayStay = 0x80401f;
  std::ostringstream some;
  some << '\t' << std::hex << std::setw(16) << std::setfill('0')
       << (std::stoull(digits, nullptr, 16) & kMayStay);
  CHECK(kept == "CapPrm:" + some.str() + " CapEff:" + some.str() +
                    " CapInh:\t0000000000000000 CapEff:" + some.str());
}

}  // namespace
}  // namespace inferpool::worker
