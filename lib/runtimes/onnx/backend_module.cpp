// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/backend_module.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>
#include <system_error>

#include "runtimes/onnx/backend_stamp.hpp"
#include "runtimes/onnx/known_backends.hpp"

namespace inferpool::runtimes {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_missing(const fs::path& module, std::string_view name) {
  throw NetworkError(fmt::format(
      "the backend \"{}\" is not beside the program: there is no {}. It is installed with "
      "inferpool-onnx: copy the two together",
      name, module.string()));
}

// dlerror names the missing library or symbol.
[[noreturn]] void refuse_unloadable(std::string_view name) {
  const char* const why = ::dlerror();
  throw NetworkError(fmt::format("the backend \"{}\" cannot be loaded: {}. It needs {}", name,
                                 why == nullptr ? "no reason was given" : why, library_of(name)));
}

}  // namespace

fs::path program_folder() {
  std::error_code failed;
  // The path ends with " (deleted)" once the executable was replaced; its folder stays the same.
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) {
    throw NetworkError(fmt::format(
        "the folder of the backends is not known, because /proc/self/exe cannot be read: {}. Is "
        "/proc mounted?",
        failed.message()));
  }
  return program.parent_path();
}

const Backend& load_backend(const fs::path& folder, std::string_view name) {
  const fs::path module = folder / fmt::format("inferpool-onnx-{}.so", name);
  std::error_code ignored;
  if (!fs::exists(module, ignored)) refuse_missing(module, name);
  // Resolves all symbols now, so that a missing one is reported here, and shows none of them to
  // other libraries. The module is never closed: networks and their exceptions use its code.
  void* const handle = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) refuse_unloadable(name);
  const auto* const backend = static_cast<const Backend*>(::dlsym(handle, kBackendSymbol));
  if (backend == nullptr) refuse_unloadable(name);
  if (backend->stamp != std::string_view(kBackendStamp)) {
    throw NetworkError(fmt::format(
        "{} is of another build than this inferpool-onnx. Install both from one build; a pool that "
        "ran while inferpool was upgraded must be made again",
        module.string()));
  }
  return *backend;
}

}  // namespace inferpool::runtimes
