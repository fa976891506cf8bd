// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/mlserver_classes.hpp"

#include <functional>
#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::is_of_mlserver;
using runtimes::refuse_missing_mlserver;
using runtimes::refuse_mlserver_class;

std::string said_by(const std::function<void()>& refuse) {
  try {
    refuse();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
  return "nothing";
}

TEST_CASE("MLServer's modules are its package and its runtimes, with all that is in them",
          "[W15]") {
  for (const char* module : {"mlserver", "mlserver.types", "mlserver_sklearn", "mlserver_own.a.b",
                             "mlserver-mllib.model", "mlserver-mllib"}) {
    CAPTURE(module);
    CHECK(is_of_mlserver(module));
  }
  for (const char* module : {"", "mlservers", "my.mlserver", "my_mlserver_sklearn", "MLServer"}) {
    CAPTURE(module);
    CHECK_FALSE(is_of_mlserver(module));
  }
}

TEST_CASE("a class of a runtime is refused with what replaces that runtime", "[W15]") {
  const std::string text = said_by([] {
    refuse_mlserver_class({"mlserver_sklearn.sklearn", "SKLearnModel"});
  });
  CHECK_THAT(text, contains("implementation is \"mlserver_sklearn.sklearn.SKLearnModel\", a class "
                            "of MLServer's interface (mlserver.MLModel)"));
  CHECK_THAT(text, contains("; instead, write the model as ONNX (skl2onnx; a classifier with "
                            "zipmap=False) and name \"inferpool-onnx\"; or name a class of your "
                            "own"));
}

TEST_CASE("a class whose runtime nothing replaces is to be written anew", "[W15]") {
  for (const char* module : {"mlserver_mlflow", "mlserver-mllib", "mlserver_unknown", "models"}) {
    CAPTURE(module);
    CHECK_THAT(said_by([&] {
                 refuse_mlserver_class({module, "Model"});
               }),
               contains("; instead, name a class of your own that loads the model's file"));
  }
}

TEST_CASE("a class of MLServer that is not installed is said to be one", "[W15]") {
  const std::string text = said_by([] {
    refuse_missing_mlserver({"mlserver_lightgbm", "LightGBMModel"}, "mlserver_lightgbm");
  });
  CHECK_THAT(text, contains("\"mlserver_lightgbm.LightGBMModel\", a class of MLServer, whose "
                            "classes have another interface") &&
                       contains("onnxmltools"));
}

TEST_CASE("a class that imports a missing module of MLServer is told which, and two ways out",
          "[W15]") {
  const std::string text = said_by([] {
    refuse_missing_mlserver({"models", "Model"}, "mlserver.types");
  });
  CHECK_THAT(text, contains("\"models.Model\", which needs the Python module mlserver.types, and "
                            "that is not installed here"));
  CHECK_THAT(text, contains("name a class of your own"));
  CHECK_THAT(text, contains("where it only uses functions of mlserver.types, install that for this "
                            "worker (parameters.environment_path)"));
}

}  // namespace
}  // namespace inferpool::test
