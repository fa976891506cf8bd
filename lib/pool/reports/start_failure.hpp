// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <stdexcept>
#include <string_view>

#include <inferpool/error.hpp>

namespace inferpool::pool::reports {

// startup_failed of a pool to which the system refused something. Making one never fails: without
// memory it says less.
[[nodiscard]] Error start_failure(std::string_view what) noexcept;

// The result of make(). If the system refuses something, throws a start_failure.
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
