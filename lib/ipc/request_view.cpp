// SPDX-License-Identifier: Apache-2.0
#include "ipc/request_view.hpp"

#include <cstring>

#include "core/format.hpp"

namespace inferpool::ipc {

class RequestView::View final : public detail::Storage {
 public:
  View() noexcept : Storage(nullptr, 0, true) {}

  void show(std::span<const std::byte> bytes) noexcept {
    own_ = {};
    renew(const_cast<std::byte*>(bytes.data()), bytes.size(), true);
  }

  void detach() override {
    if (own_ || size() == 0) return;
    own_ = detail::heap_storage(size());
    std::memcpy(own_->data(), data(), size());
    set_data(own_->data());
  }

 private:
  detail::StorageRef own_;
};

std::span<const std::byte> RequestView::bytes(std::uint64_t offset, std::uint64_t length) const {
  if (offset > requests_.size() || length > requests_.size() - offset) {
    throw detail::Malformed(core::formatted("a block of {} bytes at {} of a region of {} bytes",
                                            length, offset, requests_.size()));
  }
  return {requests_.data() + offset, static_cast<std::size_t>(length)};
}

detail::StorageRef RequestView::open(const detail::BlockRef& block, bool /*fixed_width*/) {
  const auto span = bytes(block.offset, block.length);
  detail::StorageRef view;
  if (reusable_.empty()) {
    view = detail::StorageRef(new View);
  } else {
    view = std::move(reusable_.back());
    reusable_.pop_back();
  }
  static_cast<View*>(view.get())->show(span);
  opened_.push_back(view);
  return view;
}

void RequestView::detach() noexcept {
  for (auto& storage : opened_) {
    if (storage->references() > 1) {
      storage->detach();
    } else if (reusable_.size() < kMostReusable) {
      reusable_.push_back(std::move(storage));
    }
  }
  opened_.clear();
}

}  // namespace inferpool::ipc
