// SPDX-License-Identifier: Apache-2.0
// Pools of inferpool-python and of classes that tests write into files.
#pragma once

#include <string>

#include <inferpool/pool.hpp>

#include "integration/runtime_pool.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// models.py, in its own folder.
class PythonFile {
 public:
  explicit PythonFile(const std::string& text) { write_file(folder_ / "models.py", text); }

  // One worker that hosts the class models.Model.
  [[nodiscard]] Settings settings() const {
    Settings settings = runtime_settings("python");
    settings.implementation = "models.Model";
    settings.folder = folder_ / "";
    return settings;
  }
  [[nodiscard]] const ScratchFolder& folder() const noexcept { return folder_; }

 private:
  ScratchFolder folder_;
};

}  // namespace inferpool::test
