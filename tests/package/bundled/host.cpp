// SPDX-License-Identifier: Apache-2.0
// host <bundled worker>...: checks that each is found by its name and runs far enough to refuse a
// model that does not exist.
#include <cstdio>
#include <string_view>

#include <inferpool/pool.hpp>

namespace {

bool runs(const char* worker) {
  try {
    inferpool::Settings settings{.worker = worker};
    settings.workers = 1;
    settings.uri = "/there is no such model";
    const inferpool::Pool<> pool{settings};
  } catch (const inferpool::Error& error) {
    const std::string_view text = error.what();
    std::printf("%s: %s\n", worker, error.what());
    return text.find("the model did not load") != std::string_view::npos;
  }
  std::printf("%s: it loaded nothing\n", worker);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  bool all = argc > 1;
  for (int i = 1; i < argc; ++i) all = runs(argv[i]) && all;
  return all ? 0 : 1;
}
