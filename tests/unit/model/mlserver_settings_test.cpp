// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <string>

#include <inferpool/settings.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

using std::filesystem::path;

path fixture(const std::string& name) {
  return std::filesystem::weakly_canonical(__FILE__).parent_path() / "mlserver_settings" / name;
}

TEST_CASE("MLServer's forms of model-settings.json parse as they are") {
  struct Form {
    const char* file;
    const char* name;
    const char* worker;
    const char* implementation;
    const char* version;
    std::optional<int> workers;
  };
  const Form forms[] = {
      {"class_alone.json", "greeter", "inferpool-python", "greetings.GreeterModel", "", {}},
      {"dashed_module.json",
       "house-prices",
       "inferpool-python",
       "price-model.HousePrices",
       "v2.1.0",
       {}},
      {"environment.json", "street-signs", "inferpool-python", "mlserver_sklearn.SKLearnModel", "",
       2},
      {"extra_and_no_workers.json", "outlier-alarm", "inferpool-python",
       "mlserver_alibi_detect.AlibiDetectRuntime", "v1", 0},
      {"format_of_a_folder.json",
       "crop-yield",
       "inferpool-python",
       "mlserver-mllib.MLlibModel",
       "v0.9",
       {}},
      {"metadata_and_batching.json", "tide-level", "inferpool-python", "tides.models.LevelModel",
       "v4.0.1", 3},
      {"remote_artifacts.json",
       "translator",
       "inferpool-python",
       "mlserver_huggingface.HuggingFaceRuntime",
       "",
       {}},
      {"xgboost_file.json",
       "ferry-delay",
       "inferpool-xgboost",
       "mlserver_xgboost.XGBoostModel",
       "v0.3.0",
       {}},
  };
  for (const Form& form : forms) {
    CAPTURE(form.file);
    const Settings settings = Settings::from_file(fixture(form.file));
    CHECK(settings.name == form.name);
    CHECK(settings.worker == form.worker);
    CHECK(settings.implementation == form.implementation);
    CHECK(settings.version == form.version);
    CHECK(settings.workers == form.workers);
    CHECK_NOTHROW(detail::validate(settings, form.file));
  }
}

TEST_CASE("the paths in MLServer's forms resolve against the file, its parameters are kept") {
  const path folder = fixture("");
  REQUIRE(Settings::from_file(fixture("class_alone.json")).folder == folder.parent_path().string());
  REQUIRE(Settings::from_file(fixture("xgboost_file.json")).uri ==
          (folder / "ferry-delay.bst").string());
  REQUIRE(Settings::from_file(fixture("format_of_a_folder.json")).uri ==
          folder.parent_path().string());
  REQUIRE(Settings::from_file(fixture("environment.json")).uri ==
          (folder.parent_path().parent_path() / "weights/street-signs.joblib").string());
  REQUIRE(Settings::from_file(fixture("environment.json")).environment_path ==
          (folder / "environment").string());
  REQUIRE(Settings::from_file(fixture("remote_artifacts.json")).uri == "s3://models/translator/7");
  REQUIRE(Settings::from_file(fixture("extra_and_no_workers.json")).extra ==
          R"({"threshold":0.10,"labels":["low","high"],"predict_parameters":{"alarm":"feature",)"
          R"("endpoint":"http://localhost:9500/v2/models/reference/infer"}})");
}

}  // namespace
}  // namespace inferpool
