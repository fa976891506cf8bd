// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/timing.hpp"

namespace bench {

// What the machine does for others while this program measures, so that a reader knows whether its
// figures are those of a quiet machine.
class OtherLoad {
 public:
  OtherLoad();

  // The percentage of the time of all processors since then that was neither idle, nor stolen, nor
  // used by this process and its children, which have all ended by now.
  [[nodiscard]] double percent() const;

 private:
  Clock::time_point begin_;
  double idle_;
  double own_;
};

}  // namespace bench
