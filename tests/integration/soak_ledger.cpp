// SPDX-License-Identifier: Apache-2.0
#include "integration/soak_ledger.hpp"

#include <string_view>

namespace inferpool::test {

void SoakLedger::failed(const SoakCall& call, const Error& error) {
  if (!due(call, error)) wrong(error.what());
  const std::lock_guard lock(mutex_);
  ++errors_[error.code()];
}

bool SoakLedger::due(const SoakCall& call, const Error& error) const {
  switch (error.code()) {
    case ErrorCode::kWorkerLost:  // workers are lost only by kills from outside
      return !error.details().hung &&
             std::string_view(error.what()).find("protocol") == std::string_view::npos;
    case ErrorCode::kPoisonedRequest:
      return twice_;
    case ErrorCode::kQueueFull:
    case ErrorCode::kOutOfMemory:
      return true;
    case ErrorCode::kCancelled:
      return call.cancelled;
    case ErrorCode::kDeadlineExceeded:
      return call.timed;
    case ErrorCode::kModelFailed:
      return call.order.ending == Order::kThrows && error.details().exception_text == kOrderedThrow;
    default:
      return false;
  }
}

void SoakLedger::check(const SoakCall& call, std::int64_t part, const Tensor& value) {
  if (value.shape() != Shape{call.order.elements}) return wrong("a part of another shape");
  if (!filled(value.values<std::int64_t>(), call.order.id, part))
    wrong("part " + std::to_string(part) + " has other content than was asked for");
}

void SoakLedger::wrong(const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (wrong_.empty()) wrong_ = what;
}

std::uint64_t SoakLedger::errors(std::optional<ErrorCode> code) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [of, count] : errors_) sum += !code || of == *code ? count : 0;
  return sum;
}

std::string SoakLedger::what_is_wrong() const {
  const std::lock_guard lock(mutex_);
  return wrong_;
}

std::string SoakLedger::errors_by_code() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [code, count] : errors_)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name(code));
  return text;
}

}  // namespace inferpool::test
