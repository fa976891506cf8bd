// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/repeated_schemas.hpp"

namespace inferpool::runtimes {
namespace {

bool is_repeated(const std::string& line) {
  return line.starts_with("Schema error: Trying to register schema with name ") &&
         line.find("but it is already registered from ") != std::string::npos;
}

}  // namespace

RepeatedSchemas::RepeatedSchemas(std::ostream& stream)
    : stream_(stream), before_(stream.rdbuf(this)) {}

RepeatedSchemas::~RepeatedSchemas() {
  stream_.rdbuf(before_);
  before_->sputn(line_.data(), static_cast<std::streamsize>(line_.size()));
}

RepeatedSchemas::int_type RepeatedSchemas::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(0);
  line_.push_back(traits_type::to_char_type(character));
  if (line_.back() == '\n') end_line();
  return character;
}

void RepeatedSchemas::end_line() {
  const bool repeated = is_repeated(line_);
  if (!repeated && !(dropped_ && line_ == "\n")) {
    before_->sputn(line_.data(), static_cast<std::streamsize>(line_.size()));
    before_->pubsync();
  }
  dropped_ = repeated;
  line_.clear();
}

}  // namespace inferpool::runtimes
