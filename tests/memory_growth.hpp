// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "measure/instrument.hpp"
#include "measure/timing.hpp"

namespace inferpool::test {

// By how much a reading of this process's memory grows while code runs, in bytes: `read` gives so
// many units. The known case takes memory, writes it and keeps it.
inline bench::Instrument memory_growth(std::string name, std::function<double()> read,
                                       double bytes_of_unit = 1) {
  constexpr std::size_t kKnown = 8 << 20;
  const auto kept = std::make_shared<std::vector<char>>();
  return {std::move(name),
          [read = std::move(read), bytes_of_unit](const bench::Instrument::Code& code) {
            const double before = read();
            code();
            return (read() - before) * bytes_of_unit;
          },
          {[kept] {
             kept->assign(kKnown, 1);
             bench::keep(*kept);
           },
           0.9 * kKnown, 1.5 * kKnown}};
}

}  // namespace inferpool::test
