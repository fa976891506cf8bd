// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <stdexcept>
#include <string_view>

#include <inferpool/error.hpp>

namespace inferpool::pool::reports {

// startup_failed of a pool for which the system has refused something. To make one never fails:
// without memory it says less.
[[nodiscard]] Error start_failure(std::string_view what) noexcept;

// What make() gives. Throws Error: what the system has refused it is a start_failure.
template <typename Make>
auto made_at_start(const Make& make) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    throw start_failure("the host's own memory is used up");
  } catch (const std::runtime_error& error) {
    throw start_failure(error.what());
  }
}

}  // namespace inferpool::pool::reports
