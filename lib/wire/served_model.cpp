// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/served_model.hpp>

#include <inferpool/error.hpp>

#include "wire/payload_limit.hpp"

namespace inferpool::detail {

void refuse_parts() {
  throw Error(ErrorCode::kInvalidArgument,
              "the model answers in parts, and this call takes one answer; use infer_stream");
}

void refuse_more_parts() {
  throw Error(ErrorCode::kCancelled, "the caller takes no more parts of this answer");
}

void check_part(std::size_t size, const Settings& settings) {
  wire::check_payload("a part of a reply", size, static_cast<std::size_t>(*settings.max_payload));
}

void complete_response(Response& response, const Request& request, const Settings& settings) {
  if (response.id.empty()) response.id = request.id;
  if (response.model_name.empty()) response.model_name = settings.name;
  if (response.model_version.empty()) response.model_version = settings.version;
}

std::uint64_t references(const Tensor& input) noexcept {
  const StorageRef& storage = TensorAccess::storage(input);
  return storage ? storage->references() : 0;
}

std::uint64_t references(const Request& input) noexcept {
  std::uint64_t sum = 0;
  for (const NamedTensor& named : input.inputs) sum += references(named.tensor);
  return sum;
}

void detach(const Tensor& input) {
  if (const StorageRef& storage = TensorAccess::storage(input)) storage->detach();
}

void detach(const Request& input) {
  for (const NamedTensor& named : input.inputs) detach(named.tensor);
}

}  // namespace inferpool::detail
