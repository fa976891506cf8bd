// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/backend.hpp>

#include "core/format.hpp"
#include "pool/in_process.hpp"
#include "pool/reports/start_failure.hpp"
#include "pool/workers.hpp"
#include "settings/settings_memory.hpp"
#include "wire/payload_limit.hpp"

namespace inferpool::detail {
namespace {

constexpr const char* kInCode = "Settings";  // the source that errors name

Settings resolved(Settings settings, const ModelTraits& traits) {
  const bool runnable = traits.load != nullptr;
  resolve_workers(settings);
  validate(settings, kInCode);
  resolve_memory(settings);
  if (*settings.workers == 0 && !runnable) {
    throw Error(ErrorCode::kInvalidSettings,
                core::formatted("{}: workers is 0, but the pool's model has only its types in this "
                                "program, no constructor "
                                "and predict; accepted: 1 to 1024",
                                kInCode));
  }
  if (*settings.workers == 0 && settings.sandbox) {
    throw Error(
        ErrorCode::kInvalidSettings,
        core::formatted("{}: sandbox is true, but workers is 0: the model runs in the caller's "
                        "process, which is not confined; accepted: false, or 1 to 1024 workers",
                        kInCode));
  }
  if (settings.concurrency > 1 && runnable && !traits.thread_safe) {
    throw Error(
        ErrorCode::kInvalidSettings,
        core::formatted("{}: concurrency is {}, but the model does not say `static constexpr "
                        "bool thread_safe = "
                        "true`; accepted: 1",
                        kInCode, settings.concurrency));
  }
  return settings;
}

}  // namespace

OwnedBackend make_backend(Settings settings, const ModelTraits& traits) {
  return pool::reports::made_at_start([&]() -> OwnedBackend {
    Settings complete = resolved(std::move(settings), traits);
    if (*complete.workers == 0)
      return OwnedBackend(new pool::InProcess(std::move(complete), traits));
    return OwnedBackend(new pool::Workers(std::move(complete), traits));
  });
}

void EndBackend::operator()(Backend* backend) const noexcept {
  // In a fork without exec, the threads and the memory of the workers do not exist, so their
  // objects are left as they are.
  if (!backend->in_child()) delete backend;
}

Tensor Backend::loan(Datatype datatype, const Shape& shape) {
  const std::size_t size = TensorAccess::byte_size(datatype, shape);
  wire::check_payload("a loan", size, static_cast<std::size_t>(*settings_.max_payload));
  return TensorAccess::make(datatype, shape, allocate(size), size);
}

}  // namespace inferpool::detail
