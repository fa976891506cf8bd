// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/model.hpp>

#include "catch.hpp"
#include "unit/heap_context.hpp"

namespace inferpool::test {

// A caller that keeps the parts of an answer, and wants no more than `most`.
struct KeptParts final : Stream<Response> {
  void send(const Response& part) override {
    if (parts.size() == most) throw Error(ErrorCode::kCancelled, "no more");
    parts.push_back(part);
  }
  std::vector<Response> parts;
  std::size_t most = 100;
};

// The answer of a model that is hosted in Python, which must not come in parts.
template <typename Model>
Response ask(Model& model, const Request& request, HeapContext& context) {
  KeptParts none;
  auto answer = model.predict(request, none, context);
  REQUIRE(answer);
  CHECK(none.parts.empty());
  return *answer;
}

template <typename Model>
Response ask(Model& model, const Request& request) {
  HeapContext context;
  return ask(model, request, context);
}

}  // namespace inferpool::test
