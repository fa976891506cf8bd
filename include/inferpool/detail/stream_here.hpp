// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include <inferpool/codec.hpp>
#include <inferpool/detail/function_ref.hpp>
#include <inferpool/detail/part_sink.hpp>
#include <inferpool/model.hpp>

namespace inferpool::detail {

// False: the caller wants no more.
template <typename OnPart, typename Output>
bool give_part(OnPart& on_part, Output part) {
  if constexpr (std::is_void_v<std::invoke_result_t<OnPart&, Output>>) {
    std::invoke(on_part, std::move(part));
    return true;
  } else {
    return static_cast<bool>(std::invoke(on_part, std::move(part)));
  }
}

// Why a caller that takes parts takes no more.
struct StreamStop {
  bool any = false;                // for whatever reason
  bool enough = false;             // its on_part said so,
  std::exception_ptr thrown = {};  // or threw this
};

// The stream of a model in the caller's process: calls on_part inside send.
template <typename Output, typename OnPart>
class StreamHere final : public Stream<Output> {
 public:
  // `check` throws for a part of too many bytes. All outlive the stream.
  StreamHere(OnPart& on_part, const Context& context, FunctionRef<void(std::size_t)> check,
             StreamStop& stop) noexcept
      : on_part_(on_part), context_(context), check_(check), stop_(stop) {}

  void send(const Output& part) override {
    stop_.any = stop_.any || context_.cancelled();
    if (stop_.any) refuse_more_parts();
    check_(Codec<Output>::payload(part));
    try {
      stop_.enough = !give_part<OnPart, Output>(on_part_, part);
    } catch (...) {  // it must not go through the model, which may catch it
      stop_.thrown = std::current_exception();
    }
    stop_.any = stop_.enough || stop_.thrown != nullptr;
    if (stop_.any) refuse_more_parts();
  }

 private:
  OnPart& on_part_;
  const Context& context_;
  FunctionRef<void(std::size_t)> check_;
  StreamStop& stop_;
};

}  // namespace inferpool::detail
