// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace inferpool::runtimes {

class ByteSource;

// What is told of a model's document while it is read, whether it is JSON or UBJSON.
class ModelEvents {
 public:
  ModelEvents() = default;
  ModelEvents(const ModelEvents&) = delete;
  ModelEvents& operator=(const ModelEvents&) = delete;
  virtual ~ModelEvents() = default;

  // The name of the value that comes next, in an object.
  virtual void key(std::string_view name) = 0;
  // False: its members are of no interest, and are passed over; end() is not called.
  [[nodiscard]] virtual bool begin_object() = 0;
  [[nodiscard]] virtual bool begin_array() = 0;
  virtual void end() = 0;
  // A text, or anything else as it is written: 12, 5E-1, true.
  virtual void text(std::string_view value) = 0;
  virtual void scalar(std::string_view value) = 0;
};

// Tell what one document holds, as far as XGBoost's own readers take it. Of a file of any size they
// keep no more than names and the texts that are told in memory, and go 64 levels deep at most.
// Numbers that are passed over are not checked. Throw XgboostError that says what is wrong at which
// byte.
void read_json(ByteSource& bytes, ModelEvents& events);
void read_ubjson(ByteSource& bytes, ModelEvents& events);

}  // namespace inferpool::runtimes
