// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace inferpool::detail {

// A reference to a callable, for use only during the call that it is passed to; never empty, never
// owns.
template <typename Signature>
class FunctionRef;

template <typename Out, typename... In>
class FunctionRef<Out(In...)> {
 public:
  template <typename F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> &&
           std::is_invocable_r_v<Out, F&, In...>) FunctionRef(F&& callable)
  noexcept  // an lvalue or a temporary of the full expression
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        invoke_([](void* object, In... in) -> Out {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<In>(in)...);
        }) {}

  Out operator()(In... in) const { return invoke_(object_, std::forward<In>(in)...); }

 private:
  void* object_;
  Out (*invoke_)(void*, In...);
};

}  // namespace inferpool::detail
