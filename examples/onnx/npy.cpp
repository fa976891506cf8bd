// SPDX-License-Identifier: Apache-2.0
#include "npy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using inferpool::Datatype;

constexpr std::array<std::pair<std::string_view, Datatype>, 12> kTypes{{{"<f4", Datatype::kFp32},
                                                                        {"<f8", Datatype::kFp64},
                                                                        {"<f2", Datatype::kFp16},
                                                                        {"<i8", Datatype::kInt64},
                                                                        {"<i4", Datatype::kInt32},
                                                                        {"<i2", Datatype::kInt16},
                                                                        {"|i1", Datatype::kInt8},
                                                                        {"<u8", Datatype::kUint64},
                                                                        {"<u4", Datatype::kUint32},
                                                                        {"<u2", Datatype::kUint16},
                                                                        {"|u1", Datatype::kUint8},
                                                                        {"|b1", Datatype::kBool}}};

// The part of a text between `begin` and `end`.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  if (from == std::string_view::npos) throw std::runtime_error("its header is not NumPy's");
  const std::string_view rest = text.substr(from + begin.size());
  return rest.substr(0, rest.find(end));
}

// Parses "2, 3" or "2,".
std::vector<std::int64_t> sizes_in(std::string_view text) {
  std::vector<std::int64_t> sizes;
  while (true) {
    text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
    if (text.empty()) return sizes;
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{}) throw std::runtime_error("its shape is too large");
    sizes.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

inferpool::Tensor parse_npy(std::string_view content) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  if (!content.starts_with(kMagic) || content.size() < 12) {
    throw std::runtime_error("it is not a .npy file");
  }
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(content[at]); };
  const bool long_header = byte(6) > 1;  // the version
  std::size_t size = byte(8) | std::size_t{byte(9)} << 8U;
  if (long_header) size |= std::size_t{byte(10)} << 16U | std::size_t{byte(11)} << 24U;
  const std::size_t begin = long_header ? 12 : 10;
  if (size > content.size() - begin) throw std::runtime_error("it is cut off");
  const std::string_view header = content.substr(begin, size);
  const std::string_view type = between(header, "'descr': '", "'");
  const auto known = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; });
  if (known == kTypes.end()) {
    throw std::runtime_error("its type " + std::string(type) + " is none that is read here");
  }
  if (between(header, "'fortran_order': ", ",") != "False") {
    throw std::runtime_error("it is in Fortran's order: save numpy.ascontiguousarray of it");
  }
  const inferpool::Shape shape(sizes_in(between(header, "'shape': (", ")")));
  return inferpool::Tensor::copy_bytes(known->second, shape,
                                       std::as_bytes(std::span(content.substr(begin + size))));
}

}  // namespace

inferpool::Tensor read_npy(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(in), {});
  try {
    if (!in) throw std::runtime_error("it cannot be read");
    return parse_npy(content);
  } catch (const std::exception& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}
