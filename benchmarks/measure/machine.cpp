// SPDX-License-Identifier: Apache-2.0
#include "measure/machine.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "measure/cores.hpp"

namespace bench {

namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string kernel() {
  utsname name{};
  if (uname(&name) != 0) return "unknown kernel";
  return std::string(name.sysname) + " " + name.release;
}

std::string compiler() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

constexpr bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

}  // namespace

Machine this_machine() {
  const double bytes =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return {processor(),         static_cast<int>(usable_cores().size()),
          bytes / (1U << 30U), kernel(),
          compiler(),          BENCH_BUILD_TYPE};
}

std::string to_string(const Machine& machine) {
  return fmt::format("{}, {} cores, {:.1f} GiB, {}; {}, {}", machine.processor, machine.cores,
                     machine.memory_gib, machine.kernel, machine.compiler, machine.build_type);
}

std::string unfit_build() {
  std::string reason;
#if !defined(NDEBUG)
  reason = "assertions are on (no NDEBUG)";
#endif
#if !defined(__OPTIMIZE__)
  reason = "nothing is optimised";
#endif
  if (sanitized()) reason = "a sanitizer is on";
  if (reason.empty()) return reason;
  return "this is a " BENCH_BUILD_TYPE " build, " + reason +
         ": what it measures says nothing. Use the preset release: cmake --preset release "
         "-DINFERPOOL_BUILD_BENCHMARKS=ON";
}

}  // namespace bench
