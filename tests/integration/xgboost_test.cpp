// SPDX-License-Identifier: Apache-2.0
// inferpool-xgboost as its users use it: through Pool<> and files, with models that the test
// trains.
#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/runtime_pool.hpp"
#include "integration/scratch_folder.hpp"
#include "integration/trained_booster.hpp"
#include "runtimes/xgboost/booster.hpp"
#include "unit/settings/scoped_variable.hpp"

namespace inferpool::test {
namespace {

constexpr auto kColumns = static_cast<std::int64_t>(TrainedBooster::kColumns);
const TrainedBooster::Parameters kLogistic{{"objective", "binary:logistic"}};

Settings settings_for(const std::string& uri) {
  Settings settings = runtime_settings("xgboost");
  settings.uri = uri;
  return settings;
}

// A trained model in its own folder.
struct SavedModel {
  explicit SavedModel(const std::string& name = "m.json") : file(folder / name) {
    booster.save(file);
  }
  ScratchFolder folder;
  TrainedBooster booster{kLogistic};
  std::string file;
};

std::vector<float> some_rows(std::size_t count) {
  return made_up_rows(count, TrainedBooster::kColumns, 7);
}

Tensor matrix_of(const std::vector<float>& rows) {
  return Tensor::from(rows, {static_cast<std::int64_t>(rows.size()) / kColumns, kColumns});
}

TEST_CASE("inferpool-xgboost predicts what XGBoost does in this process, to the last bit") {
  struct Form {
    const char* file;
    TrainedBooster::Parameters parameters;
    unsigned classes = 2;
  };
  const Form form =
      GENERATE(Form{"numbers.json", {{"objective", "reg:squarederror"}}, 5},
               Form{"probability.json", kLogistic}, Form{"probability.ubj", kLogistic},
               Form{"probability.bst", kLogistic},
               Form{"classes.ubj", {{"objective", "multi:softprob"}, {"num_class", "3"}}, 3},
               Form{"linear.json", {{"objective", "binary:logistic"}, {"booster", "gblinear"}}},
               Form{"dropped_trees.ubj",
                    {{"objective", "binary:logistic"}, {"booster", "dart"}, {"rate_drop", "0.5"}}});
  CAPTURE(form.file);
  const TrainedBooster booster(form.parameters, form.classes);
  const ScratchFolder folder;
  booster.save(folder / form.file);
  Pool<> pool{settings_for(folder / form.file)};
  const std::vector<float> rows = some_rows(200);
  const Response response = pool.infer({{"input", matrix_of(rows)}});
  REQUIRE(response.outputs.size() == 1);
  CHECK(response["predict"] == booster.predict(rows));
  // A batch answers like its rows, one by one.
  const std::vector<float> row(rows.begin() + 3 * kColumns, rows.begin() + 4 * kColumns);
  CHECK(pool.infer({{"input", matrix_of(row)}})["predict"] == booster.predict(row));
}

TEST_CASE("inferpool-xgboost takes matrices of other numbers than FP32") {
  const SavedModel model;
  Pool<> pool{settings_for(model.file)};
  const std::vector<float> rows = some_rows(20);
  const std::vector<double> doubles(rows.begin(), rows.end());
  CHECK(pool.infer({{"input", Tensor::from(doubles, {20, kColumns})}})["predict"] ==
        model.booster.predict(rows));
  const std::vector<std::int8_t> bytes{1, 0, -1, 0, 1};
  CHECK(pool.infer({{"input", Tensor::from(bytes, {1, kColumns})}})["predict"] ==
        model.booster.predict({1, 0, -1, 0, 1}));
}

TEST_CASE("an MLServer model-settings.json of XGBoost answers unchanged") {
  const ScratchFolder folder;
  const TrainedBooster booster(kLogistic);
  booster.save(folder / "ferry-delay.bst");
  std::filesystem::copy_file(INFERPOOL_MLSERVER_SETTINGS "/xgboost_file.json",
                             folder / "model-settings.json");
  const char* const path = std::getenv("PATH");
  const std::string with_runtimes =
      std::string(INFERPOOL_RUNTIMES_FOLDER) + ":" + (path == nullptr ? "" : path);
  const ScopedVariable variable("PATH", with_runtimes.c_str());
  const ScopedVariable workers("MLSERVER_MODEL_PARALLEL_WORKERS", "2");
  Pool<> pool{Settings::from_file(folder / "model-settings.json")};
  const std::vector<float> rows = some_rows(3);
  const Response response = pool.infer({{"predict", matrix_of(rows)}});
  CHECK(response["predict"] == booster.predict(rows));
  CHECK(response.model_name == "ferry-delay");
  CHECK(response.model_version == "v0.3.0");
}

TEST_CASE("a confined inferpool-xgboost answers with its threads, and so do its successors") {
  const SavedModel model;
  Pool<> pool{settings_of_file(
      R"({"name": "delay", "implementation": "inferpool-xgboost", "parallel_workers": 1,)"
      R"( "pool": {"sandbox": true, "threads_per_worker": 2}, "parameters": {"uri": ")" +
      model.file + "\"}}")};
  CHECK(is_confined(pool));
  for (const std::size_t count : {std::size_t{1}, std::size_t{5000}}) {
    const std::vector<float> rows = some_rows(count);
    CHECK(pool.infer({{"input", matrix_of(rows)}})["predict"] == model.booster.predict(rows));
  }
  check_successors(pool, {{"input", matrix_of(some_rows(4))}}, "predict");
  CHECK(is_confined(pool));
}

TEST_CASE("after an inferpool-xgboost was killed its successor answers") {
  const SavedModel model;
  Pool<> pool{settings_for(model.file)};
  check_successors(pool, {{"input", matrix_of(some_rows(4))}}, "predict");
}

TEST_CASE("a file that is not an XGBoost model is refused by its name, with what was expected",
          "[W18]") {
  const SavedModel model;
  const std::string whole = read_file(model.file);
  struct File {
    const char* name;
    std::string content;
    const char* what;
  };
  const File files[] = {
      {"empty.json", "", "it is empty; expected: a model as save_model of XGBoost writes it"},
      {"empty.bst", "", "it is empty; expected: a model"},
      {"half.json", whole.substr(0, whole.size() / 2), "in the middle of the model"},
      {"half.bst", whole.substr(0, whole.size() / 2), "in the middle of the model"},
      {"other.json", R"({"weights": [1, 2]})",
       "it is JSON, but no model: it has no \"learner\", but \"weights\"; expected: a model"},
      {"text.json", "no trees here", "it begins with 'n'; expected: a model"},
      {"text.ubj", "no trees here", "it begins with 'n'; expected: a model"},
      {"text.bst", "no trees here", "it begins with 'n'; expected: a model"}};
  for (const auto& [name, content, what] : files) {
    CAPTURE(name);
    const std::string file = model.folder / name;
    write_file(file, content);
    const Error error = start_error(settings_for(file));
    CHECK(error.code() == ErrorCode::kStartupFailed);
    CHECK(error.details().exception_type == "inferpool::runtimes::XgboostError");
    CHECK_THAT(error.what(), contains("the model " + file) && contains(what));
    CHECK_THAT(error.what(), !contains("Check failed") && !contains("Stack trace"));
  }
}

TEST_CASE("a model that XGBoost itself cannot read is refused with both versions", "[W18]") {
  const SavedModel model;
  std::string text = read_file(model.file);
  const std::string known = "binary:logistic";
  text.replace(text.find(known), known.size(), "binary:log12345");
  const std::string file = model.folder / "unknown.json";
  write_file(file, text);
  CHECK_THAT(start_error(settings_for(file)).what(),
             contains("the model " + file + " is not read by XGBoost ") &&
                 contains("; it was written by XGBoost ") && contains("binary:log12345") &&
                 !contains("Stack trace"));
}

TEST_CASE("a missing XGBoost model is reported with its setting") {
  CHECK_THAT(start_error(settings_for("/no/such.json")).what(),
             contains("parameters.uri (uri): there is no file /no/such.json"));
  CHECK_THAT(start_error(settings_for("")).what(), contains("it is not set"));
}

TEST_CASE("inferpool-xgboost refuses what it cannot take, says what it can, and goes on") {
  const SavedModel model;
  Pool<> pool{settings_for(model.file)};
  const Tensor right = matrix_of(some_rows(2));
  const int pid = pool.stats().workers[0].pid;
  const auto check_refused = [&](const Request& request, const std::string& message) {
    const Error error = call_error(pool, request);
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    CHECK_THAT(error.what(), contains(message));
  };
  constexpr const char* kNames = R"(accepted: one, named "input" or "predict")";
  check_refused({{"x", right}}, kNames);
  check_refused({{"x", right}}, R"(the inputs are "x")");
  check_refused({{"input", right}, {"x", right}}, kNames);
  check_refused({}, "the inputs are none");
  check_refused({{"input", Tensor(Datatype::kFp16, {1, kColumns})}},
                "the input is FP16; accepted: FP32, FP64, INT8 to INT64, UINT8 to UINT64");
  check_refused({{"input", Tensor(Datatype::kBool, {1, kColumns})}}, "the input is BOOL");
  constexpr std::string_view kTexts[] = {"a"};
  check_refused({{"input", Tensor::from_strings(kTexts)}}, "the input is BYTES");
  for (const Shape& shape : {Shape{kColumns}, Shape{1, kColumns + 1}, Shape{1, kColumns - 1},
                             Shape{0, kColumns}, Shape{}, Shape{1, 1, kColumns}}) {
    check_refused({{"input", Tensor(Datatype::kFp32, shape)}},
                  "the input has the shape " + to_string(shape) + "; accepted: [rows, 5]");
  }
  CHECK(pool.infer({{"input", right}})["predict"].shape() == Shape{2});
  CHECK(pool.stats().workers[0].pid == pid);
}

TEST_CASE("threads_per_worker is how many threads XGBoost has for a batch") {
  const SavedModel model;
  const auto threads_with = [&](int setting) {
    Settings settings = settings_for(model.file);
    settings.threads_per_worker = setting;
    Pool<> pool{settings};
    pool.infer({{"input", matrix_of(some_rows(5000))}});
    const std::string tasks = "/proc/" + std::to_string(pool.stats().workers[0].pid) + "/task";
    return std::distance(std::filesystem::directory_iterator(tasks), {});
  };
  // Since 2.1 XGBoost uses at most as many threads as there are processors.
  const bool bounded = runtimes::Booster::library_version() >= runtimes::XgboostVersion{2, 1};
  cpu_set_t usable;
  REQUIRE(::sched_getaffinity(0, sizeof(usable), &usable) == 0);
  const auto more = [&](int threads) {
    return (bounded ? std::min(threads, CPU_COUNT(&usable)) : threads) - 1;
  };
  const auto with_one = threads_with(1);
  CHECK(threads_with(2) == with_one + more(2));
  CHECK(threads_with(5) == with_one + more(5));
}

}  // namespace
}  // namespace inferpool::test
