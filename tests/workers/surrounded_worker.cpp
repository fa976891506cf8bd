// SPDX-License-Identifier: Apache-2.0
// See surrounded.hpp for what it answers.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <inferpool/worker.hpp>

#include "workers/surrounded.hpp"

namespace inferpool::test {
namespace {

// The masks of blocked and of ignored signals.
std::string signals() {
  std::ifstream status("/proc/self/status");
  std::string text;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:") || line.starts_with("SigIgn:")) text += line.substr(8) + ",";
  }
  return text;
}

struct SurroundedModel : Surrounded {
  using Input = std::string;
  using Output = std::string;
  explicit SurroundedModel(const Settings& /*settings*/) {}

  std::string predict(const std::string& variable) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    const char* const value = std::getenv(variable.c_str());
    std::array<char, 16> octal{};
    std::snprintf(octal.data(), octal.size(), "%03o", mask);
    return std::to_string(::getpid()) + " " + std::filesystem::current_path().string() + " " +
           octal.data() + " " + signals() + " " + (value != nullptr ? value : "(unset)");
  }
};

}  // namespace
}  // namespace inferpool::test

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::SurroundedModel>(argc, argv);
}
