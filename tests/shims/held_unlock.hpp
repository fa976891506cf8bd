// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace inferpool::test {

// While it lives the thread that made it loses its processor after each mutex that it releases,
// until `go_on`; for a tenth of a second at most.
class HeldUnlock {
 public:
  explicit HeldUnlock(const std::atomic<bool>& go_on) noexcept;
  HeldUnlock(const HeldUnlock&) = delete;
  HeldUnlock& operator=(const HeldUnlock&) = delete;
  ~HeldUnlock();
};

}  // namespace inferpool::test
