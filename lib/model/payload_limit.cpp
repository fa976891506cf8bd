// SPDX-License-Identifier: Apache-2.0
#include "model/payload_limit.hpp"

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::model {

void check_payload(std::string_view what, std::size_t size, std::size_t max_payload) {
  if (size <= max_payload) return;
  throw Error(
      ErrorCode::kPayloadTooLarge,
      formatted("{} of {} bytes, max_payload is {}; raise max_payload or shared_memory_limit", what,
                size, max_payload));
}

}  // namespace inferpool::model
