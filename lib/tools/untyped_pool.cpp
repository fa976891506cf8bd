// SPDX-License-Identifier: Apache-2.0
#include "tools/untyped_pool.hpp"

#include <string>
#include <string_view>

#include <inferpool/codec.hpp>
#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::tools {
namespace {

// The worker's signature, if this is the text of an error about signatures; else empty.
std::string_view signature_in(std::string_view text) {
  constexpr std::string_view kBefore = "its model is \"";
  constexpr std::string_view kAfter = "\", the pool's is \"";
  const auto before = text.find(kBefore);
  const auto after = text.find(kAfter);
  if (before == std::string_view::npos || after == std::string_view::npos) return {};
  const auto start = before + kBefore.size();
  return after < start ? std::string_view{} : text.substr(start, after - start);
}

std::string advice(std::string_view signature) {
  if (signature == "Request -> Response") {
    return "its model takes named tensors (a Request): give each input its name, as in --input "
           "image=x.npy (--no-inputs where it has none)";
  }
  if (signature == "Tensor -> Tensor") {
    return "its model takes one tensor without a name (a Tensor): --input x.npy";
  }
  return core::formatted(
      "its model is \"{}\"; what is not known by its C++ type can be asked only where it is Tensor "
      "-> Tensor or Request -> Response",
      signature);
}

template <typename Pool>
std::unique_ptr<Pool> make(const Settings& settings) {
  try {
    return std::make_unique<Pool>(settings);
  } catch (const Error& error) {
    const std::string_view signature = signature_in(error.what());
    if (signature.empty()) throw;
    throw Error(error.code(), core::formatted("{}: {}", settings.worker, advice(signature)),
                error.details());
  }
}

template <typename... T>
std::size_t bytes_of(const std::variant<T...>& message) {
  return std::visit([]<typename M>(const M& held) { return Codec<M>::payload(held); }, message);
}

}  // namespace

std::size_t payload_bytes(const ModelInput& input) { return bytes_of(input); }
std::size_t payload_bytes(const ModelOutput& output) { return bytes_of(output); }

UntypedPool::UntypedPool(const Settings& settings, const ModelInput& input) {
  if (std::holds_alternative<Tensor>(input)) {
    pool_ = make<Pool<TensorModel>>(settings);
  } else {
    pool_ = make<Pool<>>(settings);
  }
}

ModelOutput UntypedPool::infer(const ModelInput& input) {
  if (auto* tensors = std::get_if<0>(&pool_)) return (*tensors)->infer(std::get<Tensor>(input));
  return std::get<1>(pool_)->infer(std::get<Request>(input));
}

Stats UntypedPool::stats() const {
  return std::visit([](const auto& pool) { return pool->stats(); }, pool_);
}

}  // namespace inferpool::tools
