// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace inferpool::runtimes {

// While it lives, lines of this form are dropped from a stream, and the empty one behind each:
//   Schema error: Trying to register schema with name ... but it is already registered from ...
// Debian's ONNX Runtime and Debian's library of ONNX, on which it stands, register the same 567
// operators one after the other, in any process, when the first session is made; the second time
// changes nothing, and std::cerr gets a line for each. All else goes on to the stream. Nothing else
// may use the stream at that moment.
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
