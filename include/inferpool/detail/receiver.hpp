// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <future>
#include <optional>
#include <utility>

#include <inferpool/codec.hpp>
#include <inferpool/detail/pool_core.hpp>
#include <inferpool/error.hpp>

namespace inferpool::detail {

template <typename Output>
class TypedReceiver : public Receiver {
 public:
  void decode(Decoder& reply) final { output.emplace(Codec<Output>::decode(reply)); }

  std::optional<Output> output;
};

template <typename Output>
class PromiseReceiver final : public TypedReceiver<Output> {
 public:
  std::future<Output> future() { return promise_.get_future(); }
  void complete() override { promise_.set_value(std::move(*this->output)); }
  void fail(const Error& error) override { promise_.set_exception(std::make_exception_ptr(error)); }

 private:
  std::promise<Output> promise_;
};

template <typename Output, typename Handler>
class HandlerReceiver final : public TypedReceiver<Output> {
 public:
  template <typename H>
  explicit HandlerReceiver(H&& handler) : handler_(std::forward<H>(handler)) {}
  void complete() override { handler_(Result<Output>(std::move(*this->output))); }
  void fail(const Error& error) override { handler_(Result<Output>(error)); }

 private:
  Handler handler_;
};

}  // namespace inferpool::detail
