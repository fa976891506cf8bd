// SPDX-License-Identifier: Apache-2.0
#include "tools/npy.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "core/regular_file.hpp"
#include "core/system_error.hpp"
#include "tools/npy_header.hpp"
#include "tools/npy_types.hpp"

namespace inferpool::tools {
namespace {

constexpr const char* kAccepted =
    "bool, int8 to int64, uint8 to uint64, float16, float32 and float64, little-endian";

// One file, read from its start to its end.
class NpyFile {
 public:
  explicit NpyFile(const std::filesystem::path& file)
      : name_(file.string()), opened_(core::open_regular_file(file)), left_(opened_.size) {
    if (!opened_.fd) refuse(opened_.why);
  }

  Tensor read() {
    const NpyHeader header = read_header();
    const Datatype datatype = datatype_of(header.descr);
    if (header.fortran_order && header.shape.size() > 1) {
      refuse("is in Fortran order; save numpy.ascontiguousarray(array) instead");
    }
    return read_values(datatype, shape_of(header));
  }

 private:
  NpyHeader read_header() {
    if (left_ < kNpyMagic.size() + 2 || take(kNpyMagic.size()) != kNpyMagic) {
      refuse("is not a .npy file: its first bytes are not those of one; write it with numpy.save");
    }
    const std::string version = take(2);
    const auto major = static_cast<unsigned char>(version[0]);
    if (major < 1 || major > 3) {
      refuse(core::formatted("is of version {} of the .npy format; accepted: 1, 2 and 3", major));
    }
    const std::string length = take(major == 1 ? 2 : 4);
    std::size_t size = 0;
    for (std::size_t i = length.size(); i-- > 0;) {
      size = size << 8U | static_cast<unsigned char>(length[i]);
    }
    try {
      return parse_npy_header(take(size));
    } catch (const std::invalid_argument& error) {
      refuse(core::formatted("has an invalid header: {}", error.what()));
    }
  }

  Datatype datatype_of(const std::string& descr) const {
    const char order = descr.empty() ? '\0' : descr.front();
    for (const auto& [name, datatype] : kNpyTypes) {
      if (descr.size() != 3 || name != std::string_view(descr).substr(1)) continue;
      if (order == '<' || (element_size(datatype) == 1 && order == '|')) return datatype;
      if (order == '>') {
        refuse(
            core::formatted("is big-endian ({}); save array.astype('<{}') instead", descr, name));
      }
    }
    refuse(core::formatted("holds elements of the type {}; accepted: {}", descr, kAccepted));
  }

  Shape shape_of(const NpyHeader& header) const {
    try {
      return Shape(header.shape);
    } catch (const Error& error) {
      refuse(core::formatted("has a shape that no tensor can have: {}", error.what()));
    }
  }

  Tensor read_values(Datatype datatype, const Shape& shape) {
    const std::uint64_t size = element_size(datatype);
    const auto elements = static_cast<std::uint64_t>(shape.elements());
    if (left_ / size != elements || left_ % size != 0) {
      refuse(core::formatted("has {} bytes after its header; {} {} are {} of {}", left_,
                             name(datatype), to_string(shape), elements, size));
    }
    const std::string bytes = take(left_);
    try {
      return Tensor::copy_bytes(datatype, shape, std::as_bytes(std::span(bytes)));
    } catch (const Error& error) {
      refuse(core::formatted("holds what no tensor can: {}", error.what()));
    }
  }

  std::string take(std::uint64_t size) {
    if (size > left_) refuse(core::formatted("ends {} bytes too early", size - left_));
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
      const ssize_t got = ::read(opened_.fd.get(), bytes.data() + done, size - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) refuse(core::formatted("cannot be read: {}", core::error_text(errno)));
      if (got == 0) refuse("cannot be read to its end");
      done += static_cast<std::size_t>(got);
    }
    left_ -= size;
    return bytes;
  }

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(ErrorCode::kInvalidArgument, core::formatted("{} {}", name_, why));
  }

  std::string name_;
  core::RegularFile opened_;
  std::uint64_t left_ = 0;  // bytes not read yet
};

}  // namespace

Tensor read_npy(const std::filesystem::path& file) { return NpyFile(file).read(); }

}  // namespace inferpool::tools
