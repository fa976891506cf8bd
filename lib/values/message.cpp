// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <inferpool/error.hpp>
#include <inferpool/message.hpp>

#include "core/format.hpp"

namespace inferpool {
namespace {

void check_name(std::string_view name) {
  if (name.empty())
    throw Error(ErrorCode::kInvalidArgument, "a tensor in a list needs a name; it is empty");
}

Error twice(std::string_view name) {
  return {ErrorCode::kInvalidArgument, core::formatted("two tensors have the name \"{}\"", name)};
}

// Sorts, because a list from another process may have many thousands of names.
void check_names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) {
    check_name(tensor.name);
    names.push_back(tensor.name);
  }
  std::ranges::sort(names);
  const auto found = std::ranges::adjacent_find(names);
  if (found != names.end()) throw twice(*found);
}

std::string listed(const TensorList& tensors) {
  if (tensors.empty()) return "there are none";
  std::string text = "there are ";
  for (const NamedTensor& tensor : tensors) {
    if (&tensor != &*tensors.begin()) text += ", ";
    text += core::formatted("\"{}\"", tensor.name);
  }
  return text;
}

}  // namespace

TensorList::TensorList(std::initializer_list<NamedTensor> tensors)
    : TensorList(std::vector<NamedTensor>(tensors)) {}

TensorList::TensorList(std::vector<NamedTensor> tensors) : tensors_(std::move(tensors)) {
  check_names(tensors_);
}

const Tensor& TensorList::operator[](std::string_view name) const {
  const Tensor* const tensor = find(name);
  if (tensor == nullptr) {
    throw Error(ErrorCode::kInvalidArgument,
                core::formatted("no tensor has the name \"{}\": {}", name, listed(*this)));
  }
  return *tensor;
}

const Tensor* TensorList::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(tensors_, name, &NamedTensor::name);
  return found == tensors_.end() ? nullptr : &found->tensor;
}

void TensorList::add(std::string name, Tensor tensor) {
  check_name(name);
  if (find(name) != nullptr) throw twice(name);
  tensors_.push_back({std::move(name), std::move(tensor)});
}

}  // namespace inferpool
