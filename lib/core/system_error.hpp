// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inferpool::core {

// "Too many open files": always in English. It does not read the host's locale, which other threads
// may be changing.
[[nodiscard]] const char* error_text(int error) noexcept;

// "memfd_create: Too many open files (errno 24)" for a system call that failed with `error`, and
// the limit that may be used up, if there is one.
[[nodiscard]] std::string system_failure(std::string_view call, int error);

}  // namespace inferpool::core
