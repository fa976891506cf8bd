// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "runtimes/xgboost/byte_source.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

using std::string_view_literals::operator""sv;

struct Foreign {
  std::string_view begins;
  const char* what;
};
constexpr std::array<Foreign, 12> kForeign{
    {{"\x1f\x8b"sv, "compressed by gzip; decompress it first"},
     {"BZh"sv, "compressed by bzip2; decompress it first"},
     {"\xfd"
      "7zXZ"sv,
      "compressed by xz; decompress it first"},
     {"\x28\xb5\x2f\xfd"sv, "compressed by Zstandard; decompress it first"},
     {"PK\x03\x04"sv, "a zip archive"},
     {"\x80\x02"sv, "a pickle of Python; load it there, and save the model by save_model"},
     {"\x80\x03"sv, "a pickle of Python; load it there, and save the model by save_model"},
     {"\x80\x04"sv, "a pickle of Python; load it there, and save the model by save_model"},
     {"\x80\x05"sv, "a pickle of Python; load it there, and save the model by save_model"},
     {"tree\n"sv, "a model of LightGBM"},
     {"booster["sv, "a dump of trees, which XGBoost does not read again; use save_model"},
     {"bs64"sv, "in the base64 form of before XGBoost 1.0"}}};

// The head of the binary form.
struct BinaryHead {
  float base_score;
  std::uint32_t num_feature;
  std::int32_t num_class;
  std::int32_t contains_attributes;
  std::int32_t contains_metrics;
  std::uint32_t major;
  std::uint32_t minor;
  std::uint32_t others[27];
};
static_assert(sizeof(BinaryHead) == 136);
constexpr std::string_view kBinaryMark = "binf";

[[noreturn]] void refuse(const std::string& what) { throw XgboostError(what); }

// The extension by which XGBoost chooses how to read the file.
std::string extension(const std::filesystem::path& file) {
  std::string text = file.extension();
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// XGBoost's names have only letters, digits and few other characters.
bool is_name(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == ':' || c == '_' || c == '-' || c == '.';
  });
}

std::string binary_text(ByteSource& bytes) {
  std::uint64_t size = 0;
  const std::string length = bytes.take(sizeof(size));
  std::memcpy(&size, length.data(), sizeof(size));
  if (size == 0 || size > 64) refuse("");
  return bytes.take(size);
}

// None if it is not in the binary form.
std::optional<FormFound> binary(ByteSource& bytes, bool marked) try {
  if (marked) bytes.skip(kBinaryMark.size());
  BinaryHead head;
  const std::string bits = bytes.take(sizeof(head));
  std::memcpy(&head, bits.data(), sizeof(head));
  const std::string objective = binary_text(bytes);
  const std::string booster = binary_text(bytes);
  if (!is_name(objective) || (booster != "gbtree" && booster != "dart" && booster != "gblinear"))
    return std::nullopt;
  FormFound found{ModelForm::kBinary};
  if (head.major >= 1 && head.major < 100 && head.minor < 1000)
    found.version = {static_cast<int>(head.major), static_cast<int>(head.minor)};
  return found;
} catch (const XgboostError&) {
  return std::nullopt;
}

std::string first_bytes(ByteSource& bytes) {
  return bytes.take(std::min<std::uint64_t>(bytes.size(), 64));
}

[[noreturn]] void refuse_content(std::string_view first) {
  for (const Foreign& foreign : kForeign) {
    if (first.starts_with(foreign.begins)) refuse(fmt::format("it is {}", foreign.what));
  }
  const auto begin = std::ranges::find_if(first, [](unsigned char c) { return !std::isspace(c); });
  if (begin == first.end()) refuse("it has no content but blanks");
  const auto code = static_cast<unsigned char>(*begin);
  refuse(fmt::format("it begins with {}", std::isprint(code) != 0
                                              ? fmt::format("'{}'", *begin)
                                              : fmt::format("the byte 0x{:02x}", code)));
}

// For a file that begins with a brace.
ModelForm document_form(std::string_view first) {
  const std::string_view rest = first.substr(1);
  const auto next = std::ranges::find_if(rest, [](unsigned char c) { return !std::isspace(c); });
  if (next == rest.end()) refuse("nothing stands behind its first '{'");
  if (*next == '"' || *next == '}') return ModelForm::kJson;
  if (std::isalpha(static_cast<unsigned char>(*next)) == 0)
    refuse(fmt::format("behind its first '{{' stands '{}', where JSON has '\"'", *next));
  return ModelForm::kUbjson;
}

}  // namespace

FormFound find_form(const std::filesystem::path& file) {
  const std::string ending = extension(file);
  ByteSource bytes(file);
  if (bytes.size() == 0) refuse("it is empty");
  const std::string first = first_bytes(bytes);
  if (first.front() == '{') {
    const ModelForm form = document_form(first);
    if (form == ModelForm::kUbjson && ending == ".json")
      refuse("it is UBJSON, which XGBoost reads from a file named *.ubj: rename it");
    if (form == ModelForm::kJson && ending == ".ubj")
      refuse("it is JSON, which XGBoost reads from a file named *.json: rename it");
    return {form};
  }
  ByteSource again(file);
  const bool marked = first.starts_with(kBinaryMark);
  const auto found = binary(again, marked);
  if (!found && marked) refuse("it is cut off in its head (the binary form of before XGBoost 3.1)");
  if (!found) refuse_content(first);
  if (ending == ".json" || ending == ".ubj") {
    refuse(fmt::format(
        "it is in the binary form of before XGBoost 3.1, which is not read from a file named *{}: "
        "rename it, to *.bst for one",
        ending));
  }
  return *found;
}

}  // namespace inferpool::runtimes
