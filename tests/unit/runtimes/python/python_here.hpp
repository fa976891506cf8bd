// SPDX-License-Identifier: Apache-2.0
// Python in this process, for tests of the parts of inferpool-python.
#pragma once

#include <pybind11/embed.h>

#include <cstdint>
#include <string>

#include <inferpool/model.hpp>

#include "integration/scratch_folder.hpp"
#include "runtimes/python/inferpool_module.hpp"
#include "runtimes/python/interpreter.hpp"
#include "unit/heap_context.hpp"

namespace inferpool::test {

// The interpreter and its lock, while it lives.
class PythonHere {
 public:
  PythonHere() { runtimes::define_inferpool_module(); }

  // The value of an expression in which `numpy` is known.
  pybind11::object eval(const std::string& expression) const {
    pybind11::dict names;
    names["numpy"] = pybind11::module_::import("numpy");
    names["inferpool"] = pybind11::module_::import("inferpool");
    return pybind11::eval(expression, names);
  }

 private:
  struct Started {
    Started() { runtimes::Interpreter::start(""); }
  };
  Started started_;
  pybind11::gil_scoped_acquire lock_;
};

// Where an array of NumPy has its bytes.
inline std::uintptr_t address_of(const pybind11::object& array) {
  const pybind11::object place = array.attr("__array_interface__")["data"];
  return place[pybind11::int_(0)].cast<std::uintptr_t>();
}

// A module with its own name and folder, because Python imports each name once per process.
class PythonModule {
 public:
  explicit PythonModule(const std::string& text) : name_("module_" + std::to_string(++made)) {
    write_file(folder_ / (name_ + ".py"), text);
  }

  [[nodiscard]] Settings settings(const std::string& class_name = "Model") const {
    Settings settings;
    settings.implementation = name_ + "." + class_name;
    settings.folder = folder_ / "";
    return settings;
  }
  [[nodiscard]] const ScratchFolder& folder() const noexcept { return folder_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  static inline int made = 0;
  std::string name_;
  ScratchFolder folder_;
};

}  // namespace inferpool::test
