// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "core/byte_size.hpp"
#include "core/format.hpp"
#include "core/regular_file.hpp"
#include "core/system_error.hpp"
#include "settings/json_reader.hpp"
#include "settings/json_value.hpp"
#include "settings/refuse_setting.hpp"
#include "settings/setting_fields.hpp"
#include "settings/setting_paths.hpp"

namespace inferpool {
namespace {

using std::filesystem::path;

constexpr std::size_t kMostBytes = 64 * core::kMiB;  // of a file
constexpr std::string_view kFileScheme = "file:///";
constexpr std::string_view kSchemeLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

// Fills Settings from a document, member by member.
class SettingsReader {
 public:
  explicit SettingsReader(std::string_view source) : source_(source) {}

  Settings read(const settings::json::Value& document) && {
    if (document.kind != settings::json::Value::Kind::kObject) {
      settings::refuse_setting(source_, "the document", settings::json::write(document),
                               "a JSON object");
    }
    read_members(document, "");
    return std::move(settings_);
  }

 private:
  void read_members(const settings::json::Value& object, const std::string& prefix) {
    for (const settings::json::Member& member : object.members) {
      if (member.name.find('.') == std::string::npos) {
        read_member(member, prefix + member.name);
      } else {  // a name with a dot is not a path through objects
        read_unknown(core::formatted("{}\"{}\"", prefix, member.name));
      }
    }
  }

  void read_member(const settings::json::Member& member, const std::string& path) {
    if (settings::is_ignored_path(path)) return;
    for (const settings::SettingField& field : fields_) {
      if (field.path == path) return read_field(field, member.value);
    }
    if (!settings::is_group(path, fields_)) return read_unknown(path);
    if (says_nothing(member.value, path)) return;
    if (member.value.kind != settings::json::Value::Kind::kObject) {
      settings::refuse_setting(source_, path, settings::json::write(member.value), "a JSON object");
    }
    read_members(member.value, path + '.');
  }

  // As in MLServer, its own fields count as absent if they are null.
  static bool says_nothing(const settings::json::Value& value, std::string_view path) {
    if (settings::is_pool_path(path)) return false;
    if (value.kind == settings::json::Value::Kind::kNull) return true;
    return value.kind == settings::json::Value::Kind::kText && value.text.empty() &&
           settings::may_be_empty(path);
  }

  // MLServer ignores unknown fields; in "pool" an unknown field is a mistake.
  void read_unknown(const std::string& path) {
    if (!settings::is_pool_path(path)) return settings_.ignored_fields.push_back(path);
    throw Error(ErrorCode::kInvalidSettings,
                core::formatted("{}: {} is not a known field; the nearest one is {}", source_, path,
                                settings::nearest_path(path, fields_)));
  }

  void read_field(const settings::SettingField& field, const settings::json::Value& value) {
    if (says_nothing(value, field.path)) return;
    if (const auto invalid = field.read(value, settings_)) {
      settings::refuse_setting(source_, std::string(field.path) + invalid->entry, invalid->written,
                               invalid->accepted);
    }
  }

  std::string_view source_;
  std::vector<settings::SettingField> fields_ = settings::setting_fields();
  Settings settings_;
};

// The worker executable for an implementation, which MLServer names by the path of a Python class.
// A name without a dot, or with a slash, is itself an executable.
std::string worker_for(const std::string& implementation) {
  if (implementation == "mlserver_xgboost.XGBoostModel" ||
      implementation == "mlserver_xgboost.xgboost.XGBoostModel") {
    return "inferpool-xgboost";
  }
  const bool is_class = implementation.find('.') != std::string::npos &&
                        implementation.find('/') == std::string::npos;
  return is_class ? "inferpool-python" : implementation;
}

void choose_worker(Settings& settings) {
  if (!settings.worker.empty()) return;
  settings.worker = worker_for(settings.implementation);
  if (settings.worker == settings.implementation) settings.implementation.clear();
}

// Reads the working folder only for a relative path.
path absolute_path(const path& file, std::string_view source) {
  std::error_code error;
  path whole = std::filesystem::absolute(file, error);
  if (!error) return whole;
  throw Error(
      ErrorCode::kInvalidSettings,
      core::formatted("{}: the path \"{}\" cannot be made absolute, since there is no working "
                      "folder to start from ({}); accepted: an absolute path",
                      source, file.string(), error.message()));
}

std::string resolved(const path& file, const path& folder, std::string_view source) {
  path whole = absolute_path(folder / file, source).lexically_normal();
  if (!whole.has_filename() && whole.has_relative_path()) whole = whole.parent_path();
  return whole.string();
}

bool has_scheme(std::string_view uri) {
  const std::size_t end = uri.find_first_not_of(kSchemeLetters);
  return end != std::string_view::npos && end > 1 && uri.substr(end).starts_with(":/");
}

void resolve_paths(Settings& settings, const path& folder, std::string_view source) {
  if (settings.worker.find('/') != std::string::npos) {
    settings.worker = resolved(settings.worker, folder, source);
  }
  if (settings.uri.starts_with(kFileScheme)) settings.uri.erase(0, kFileScheme.size() - 1);
  if (!settings.uri.empty() && !has_scheme(settings.uri)) {
    settings.uri = resolved(settings.uri, folder, source);
  }
  if (!settings.folder.empty() || !folder.empty()) {
    settings.folder = resolved(settings.folder, folder, source);
  }
  if (!settings.environment_path.empty()) {
    settings.environment_path = resolved(settings.environment_path, folder, source);
  }
}

[[noreturn]] void refuse_file(const std::string& file, std::string_view why) {
  throw Error(ErrorCode::kInvalidSettings, core::formatted("{}: {}", file, why));
}

std::string read_file(const std::string& file) {
  const core::RegularFile opened = core::open_regular_file(file);
  if (!opened.fd) refuse_file(file, opened.why);
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t size = read(opened.fd.get(), buffer.data(), buffer.size());
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) refuse_file(file, core::formatted("cannot be read: {}", core::error_text(errno)));
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() <= kMostBytes) continue;
    refuse_file(file, core::formatted("is larger than {}, so it is not a model-settings.json",
                                      core::print_byte_size(kMostBytes)));
  }
}

}  // namespace

Settings Settings::from_json(std::string_view text, std::string_view source, const path& folder) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw Error(ErrorCode::kInvalidSettings,
                core::formatted("{}: is empty; accepted: a JSON object such as {{}}", source));
  }
  Settings settings = SettingsReader(source).read(settings::json::read(text, source));
  choose_worker(settings);
  resolve_paths(settings, folder, source);
  settings::check_fields(settings, source, &settings::SettingField::path);
  return settings;
}

Settings Settings::from_file(const path& file) {
  const std::string text = read_file(file.string());
  return from_json(text, file.string(), absolute_path(file, file.string()).parent_path());
}

}  // namespace inferpool
