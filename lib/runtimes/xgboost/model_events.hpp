// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace inferpool::runtimes {

class ByteSource;

// The events while a model's document is read, for both JSON and UBJSON.
class ModelEvents {
 public:
  ModelEvents() = default;
  ModelEvents(const ModelEvents&) = delete;
  ModelEvents& operator=(const ModelEvents&) = delete;
  virtual ~ModelEvents() = default;

  // The name of the next value in an object.
  virtual void key(std::string_view name) = 0;
  // False: the reader skips the members and does not call end().
  [[nodiscard]] virtual bool begin_object() = 0;
  [[nodiscard]] virtual bool begin_array() = 0;
  virtual void end() = 0;
  // A text; any other scalar as it is written: 12, 5E-1, true.
  virtual void text(std::string_view value) = 0;
  virtual void scalar(std::string_view value) = 0;
};

// How deep a document may go.
inline constexpr int kMostLevels = 64;

// Read one document and report its contents. They accept what XGBoost's own readers accept. For a
// file of any size they keep only names and reported texts in memory. They do not check skipped
// numbers. Throw XgboostError that says what is wrong at which byte.
void read_json(ByteSource& bytes, ModelEvents& events);
void read_ubjson(ByteSource& bytes, ModelEvents& events);

}  // namespace inferpool::runtimes
