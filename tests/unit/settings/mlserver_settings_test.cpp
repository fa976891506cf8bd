// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "catch.hpp"
#include "settings_fields.hpp"

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
      {"kserve.json", "iris", "inferpool-xgboost", "mlserver_xgboost.XGBoostModel", "", {}},
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

Settings parse(const std::string& text) {
  return Settings::from_json(text, "model-settings.json", "/models/iris");
}

// A document with this value at the path of one of MLServer's fields.
std::string with(const std::string& path, const std::string& value) {
  const std::size_t dot = path.find('.');
  const std::string member =
      "\"" + path.substr(dot == std::string::npos ? 0 : dot + 1) + "\": " + value;
  return dot == std::string::npos ? "{" + member + "}" : "{\"parameters\": {" + member + "}}";
}

const std::vector<std::string> kRead = {
    "name",           "implementation",     "parallel_workers", "parameters",
    "parameters.uri", "parameters.version", "parameters.extra", "parameters.environment_path"};
const std::vector<std::string> kUnused = {"platform",
                                          "versions",
                                          "inputs",
                                          "outputs",
                                          "warm_workers",
                                          "max_batch_size",
                                          "max_batch_time",
                                          "cache_enabled",
                                          "parameters.format",
                                          "parameters.content_type",
                                          "parameters.environment_tarball",
                                          "parameters.inference_pool_gid",
                                          "parameters.autogenerate_inference_pool_gid"};

TEST_CASE("each of MLServer's fields may be null, which is as good as absent", "[W13]") {
  const auto absent = test::fields(parse("{}"));
  for (const auto* paths : {&kRead, &kUnused}) {
    for (const std::string& path : *paths) {
      CAPTURE(path);
      const Settings settings = parse(with(path, "null"));
      CHECK(test::fields(settings) == absent);
      CHECK(settings.ignored_fields.empty());
    }
  }
  CHECK(test::fields(Settings::from_file(fixture("all_null.json"))) ==
        test::fields(Settings::from_json("{}", "", fixture(""))));
}

TEST_CASE("MLServer's fields of a wrong type are refused where they are used", "[W13]") {
  for (const std::string& path : kRead) {
    for (const char* value : {"true", "[1]", "1.5"}) {
      CAPTURE(path, value);
      CHECK_THROWS_WITH(parse(with(path, value)), test::contains("model-settings.json: " + path +
                                                                 " is " + value + "; accepted: "));
    }
  }
  for (const std::string& path : kUnused) {
    for (const char* value : {"true", "[1]", "1.5", "\"\"", "{}"}) {
      CAPTURE(path, value);
      CHECK(parse(with(path, value)).ignored_fields.empty());
    }
  }
}

TEST_CASE("text that is empty in MLServer's own settings is as good as absent", "[W13]") {
  for (const char* path :
       {"name", "parameters.uri", "parameters.version", "parameters.environment_path"}) {
    CAPTURE(path);
    CHECK(test::fields(parse(with(path, "\"\""))) == test::fields(parse("{}")));
  }
}

TEST_CASE("names and versions may be whole numbers, as MLServer has them", "[W13]") {
  CHECK(parse(with("name", "7")).name == "7");
  CHECK(parse(with("parameters.version", "3")).version == "3");
  CHECK_THROWS_WITH(parse(with("parameters.version", "1.10")), test::contains("is 1.10; accepted"));
}

TEST_CASE("fields that MLServer does not know are left out and reported, those of pool are refused",
          "[W13]") {
  using Names = std::vector<std::string>;
  CHECK(Settings::from_file(fixture("kserve.json")).ignored_fields == Names{"version"});
  const Settings settings = parse(
      R"({"paralel_workers": 4, "parameters": {"urls": {"a": 1}, "version": "1"}, "x": null,
          "pool.spin": 1, "parameters.uri": "w"})");
  CHECK(settings.ignored_fields ==
        Names{"paralel_workers", "parameters.urls", "x", "\"pool.spin\"", "\"parameters.uri\""});
  CHECK(settings.version == "1");
  CHECK(settings.uri.empty());
  CHECK_THROWS_AS(parse(R"({"pool": {"paralel_workers": 4}})"), Error);
}

TEST_CASE("XGBoost's class has two paths in MLServer, and the same worker for both", "[W15]") {
  for (const std::string path :
       {"mlserver_xgboost.XGBoostModel", "mlserver_xgboost.xgboost.XGBoostModel"}) {
    CHECK(parse(with("implementation", '"' + path + '"')).worker == "inferpool-xgboost");
  }
}

}  // namespace
}  // namespace inferpool
