// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <inferpool/model.hpp>
#include <iterator>
#include <thread>
#include <vector>

namespace bench {

// The number of threads of the calling process.
[[nodiscard]] inline std::int64_t threads_here() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// A model whose library has threads of its own. It starts as many more threads as its input (a
// scalar, INT64) says. Its answer (the same type) is the number of threads of the process.
template <typename Kernel>
class ThreadedModel {
 public:
  explicit ThreadedModel(const inferpool::Settings&) {}

  inferpool::Tensor predict(const inferpool::Tensor& more) {
    kernel_();
    std::vector<std::jthread> threads;
    std::promise<void> end;
    const std::shared_future<void> ends = end.get_future().share();
    for (std::int64_t i = more.values<std::int64_t>().front(); i > 0; --i)
      threads.emplace_back([ends] { ends.wait(); });
    const std::int64_t count = threads_here();
    end.set_value();
    return inferpool::Tensor::scalar(count);
  }

 private:
  Kernel kernel_;
};

}  // namespace bench
