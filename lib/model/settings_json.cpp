// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "core/format.hpp"
#include "model/json_reader.hpp"
#include "model/json_value.hpp"
#include "model/refuse_setting.hpp"
#include "model/setting_fields.hpp"
#include "model/setting_places.hpp"

namespace inferpool {
namespace {

using std::filesystem::path;

constexpr std::string_view kFileScheme = "file:///";
constexpr std::string_view kSchemeLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

// Fills Settings from a document, member by member.
class SettingsReader {
 public:
  explicit SettingsReader(std::string_view source) : source_(source) {}

  Settings read(const json::Value& document) && {
    if (document.kind != json::Value::Kind::kObject) {
      refuse_setting(source_, "the document", json::write(document), "a JSON object");
    }
    read_members(document, "");
    return std::move(settings_);
  }

 private:
  void read_members(const json::Value& object, const std::string& prefix) {
    for (const json::Member& member : object.members) read_member(member, prefix + member.name);
  }

  void read_member(const json::Member& member, const std::string& place) {
    for (const SettingField& field : fields_) {
      if (field.place == place) return read_field(field, member.value);
    }
    if (is_ignored_place(place)) return;
    if (!is_group(place, fields_)) {
      throw Error(ErrorCode::kInvalidSettings,
                  formatted("{}: {} is not a known field; the nearest one is {}", source_, place,
                            nearest_place(place, fields_)));
    }
    if (member.value.kind != json::Value::Kind::kObject) {
      refuse_setting(source_, place, json::write(member.value), "a JSON object");
    }
    read_members(member.value, place + '.');
  }

  void read_field(const SettingField& field, const json::Value& value) {
    if (const auto refusal = field.read(value, settings_)) {
      refuse_setting(source_, std::string(field.place) + refusal->entry, refusal->written,
                     refusal->accepted);
    }
  }

  std::string_view source_;
  std::vector<SettingField> fields_ = setting_fields();
  Settings settings_;
};

// The worker executable that serves an implementation as MLServer names it: the path of a Python
// class. What has no dot, or has a slash, names an executable itself.
std::string worker_for(const std::string& implementation) {
  if (implementation == "mlserver_xgboost.XGBoostModel") return "inferpool-xgboost";
  const bool is_class = implementation.find('.') != std::string::npos &&
                        implementation.find('/') == std::string::npos;
  return is_class ? "inferpool-python" : implementation;
}

void choose_worker(Settings& settings) {
  if (!settings.worker.empty()) return;
  settings.worker = worker_for(settings.implementation);
  if (settings.worker == settings.implementation) settings.implementation.clear();
}

std::string resolved(const path& file, const path& folder) {
  path whole = std::filesystem::absolute(folder / file).lexically_normal();
  if (!whole.has_filename() && whole.has_relative_path()) whole = whole.parent_path();
  return whole.string();
}

bool has_scheme(std::string_view uri) {
  const std::size_t end = uri.find_first_not_of(kSchemeLetters);
  return end != std::string_view::npos && end > 1 && uri.substr(end).starts_with(":/");
}

void resolve_paths(Settings& settings, const path& folder) {
  if (settings.worker.find('/') != std::string::npos) {
    settings.worker = resolved(settings.worker, folder);
  }
  if (settings.uri.starts_with(kFileScheme)) settings.uri.erase(0, kFileScheme.size() - 1);
  if (!settings.uri.empty() && !has_scheme(settings.uri)) {
    settings.uri = resolved(settings.uri, folder);
  }
  if (!settings.folder.empty() || !folder.empty()) {
    settings.folder = resolved(settings.folder, folder);
  }
  if (!settings.environment_path.empty()) {
    settings.environment_path = resolved(settings.environment_path, folder);
  }
}

[[noreturn]] void refuse_file(const std::string& file, int error) {
  throw Error(ErrorCode::kInvalidSettings,
              formatted("{}: cannot be read: {}", file, std::generic_category().message(error)));
}

std::string read_file(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"),
                                                               &std::fclose);
  if (!stream) refuse_file(file, errno);
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), stream.get())) {
    text.append(buffer.data(), size);
  }
  if (std::ferror(stream.get()) != 0) refuse_file(file, errno);
  return text;
}

}  // namespace

Settings Settings::from_json(std::string_view text, std::string_view source, const path& folder) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw Error(ErrorCode::kInvalidSettings,
                formatted("{}: is empty; accepted: a JSON object such as {{}}", source));
  }
  Settings settings = SettingsReader(source).read(json::read(text, source));
  choose_worker(settings);
  resolve_paths(settings, folder);
  check_fields(settings, source, &SettingField::place);
  return settings;
}

Settings Settings::from_file(const path& file) {
  return from_json(read_file(file.string()), file.string(),
                   std::filesystem::absolute(file).parent_path());
}

std::string detail::to_json(const Settings& settings) {
  json::Value document = json::make_object();
  for (const SettingField& field : setting_fields()) {
    json::Value value = field.write(settings);
    if (value.kind != json::Value::Kind::kNull) json::put(document, field.place, std::move(value));
  }
  return json::write(document);
}

}  // namespace inferpool
