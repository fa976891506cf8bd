// SPDX-License-Identifier: Apache-2.0
#include "explorer/explorer.hpp"

namespace inferpool::explorer {

Outcome explore(const Play& play, Bounds bounds, std::vector<Weakening> weakenings) {
  Stage stage(bounds, std::move(weakenings));
  Outcome outcome;
  while (!outcome.complete && !outcome.failure && outcome.runs < bounds.most_runs) {
    stage.begin();
    try {
      play(stage);
    } catch (const Stage::Over&) {
    }
    ++outcome.runs;
    if (stage.failure()) {
      outcome.failure = *stage.failure() + "\n" + stage.trace();
    } else {
      outcome.complete = !stage.advance();
    }
  }
  outcome.states = stage.states();
  outcome.accesses = stage.accesses();
  return outcome;
}

}  // namespace inferpool::explorer
