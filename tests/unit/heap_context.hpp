// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <inferpool/model.hpp>

namespace inferpool::test {

// The context of a run. Its outputs are in heap memory, and it remembers their addresses.
class HeapContext final : public Context {
 public:
  using Context::output;
  [[nodiscard]] Tensor output(Datatype datatype, const Shape& shape) override {
    Tensor tensor(datatype, shape);
    places_.push_back(tensor.bytes().data());
    return tensor;
  }
  [[nodiscard]] bool cancelled() const noexcept override { return cancelled_; }
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline()
      const noexcept override {
    return std::nullopt;
  }

  void cancel() noexcept { cancelled_ = true; }
  // The address of each output that was asked for. It means nothing for outputs up to 64 bytes.
  [[nodiscard]] const std::vector<const std::byte*>& places() const noexcept { return places_; }

 private:
  bool cancelled_ = false;
  std::vector<const std::byte*> places_;
};

}  // namespace inferpool::test
