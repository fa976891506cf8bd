// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <chrono>
#include <inferpool/model.hpp>

namespace bench {

// When a worker process reached each stage, by the clock that all processes share.
struct Notes {
  int pid = 0;
  std::chrono::steady_clock::time_point main;  // its main() began
  std::chrono::steady_clock::time_point load;  // its model's constructor began
  std::chrono::steady_clock::time_point loaded;
};

// The request has no content: the only question is for the notes.
struct Ask {};

// Notes when it was loaded; its load does nothing else.
class NotingModel {
 public:
  // main() sets it before it makes the model.
  static inline std::chrono::steady_clock::time_point main_began = {};

  explicit NotingModel(const inferpool::Settings&) {
    notes_ = {getpid(), main_began, std::chrono::steady_clock::now(), {}};
    notes_.loaded = std::chrono::steady_clock::now();
  }

  Notes predict(const Ask&) { return notes_; }

 private:
  Notes notes_;
};

}  // namespace bench
