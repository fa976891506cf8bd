// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "integration/scratch_folder.hpp"
#include "unit/tools/npy_file.hpp"

namespace inferpool::test {

// The settings of a model named "net" and an input of FP32 [1, 2], in a folder of their own.
class ModelFolder {
 public:
  explicit ModelFolder(const std::string& worker, const std::string& extra = "{}") {
    using nlohmann::json;
    write_file(input(), npy_of("<f4", "(1, 2)", std::string(8, '\0')));
    write_file(settings(), json{{"name", "net"},
                                {"implementation", worker},
                                {"parameters", {{"extra", json::parse(extra)}}}}
                               .dump());
  }

  [[nodiscard]] std::string settings() const { return folder_ / "model-settings.json"; }
  [[nodiscard]] std::string input() const { return folder_ / "x.npy"; }
  [[nodiscard]] const ScratchFolder& folder() const { return folder_; }

 private:
  ScratchFolder folder_;
};

inline std::string beside_this(const std::string& worker) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / worker;
}

}  // namespace inferpool::test
