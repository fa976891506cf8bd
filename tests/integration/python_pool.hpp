// SPDX-License-Identifier: Apache-2.0
// Pools of inferpool-python and of classes that tests write into files.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include <inferpool/pool.hpp>

#include "integration/runtime_pool.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// models.py, in a folder of its own.
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

// The lines that workers wrote.
class Lines {
 public:
  [[nodiscard]] WorkerOutput recorder() {
    return {WorkerOutput::Kind::kCallback, [this](int, std::string_view line) {
              const std::lock_guard lock(mutex_);
              lines_.emplace_back(line);
            }};
  }
  [[nodiscard]] bool has(const std::string& line) const {
    const std::lock_guard lock(mutex_);
    return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace inferpool::test
