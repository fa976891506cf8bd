// SPDX-License-Identifier: Apache-2.0
#include "wire/payload_limit.hpp"

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::wire {

void check_payload(std::string_view what, std::size_t size, std::size_t max_payload) {
  if (size <= max_payload) return;
  throw Error(
      ErrorCode::kPayloadTooLarge,
      core::formatted("{} of {} bytes, max_payload is {}; raise max_payload or shared_memory_limit",
                      what, size, max_payload));
}

}  // namespace inferpool::wire
