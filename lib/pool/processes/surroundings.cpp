// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/surroundings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

#include "ipc/handshake.hpp"
#include "system/usable_processors.hpp"

namespace inferpool::pool::processes {
namespace {

std::map<std::string, std::string> host_environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

// umask() reads the mask only by changing it. Files that other threads make meanwhile would be open
// to all.
std::optional<mode_t> host_file_mask() {
  const core::FileDescriptor file(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> buffer;
  const ssize_t size = file ? read(file.get(), buffer.data(), buffer.size()) : 0;
  if (size <= 0) return std::nullopt;
  constexpr std::string_view kName = "\nUmask:\t";
  const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  const auto name = text.find(kName);
  if (name == std::string_view::npos) return std::nullopt;
  unsigned mask = 0;
  const char* const digits = text.data() + name + kName.size();
  if (std::from_chars(digits, text.data() + text.size(), mask, 8).ec != std::errc{})
    return std::nullopt;
  return static_cast<mode_t>(mask);
}

}  // namespace

Surroundings::Surroundings()
    : environment(host_environment()),
      folder(
          ipc::above_standard(core::FileDescriptor(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)))),
      file_mask(host_file_mask()),
      processors(system::usable_processors()) {}

}  // namespace inferpool::pool::processes
