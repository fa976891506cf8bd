// SPDX-License-Identifier: Apache-2.0
#include "integration/soak_asker.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stop_token>

#include "integration/eventually.hpp"

namespace inferpool::test {
namespace {

using namespace std::chrono_literals;

std::int64_t milliseconds_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::atomic<std::int64_t> next_id{1};

}  // namespace

void SoakAsker::ask(bool alone) {
  const std::int64_t verb = below(6);
  if (verb == 5) {  // a loan that is never sent
    try {
      static_cast<void>(pool_.loan<std::int64_t>({1 + below(20'000)}));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kOutOfMemory) ledger_.wrong(error.what());
    }
    return;
  }
  const std::optional<Question> next = question(verb == 4);
  if (!next) return;
  ledger_.asked();
  since_ = milliseconds_now();
  if (verb < 2) by_infer(*next, verb == 0);
  if (verb == 2) by_future(*next, alone ? 0 : 8);
  if (verb == 3) by_handler(*next, alone ? 0 : 16);
  if (verb == 4) by_stream(*next);
  since_ = 0;
  if (canceller_.joinable()) canceller_.join();
  if (held_.size() > 20 || below(100) == 0) {
    for (const Held& one : held_) ledger_.check(one.call, one.part, one.value);
    held_.clear();
  }
}

void SoakAsker::end() {
  since_ = milliseconds_now();
  while (!futures_.empty()) take_future();
  await_handlers(0);
  for (const Held& one : held_) ledger_.check(one.call, one.part, one.value);
  held_.clear();
  since_ = 0;
}

std::int64_t SoakAsker::waits_for() const {
  const std::int64_t since = since_;
  return since == 0 ? 0 : milliseconds_now() - since;
}

// Nullopt if there was no memory for a loan.
std::optional<SoakAsker::Question> SoakAsker::question(bool streams) {
  // Sizes of payloads in the slot, in the frame's block, copied out, and viewed.
  static constexpr std::array<std::int64_t, 5> kElements = {1, 30, 150, 1'000, 25'000};
  Question result;
  Order& order = result.call.order;
  order.id = next_id++;
  order.elements = kElements[static_cast<std::size_t>(below(5))];
  order.parts = streams ? below(6) : 0;
  order.work = below(3) == 0 ? below(3'000) : 0;
  order.in_place = below(2);
  if (below(20) == 0) order.ending = Order::kThrows;
  if (streams && below(2) == 0) order.ending = Order::kNothing;
  try {
    result.input = input_for(order);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kOutOfMemory) ledger_.wrong(error.what());
    return std::nullopt;
  }
  const std::int64_t what = below(8);
  if (what == 0) {
    result.call.timed = true;
    result.options.timeout = std::chrono::microseconds(below(4'000));
  } else if (what == 1) {
    result.call.cancelled = true;
    std::stop_source source;
    result.options.stop = source.get_token();
    if (canceller_.joinable()) canceller_.join();
    canceller_ = std::jthread([source, pause = timespec{0, below(3'000'000)}]() mutable {
      ::ppoll(nullptr, 0, &pause, nullptr);
      source.request_stop();
    });
  }
  return result;
}

Tensor SoakAsker::input_for(const Order& order) {
  const std::int64_t words =
      static_cast<std::int64_t>(kOrderWords) + (below(3) == 0 ? below(20'000) : below(60));
  Tensor input =
      below(3) == 0 ? pool_.loan<std::int64_t>({words}) : Tensor(Datatype::kInt64, {words});
  write_order(order, input.mutable_values<std::int64_t>());
  return input;
}

void SoakAsker::keep(const SoakCall& call, std::int64_t part, const Tensor& value) {
  ledger_.check(call, part, value);
  if (below(8) == 0) held_.push_back({call, part, value});
}

void SoakAsker::by_infer(const Question& question, bool throwing) {
  try {
    const Tensor value = throwing ? pool_.infer(question.input, question.options)
                                  : pool_.try_infer(question.input, question.options).value();
    keep(question.call, 0, value);
    ledger_.answered();
  } catch (const Error& error) {
    ledger_.failed(question.call, error);
  }
}

void SoakAsker::by_future(const Question& question, std::size_t most) {
  futures_.emplace_back(question.call, pool_.submit(question.input, question.options));
  while (futures_.size() > most) take_future();
}

void SoakAsker::take_future() {
  const SoakCall call = futures_.front().first;
  try {
    keep(call, 0, futures_.front().second.get());
    ledger_.answered();
  } catch (const Error& error) {
    ledger_.failed(call, error);
  }
  futures_.pop_front();
}

void SoakAsker::by_handler(const Question& question, int most) {
  {
    const std::lock_guard lock(mutex_);
    ++handlers_;
  }
  pool_.async_infer(question.input, question.options,
                    [this, call = question.call](const Result<Tensor>& result) {
                      if (result) {
                        ledger_.check(call, 0, *result);
                        ledger_.answered();
                      } else {
                        ledger_.failed(call, result.error());
                      }
                      const std::lock_guard lock(mutex_);  // once unlocked, this may be gone
                      --handlers_;
                      called_.notify_all();
                    });
  await_handlers(most);
}

void SoakAsker::await_handlers(int most) {
  std::unique_lock lock(mutex_);
  called_.wait(lock, [&] { return handlers_ <= most; });
}

void SoakAsker::by_stream(const Question& question) {
  const Order& order = question.call.order;
  const std::int64_t values = order.ending == Order::kNothing && order.parts > 0 ? 0 : 1;
  const std::int64_t enough = below(4) == 0 ? 1 + below(4) : order.parts + values + 1;
  const bool slow = below(4) == 0;
  std::int64_t seen = 0;
  const auto take = [&](const Tensor& part) {
    ++seen;
    keep(question.call, seen <= order.parts ? seen : 0, part);
    if (slow) static_cast<void>(eventually([] { return false; }, 2ms));
    return seen < enough;
  };
  try {
    pool_.infer_stream(question.input, take, question.options);
    if (seen != std::min(enough, order.parts + values)) ledger_.wrong("a stream lost a part");
    if (order.ending == Order::kThrows && seen < enough) ledger_.wrong("an exception was lost");
    ledger_.answered();
  } catch (const Error& error) {
    ledger_.failed(question.call, error);
  }
}

}  // namespace inferpool::test
