// SPDX-License-Identifier: Apache-2.0
#include "tools/model_settings.hpp"

#include <sys/stat.h>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {
namespace {

using tools::model_settings;

struct Folder : ScratchFolder {
  explicit Folder(const std::string& worker) {
    write_file(*this / "model-settings.json", R"({"implementation": ")" + worker + R"("})");
  }
  void add_program(const std::string& name) const {
    write_file(*this / name);
    ::chmod((*this / name).c_str(), 0700);
  }
  [[nodiscard]] std::string worker(const std::string& instead = {}) const {
    return model_settings(*this / "model-settings.json", instead).worker;
  }
};

TEST_CASE(
    "a worker that is named without a folder is the one beside the settings, if there is one") {
  const Folder folder("net_worker");
  CHECK(folder.worker() == "net_worker");
  write_file(folder / "net_worker");  // no program
  CHECK(folder.worker() == "net_worker");
  folder.add_program("net_worker");
  CHECK(folder.worker() == folder / "net_worker");
}

TEST_CASE("the worker of the command line counts more than that of the settings") {
  const Folder folder("net_worker");
  folder.add_program("net_worker");
  CHECK(folder.worker("build/net_worker") == "build/net_worker");
  CHECK(folder.worker("other") == "other");
}

TEST_CASE("a worker that the settings name with its folder stays that one") {
  const Folder folder("./bin/net_worker");
  CHECK(folder.worker() == folder / "bin/net_worker");
}

TEST_CASE("a model without a name has that of its worker") {
  CHECK(tools::model_name(Settings{.worker = "w", .name = "net"}) == "net");
  CHECK(tools::model_name(Settings{.worker = "w"}) == "w");
}

}  // namespace
}  // namespace inferpool::test
