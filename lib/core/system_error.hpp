// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inferpool::core {

// "Too many open files": in English, whatever the host's locale is, which others may change
// meanwhile.
[[nodiscard]] const char* error_text(int error) noexcept;

// "memfd_create: Too many open files (errno 24)" for a system call that failed with `error`, with
// the limit of this process that is used up, where one is.
[[nodiscard]] std::string system_failure(std::string_view call, int error);

}  // namespace inferpool::core
