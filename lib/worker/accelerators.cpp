// SPDX-License-Identifier: Apache-2.0
#include "worker/accelerators.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace inferpool::worker {
namespace {

// call_rules.cpp has their controls. Each name stands for all drivers whose names begin with it.
constexpr std::array<std::string_view, 6> kDrivers{"nvidia", "drm",  "accel",
                                                   "kfd",    "apex", "tenstorrent"};

constexpr unsigned kMemoryDevices = 1;
constexpr std::array kMereBytes{3U, 5U, 7U, 8U, 9U};

}  // namespace

std::string driver_of(dev_t device) {
  std::ifstream file("/proc/devices");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Block")) break;
    const auto begin = line.find_first_not_of(' ');
    const auto end = line.find(' ', begin);
    if (end == std::string::npos) continue;
    if (line.substr(begin, end - begin) == std::to_string(major(device)))
      return line.substr(end + 1);
  }
  return "?";
}

bool may_be_kept(dev_t device) {
  if (major(device) == kMemoryDevices)
    return std::ranges::find(kMereBytes, minor(device)) != kMereBytes.end();
  const std::string driver = driver_of(device);
  return std::ranges::any_of(kDrivers, [&](auto known) { return driver.starts_with(known); });
}

}  // namespace inferpool::worker
