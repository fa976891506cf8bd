// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool {

// "memfd_create: Too many open files (errno 24)" for a system call that failed with `error`.
[[nodiscard]] std::string system_failure(const char* call, int error);

}  // namespace inferpool
