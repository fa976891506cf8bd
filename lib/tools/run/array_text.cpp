// SPDX-License-Identifier: Apache-2.0
#include "tools/run/array_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/format.hpp"
#include "tools/run/array_values.hpp"

namespace inferpool::tools {
namespace {

constexpr std::int64_t kMostElements = 1000;
constexpr std::int64_t kEdge = 3;  // elements at each end of an axis that is shortened
constexpr std::size_t kLineWidth = 75;
constexpr std::size_t kMostBytes = 200;  // of a string
constexpr std::string_view kGap = "...";

std::string escaped(char byte) {
  switch (byte) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x20 || value == 0x7f ? core::formatted("\\x{:02x}", value) : std::string(1, byte);
}

std::string quoted(std::string_view text) {
  std::size_t end = std::min(text.size(), kMostBytes);
  if (end < text.size()) {  // do not cut within a UTF-8 character
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  }
  std::string result = "\"";
  for (const char byte : text.substr(0, end)) result += escaped(byte);
  result += '"';
  return end == text.size() ? result : core::formatted("{}... ({} bytes)", result, text.size());
}

template <typename T>
std::string element_text(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return quoted(value);
  } else {
    return core::formatted("{}", plain_value(value));
  }
}

// One array on its way to text.
class ArrayText {
 public:
  explicit ArrayText(const Tensor& tensor)
      : shape_(tensor.shape()), shortened_(shape_.elements() > kMostElements) {
    visit_values(tensor, [&](const auto& values) { collect(values, 0, 0); });
    if (tensor.datatype() == Datatype::kBytes) return;
    for (const std::string& text : texts_) width_ = std::max(width_, text.size());
  }

  std::string write() {
    if (shape_.elements() == 0) return "[]";
    return write(0);
  }

 private:
  // Calls each(index) for each index of an axis that is shown, and gap() where some are left out.
  template <typename Each, typename Gap>
  void for_shown(std::size_t axis, Each&& each, Gap&& gap) const {
    const std::int64_t size = shape_[axis];
    const bool all = !shortened_ || size <= 2 * kEdge;
    for (std::int64_t i = 0; i < size; ++i) {
      if (!all && i == kEdge) {
        gap();
        i = size - kEdge;
      }
      each(i);
    }
  }

  // Collects the texts of the shown elements below the index `at` of the axes before this one.
  template <typename Values>
  void collect(const Values& values, std::size_t axis, std::int64_t at) {
    if (axis == shape_.rank()) {
      if (!values.empty()) texts_.push_back(element_text(values[static_cast<std::size_t>(at)]));
      return;
    }
    for_shown(
        axis, [&](std::int64_t i) { collect(values, axis + 1, at * shape_[axis] + i); }, [] {});
  }

  std::string next() { return core::formatted("{:>{}}", texts_[next_++], width_); }

  std::string write(std::size_t axis) {
    if (axis == shape_.rank()) return next();
    return axis + 1 == shape_.rank() ? write_row(axis) : write_rows(axis);
  }

  std::string write_row(std::size_t axis) {
    const std::string indentation(axis + 1, ' ');
    std::string text = "[";
    std::size_t used = axis + 1;
    const auto add = [&](const std::string& element) {
      const bool first = text.size() == 1;
      if (!first && used + 1 + element.size() >= kLineWidth) {
        text += '\n' + indentation;
        used = axis + 1;
      } else if (!first) {
        text += ' ';
        ++used;
      }
      text += element;
      used += element.size();
    };
    for_shown(
        axis, [&](std::int64_t) { add(next()); }, [&] { add(std::string(kGap)); });
    return text + ']';
  }

  std::string write_rows(std::size_t axis) {
    const std::string between =
        std::string(shape_.rank() - axis - 1, '\n') + std::string(axis + 1, ' ');
    std::string text = "[";
    const auto add = [&](const std::string& row) {
      text += (text.size() == 1 ? "" : between) + row;
    };
    for_shown(
        axis, [&](std::int64_t) { add(write(axis + 1)); }, [&] { add(std::string(kGap)); });
    return text + ']';
  }

  Shape shape_;
  bool shortened_;
  std::vector<std::string> texts_ = {};
  std::size_t width_ = 0;
  std::size_t next_ = 0;  // index in texts_ of the next text to write
};

}  // namespace

std::string array_text(const Tensor& tensor) { return ArrayText(tensor).write(); }

}  // namespace inferpool::tools
