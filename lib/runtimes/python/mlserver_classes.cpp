// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/mlserver_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

struct MlserverRuntime {
  std::string_view module;
  std::string_view instead;
};

constexpr std::string_view kOwnClass =
    "name a class of your own that loads the model's file and has a plain "
    "`def predict(self, **arrays)`";

constexpr std::array kRuntimes{
    MlserverRuntime{"mlserver_sklearn",
                    "write the model as ONNX (skl2onnx; a classifier with zipmap=False) and name "
                    "\"inferpool-onnx\""},
    MlserverRuntime{"mlserver_xgboost",
                    "name \"mlserver_xgboost.XGBoostModel\", which inferpool-xgboost serves"},
    MlserverRuntime{"mlserver_lightgbm",
                    "write the model as ONNX (onnxmltools) and name \"inferpool-onnx\""},
    MlserverRuntime{"mlserver_catboost",
                    "write the model as ONNX (save_model with format=\"onnx\") and name "
                    "\"inferpool-onnx\""},
    MlserverRuntime{"mlserver_huggingface",
                    "write the model as ONNX (optimum) and name \"inferpool-onnx\""},
    MlserverRuntime{"mlserver_mlflow", ""},
    MlserverRuntime{"mlserver_mllib", ""},
    MlserverRuntime{"mlserver_alibi_detect", ""},
    MlserverRuntime{"mlserver_alibi_explain", ""},
};

// "mlserver-mllib.model" belongs to the package mlserver_mllib.
std::string package_of(std::string_view module) {
  std::string package(module.substr(0, module.find('.')));
  std::ranges::replace(package, '-', '_');
  return package;
}

std::string instead_of(std::string_view module) {
  const auto found = std::ranges::find(kRuntimes, package_of(module), &MlserverRuntime::module);
  if (found == kRuntimes.end() || found->instead.empty()) return std::string(kOwnClass);
  return fmt::format("{}; or {}", found->instead, kOwnClass);
}

[[noreturn]] void refuse(const ClassPath& path, std::string_view why, const std::string& instead) {
  throw Error(ErrorCode::kInvalidSettings,
              fmt::format("implementation is \"{}.{}\", {}; instead, {}", path.module, path.name,
                          why, instead));
}

}  // namespace

bool is_of_mlserver(std::string_view module) {
  const std::string package = package_of(module);
  return package == "mlserver" || package.starts_with("mlserver_");
}

void refuse_mlserver_class(const ClassPath& path) {
  refuse(path,
         "a class of MLServer's interface (mlserver.MLModel), which inferpool-python does not "
         "run",
         instead_of(path.module));
}

void refuse_missing_mlserver(const ClassPath& path, std::string_view missing) {
  if (is_of_mlserver(path.module)) {
    refuse(path,
           "a class of MLServer, whose classes have another interface than those that "
           "inferpool-python runs",
           instead_of(path.module));
  }
  refuse(path,
         fmt::format("which needs the Python module {}, and that is not installed here; a class "
                     "of MLServer's interface (mlserver.MLModel) would not run either",
                     missing),
         fmt::format("{}; where it only uses functions of {}, install that for this worker "
                     "(parameters.environment_path)",
                     kOwnClass, missing));
}

}  // namespace inferpool::runtimes
