// SPDX-License-Identifier: Apache-2.0
#include "tools/npy_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "tools/npy_types.hpp"

namespace inferpool::tools {
namespace {

constexpr std::size_t kAlignment = 64;  // of the values; the format requires it

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why) {
  throw Error(ErrorCode::kInvalidArgument,
              core::formatted("{} cannot be written: {}", file.string(), why));
}

std::string descr_of(const std::filesystem::path& file, Datatype datatype) {
  const auto found =
      std::ranges::find(kNpyTypes, datatype, [](const auto& type) { return type.second; });
  if (found == kNpyTypes.end()) {
    refuse(file, core::formatted(".npy has no type for {}; --json prints it", name(datatype)));
  }
  return core::formatted("{}{}", element_size(datatype) == 1 ? '|' : '<', found->first);
}

// A Python tuple: "()", "(3,)", "(3, 4)".
std::string tuple_of(const Shape& shape) {
  return core::formatted("({}{})", core::joined(shape.dimensions(), ", "),
                         shape.rank() == 1 ? "," : "");
}

// Everything before the values, in version 1 of the format. Its limit of 64 KiB is far above a
// header of 8 dimensions.
std::string head_of(const std::string& descr, const Shape& shape) {
  std::string header = core::formatted("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                       descr, tuple_of(shape));
  const std::size_t before = kNpyMagic.size() + 4;
  const std::size_t used = (before + header.size() + 1) % kAlignment;
  header.append(used == 0 ? 0 : kAlignment - used, ' ') += '\n';
  std::string head(kNpyMagic);
  head += {'\1', '\0', static_cast<char>(header.size() & 0xffU),
           static_cast<char>(header.size() >> 8U)};
  return head + header;
}

}  // namespace

void write_npy(const std::filesystem::path& file, const Tensor& tensor) {
  const std::string head = head_of(descr_of(file, tensor.datatype()), tensor.shape());
  errno = 0;
  std::ofstream out(file, std::ios::binary);
  out.write(head.data(), static_cast<std::streamsize>(head.size()));
  const std::span<const std::byte> bytes = tensor.bytes();
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) refuse(file, std::generic_category().message(errno == 0 ? EIO : errno));
}

}  // namespace inferpool::tools
