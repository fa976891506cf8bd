// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inferpool {

// "memfd_create: Too many open files (errno 24)" for a system call that failed with `error`, with
// the limit of this process that is used up, where one is.
[[nodiscard]] std::string system_failure(std::string_view call, int error);

}  // namespace inferpool
