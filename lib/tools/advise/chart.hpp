// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/advise/report.hpp"

namespace inferpool::tools {

// A picture of the calls per second over the number of workers, with the in-process rate beside
// them, as an SVG document.
[[nodiscard]] std::string to_svg(const Subject& subject, const Figures& figures);

}  // namespace inferpool::tools
