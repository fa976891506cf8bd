// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace inferpool::runtimes {

// While it lives, it drops lines of this form from a stream, and the empty line after each:
//   Schema error: Trying to register schema with name ... but it is already registered from ...
// Debian's ONNX Runtime uses Debian's library of ONNX. When a process makes its first session, both
// register the same 567 operators. The second registration changes nothing but writes a line for
// each to std::cerr. All other text passes to the stream. Nothing else may use the stream
// meanwhile.
class RepeatedSchemas final : private std::streambuf {
 public:
  explicit RepeatedSchemas(std::ostream& stream);
  RepeatedSchemas(const RepeatedSchemas&) = delete;
  RepeatedSchemas& operator=(const RepeatedSchemas&) = delete;
  ~RepeatedSchemas() override;

 private:
  int_type overflow(int_type character) override;
  void end_line();

  std::ostream& stream_;
  std::streambuf* const before_;
  std::string line_ = {};
  bool dropped_ = false;  // the line before this one
};

}  // namespace inferpool::runtimes
