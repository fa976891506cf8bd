// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/open_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include <inferpool/error.hpp>

#include "runtimes/onnx/file_bytes.hpp"
#ifdef INFERPOOL_WITH_ONNX_RUNTIME
#include "runtimes/onnx/onnx_runtime_network.hpp"
#endif
#ifdef INFERPOOL_WITH_OPENCV
#include "runtimes/onnx/opencv_network.hpp"
#endif

namespace inferpool::runtimes {
namespace {

using Open = std::unique_ptr<Network> (*)(const std::filesystem::path& file,
                                          std::optional<int> threads);

struct Backend {
  std::string_view name;
  Open open;
};

// Those that are built in, the preferred one first.
constexpr std::array kBackends{
#ifdef INFERPOOL_WITH_ONNX_RUNTIME
    Backend{.name = "onnxruntime", .open = open_onnx_runtime_network},
#endif
#ifdef INFERPOOL_WITH_OPENCV
    Backend{.name = "opencv",
            .open =
                [](const std::filesystem::path& file, std::optional<int> threads) {
                  return open_opencv_network(file_bytes(file), threads);
                }},
#endif
};

std::string backend_names() {
  std::string text;
  for (const Backend& backend : kBackends) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : " or ", backend.name);
  }
  return text;
}

}  // namespace

std::string_view wanted_backend(const Settings& settings) {
  if (settings.extra.empty()) return {};
  const auto extra = nlohmann::json::parse(settings.extra, nullptr, false);
  if (!extra.is_object() || !extra.contains("backend")) return {};
  const nlohmann::json& wanted = extra["backend"];
  const auto known = std::ranges::find_if(
      kBackends, [&](const Backend& backend) { return wanted == std::string(backend.name); });
  if (known == kBackends.end()) {
    throw Error(ErrorCode::kInvalidSettings,
                fmt::format("parameters.extra (extra): backend is {}; accepted in this build: {}",
                            wanted.dump(), backend_names()));
  }
  return known->name;
}

std::unique_ptr<Network> open_network(const std::filesystem::path& file, std::string_view backend,
                                      std::optional<int> threads) {
  const auto wanted = std::ranges::find(kBackends, backend, &Backend::name);
  const Open open = wanted == kBackends.end() ? kBackends.front().open : wanted->open;
  try {
    return open(file, threads);
  } catch (const std::exception& error) {  // all of it is of the file: std::bad_alloc, too
    throw NetworkError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace inferpool::runtimes
