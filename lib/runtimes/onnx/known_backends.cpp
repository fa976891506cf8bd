// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/known_backends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

#ifdef INFERPOOL_WITH_ONNX_RUNTIME
constexpr bool kWithOnnxRuntime = true;
#else
constexpr bool kWithOnnxRuntime = false;
#endif
#ifdef INFERPOOL_WITH_OPENCV
constexpr bool kWithOpenCv = true;
#else
constexpr bool kWithOpenCv = false;
#endif

struct Known {
  std::string_view name;
  bool built;
  std::string_view needed_to_run;
  std::string_view needed_to_build;
};

// The preferred one first.
constexpr std::array<Known, 2> kKnown{
    {{.name = "onnxruntime",
      .built = kWithOnnxRuntime,
      .needed_to_run =
          "ONNX Runtime: Debian 13's package libonnxruntime-dev brings it; that of a "
          "release has to lie where it was when inferpool was built, or on LD_LIBRARY_PATH",
      .needed_to_build = "Debian 13's package libonnxruntime-dev, or "
                         "-DINFERPOOL_ONNXRUNTIME_DIR=<folder of a release of ONNX Runtime>"},
     {.name = "opencv",
      .built = kWithOpenCv,
      .needed_to_run =
          "OpenCV's DNN module, version 4.6: Debian 12's package libopencv-dnn-dev brings it",
      .needed_to_build = "Debian 12's package libopencv-dnn-dev"}}};

std::string built_names() {
  std::string text;
  for (const Known& known : kKnown) {
    if (known.built) text += fmt::format("{}\"{}\"", text.empty() ? "" : " or ", known.name);
  }
  return text;
}

}  // namespace

std::string_view preferred_backend() {
  return std::ranges::find(kKnown, true, &Known::built)->name;
}

std::string_view built_backend(const std::string& wanted) {
  const auto known = std::ranges::find_if(
      kKnown, [&](const Known& one) { return wanted == fmt::format("\"{}\"", one.name); });
  if (known != kKnown.end() && known->built) return known->name;
  std::string text = fmt::format(
      "parameters.extra (extra): backend is {}; accepted in this build: {}", wanted, built_names());
  if (known != kKnown.end()) {
    text += fmt::format(". To have it, build inferpool with {}", known->needed_to_build);
  }
  throw Error(ErrorCode::kInvalidSettings, text);
}

std::string_view library_of(std::string_view name) {
  return std::ranges::find(kKnown, name, &Known::name)->needed_to_run;
}

}  // namespace inferpool::runtimes
