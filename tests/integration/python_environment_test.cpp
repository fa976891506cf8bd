// SPDX-License-Identifier: Apache-2.0
// Where inferpool-python finds a class and the modules that it imports.
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "integration/python_pool.hpp"

namespace inferpool::test {
namespace {

namespace fs = std::filesystem;

// A folder with model-settings.json and further files that a test writes.
struct ModelSettings {
  explicit ModelSettings(const std::string& members) {
    write_file(folder / "model-settings.json",
               R"({"parallel_workers": 1, "pool": {"worker": ")" INFERPOOL_RUNTIMES_FOLDER
               R"(/inferpool-python", "worker_output": "capture"}, )" +
                   members + "}");
  }
  [[nodiscard]] Settings read() const {
    return Settings::from_file(folder / "model-settings.json");
  }
  ScratchFolder folder;
};

std::string answer(const Settings& settings) {
  Pool<> pool{settings};
  return std::string(pool.infer({})["predict"].strings()[0]);
}

constexpr const char* kImporting = R"(
import marker
class Model:
  def predict(self): return marker.text
)";

TEST_CASE("a class is imported from the folder of the settings file, and so is what it imports") {
  const ModelSettings model(R"("implementation": "models.Model")");
  write_file(model.folder / "models.py", kImporting);
  write_file(model.folder / "marker.py", "text = 'beside'\n");
  CHECK(answer(model.read()) == "beside");
}

TEST_CASE("a class in a package is named by its path, also as an extra parameter") {
  const ModelSettings model(R"("parameters": {"extra": {"python_class": "shop.models.Model"}})");
  fs::create_directory(model.folder / "shop");
  write_file(model.folder / "shop/models.py", "from . import marker\n" + std::string(kImporting));
  write_file(model.folder / "shop/marker.py", "text = 'in the package'\n");
  write_file(model.folder / "marker.py", "text = 'beside the package'\n");
  CHECK(answer(model.read()) == "beside the package");
}

TEST_CASE("a path in the settings file is relative to it, whatever the working folder is") {
  const ModelSettings model(
      R"("implementation": "models.Model", "parameters": {"uri": "./weights.txt"})");
  write_file(model.folder / "weights.txt", "0.5");
  write_file(model.folder / "models.py", R"(
class Model:
  def __init__(self, settings): self.weights = open(settings.parameters.uri).read()
  def predict(self): return self.weights
)");
  CHECK(answer(model.read()) == "0.5");
}

// A virtual environment, made in the usual way, that has the module `marker`.
void make_environment(const std::string& folder, const std::string& options) {
  const std::string command = INFERPOOL_PYTHON " -m venv --without-pip " + options + " " + folder;
  REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(cert-env33-c)
  for (const auto& entry : fs::directory_iterator(folder + "/lib")) {
    write_file(entry.path() / "site-packages/marker.py",
               "import sys\ntext = 'of the environment ' + sys.prefix\n");
  }
}

TEST_CASE("a class has the packages of its virtual environment") {
  const ModelSettings model(
      R"("implementation": "models.Model", "parameters": {"environment_path": "./env"})");
  write_file(model.folder / "models.py", kImporting);
  make_environment(model.folder / "env", "--system-site-packages");
  CHECK(answer(model.read()) == "of the environment " + (model.folder / "env"));
}

TEST_CASE("a class does not have the system's packages where its environment leaves them out") {
  const ModelSettings model(
      R"("implementation": "models.Model", "parameters": {"environment_path": "./env"})");
  write_file(model.folder / "models.py", kImporting);
  make_environment(model.folder / "env", "");
  CHECK_THAT(start_error(model.read()).what(),
             contains("ModuleNotFoundError: No module named 'numpy'"));
}

TEST_CASE("a class has the packages of a folder that is laid out as a whole Python") {
  const ModelSettings model(
      R"("implementation": "models.Model", "parameters": {"environment_path": "./env"})");
  write_file(model.folder / "models.py", kImporting);
  make_environment(model.folder / "env", "");
  fs::remove(model.folder / "env/pyvenv.cfg");
  CHECK_THAT(answer(model.read()), contains("of the environment"));
}

TEST_CASE("a missing environment is reported when the pool starts") {
  const ModelSettings model(
      R"("implementation": "models.Model", "parameters": {"environment_path": "./env"})");
  const Error error = start_error(model.read());
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK_THAT(error.what(), contains("parameters.environment_path (environment_path): there is no "
                                    "folder " +
                                    (model.folder / "env")));
}

TEST_CASE("a class of MLServer that is not installed is refused with what to do instead", "[W15]") {
  const auto [implementation, remedy] = GENERATE(
      std::pair{"mlserver_sklearn.SKLearnModel", "skl2onnx; a classifier with zipmap=False"},
      std::pair{"mlserver_lightgbm.LightGBMModel", "onnxmltools"},
      std::pair{"mlserver_catboost.CatboostModel", "format=\"onnx\""},
      std::pair{"mlserver_huggingface.HuggingFaceRuntime", "optimum"},
      std::pair{"mlserver_mlflow.MLflowRuntime", "instead, name a class of your own"},
      std::pair{"mlserver_alibi_detect.AlibiDetectRuntime", "instead, name a class of your own"},
      std::pair{"mlserver_alibi_explain.AlibiExplainRuntime", "instead, name a class of your own"},
      std::pair{"mlserver-mllib.MLlibModel", "instead, name a class of your own"},
      std::pair{"mlserver_xgboost.XGBoostRuntime", "name \"mlserver_xgboost.XGBoostModel\""},
      std::pair{"mlserver.MLModel", "instead, name a class of your own"});
  CAPTURE(implementation);
  const ModelSettings model(R"("implementation": ")" + std::string(implementation) + '"');
  const std::string text = start_error(model.read()).what();
  CHECK_THAT(text, contains("implementation is \"" + std::string(implementation) +
                            "\", a class of MLServer, whose classes have another interface"));
  CHECK_THAT(text, contains(remedy));
}

TEST_CASE("a class that needs MLServer's package is refused with what to do instead", "[W15]") {
  const ModelSettings model(R"("implementation": "models.Model")");
  write_file(model.folder / "models.py", "import mlserver.types\n");
  const std::string text = start_error(model.read()).what();
  CHECK_THAT(text, contains("\"models.Model\", which needs the Python module mlserver, and that is "
                            "not installed here"));
  CHECK_THAT(text, contains("parameters.environment_path"));
}

TEST_CASE("a class of MLServer's interface is refused where MLServer is installed, too", "[W15]") {
  const ModelSettings model(R"("implementation": "models.Model")");
  fs::create_directory(model.folder / "mlserver");
  write_file(model.folder / "mlserver/__init__.py", "class MLModel: pass\n");
  write_file(model.folder / "models.py",
             "import mlserver\nclass Model(mlserver.MLModel):\n  def predict(self): return 1\n");
  CHECK_THAT(start_error(model.read()).what(),
             contains("\"models.Model\", a class of MLServer's interface (mlserver.MLModel)"));
}

TEST_CASE("a user's own class runs, whatever its module is called", "[W15]") {
  const ModelSettings model(R"("implementation": "mlserver_own.Model")");
  write_file(model.folder / "mlserver_own.py",
             "class Model:\n  def predict(self): return 'it runs'\n");
  CHECK(answer(model.read()) == "it runs");
}

TEST_CASE("the paths of a class and its files need not be UTF-8", "[H12]") {
  const ScratchFolder scratch;
  const std::string folder = scratch / "caf\xe9";
  fs::create_directory(folder);
  write_file(folder + "/weights \xff", "0.5");
  write_file(folder + "/models.py", R"(
class Model:
  def __init__(self, settings): self.settings = settings
  def predict(self):
    self.settings.name.encode('utf-8', 'surrogateescape')
    return open(self.settings.parameters.uri).read()
)");
  Settings settings = runtime_settings("python");
  settings.implementation = "models.Model";
  settings.folder = folder;
  settings.uri = folder + "/weights \xff";
  settings.name = "\xe9";
  CHECK(answer(settings) == "0.5");
  settings.implementation = "models.Missing";
  CHECK_THAT(start_error(settings).what(), contains("has no class Missing"));
}

}  // namespace
}  // namespace inferpool::test
