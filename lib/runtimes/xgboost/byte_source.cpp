// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/byte_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::uint64_t kMost = 64 * 1024;
using Traits = std::filebuf::traits_type;

}  // namespace

ByteSource::ByteSource(const std::filesystem::path& file) {
  std::error_code error;
  size_ = std::filesystem::file_size(file, error);  // fails for a pipe, whose opening would wait
  if (!error) {
    errno = 0;
    if (file_.open(file, std::ios::in | std::ios::binary) == nullptr)
      error = std::error_code(errno, std::generic_category());
  }
  if (error) throw XgboostError("it cannot be read: " + error.message());
}

void ByteSource::refuse_end() const {
  throw XgboostError(fmt::format("it ends after {} bytes, in the middle of the model", position_));
}

char ByteSource::peek() {
  const auto byte = file_.sgetc();
  if (Traits::eq_int_type(byte, Traits::eof())) refuse_end();
  return Traits::to_char_type(byte);
}

char ByteSource::next() {
  const auto byte = file_.sbumpc();
  if (Traits::eq_int_type(byte, Traits::eof())) refuse_end();
  ++position_;
  return Traits::to_char_type(byte);
}

std::string ByteSource::take(std::uint64_t count) {
  if (count > kMost) {
    throw XgboostError(
        fmt::format("at byte {} it has a text of {} bytes where at most {} are expected", position_,
                    count, kMost));
  }
  std::string text(count, '\0');
  const std::streamsize got = file_.sgetn(text.data(), static_cast<std::streamsize>(count));
  position_ += static_cast<std::uint64_t>(got);
  if (static_cast<std::uint64_t>(got) != count) refuse_end();
  return text;
}

void ByteSource::skip(std::uint64_t count) {
  if (count > size_ - std::min(position_, size_)) {
    position_ = size_;
    refuse_end();
  }
  position_ += count;
  constexpr std::uint64_t kNear = 4096;
  if (count > kNear) {
    file_.pubseekpos(static_cast<std::streamoff>(position_), std::ios::in);
    return;
  }
  for (std::uint64_t i = 0; i < count; ++i) file_.sbumpc();
}

}  // namespace inferpool::runtimes
