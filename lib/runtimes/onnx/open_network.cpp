// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/open_network.hpp"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include <inferpool/error.hpp>

#include "runtimes/onnx/backend_module.hpp"
#include "runtimes/onnx/known_backends.hpp"
#include "runtimes/onnx/thread_count.hpp"

namespace inferpool::runtimes {

WantedNetwork wanted_network(const Settings& settings) {
  WantedNetwork wanted{.backend = preferred_backend()};
  wanted.options.threads = thread_count(settings);
  const auto extra = nlohmann::json::parse(settings.extra, nullptr, false);
  if (!extra.is_object()) return wanted;
  if (const auto backend = extra.find("backend"); backend != extra.end()) {
    wanted.backend = built_backend(backend->dump());
  }
  if (const auto spinning = extra.find("spinning"); spinning != extra.end()) {
    if (!spinning->is_boolean()) {
      throw Error(ErrorCode::kInvalidSettings,
                  fmt::format("parameters.extra (extra): spinning is {}; accepted: true or false",
                              spinning->dump()));
    }
    wanted.options.spinning = *spinning;
  }
  return wanted;
}

std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                      const WantedNetwork& wanted) {
  const std::filesystem::path folder = program_folder();
  const Backend& backend = load_backend(folder, wanted.backend);
  try {
    return backend.open(file, wanted.options);
  } catch (const std::exception& error) {  // all come from the file, std::bad_alloc too
    throw NetworkError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace inferpool::runtimes
