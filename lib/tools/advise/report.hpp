// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/advise/figures.hpp"
#include "tools/advise/verdict.hpp"

namespace inferpool::tools {

// What was measured.
struct Subject {
  std::string model = {};  // its name, or its worker's if it has none
  std::string input = {};  // "FP32 [1, 64]"
};

// The figures as a small table and the verdict in sentences, each with its newline.
[[nodiscard]] std::string to_text(const Subject& subject, const Figures& figures,
                                  const Verdict& verdict);

// The verdict alone, one sentence per line.
[[nodiscard]] std::string verdict_text(const Figures& figures, const Verdict& verdict);

// One JSON object for machines; times in seconds. See the README for its fields.
[[nodiscard]] std::string to_json(const Subject& subject, const Figures& figures,
                                  const Verdict& verdict);

}  // namespace inferpool::tools
