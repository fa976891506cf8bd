// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <inferpool/model.hpp>
#include <iterator>

namespace bench {

// Threads of the calling process.
[[nodiscard]] inline std::int64_t threads_here() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// A model whose library has threads of its own. Its input says nothing; its answer (a scalar,
// INT64) is how many threads the process has.
template <typename Kernel>
class ThreadedModel {
 public:
  explicit ThreadedModel(const inferpool::Settings&) {}

  inferpool::Tensor predict(const inferpool::Tensor&) {
    kernel_();
    return inferpool::Tensor::scalar(threads_here());
  }

 private:
  Kernel kernel_;
};

}  // namespace bench
