// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <inferpool/worker.hpp>
#include <string_view>

#include "restart/noting_model.hpp"

// With --bare it loads its model, writes the notes to stdout and ends. That is the floor of a
// worker's start.
int main(int argc, char** argv) {
  bench::NotingModel::main_began = std::chrono::steady_clock::now();
  if (argc != 2 || std::string_view(argv[1]) != "--bare")
    return inferpool::run_worker<bench::NotingModel>(argc, argv);
  bench::NotingModel model{inferpool::Settings{}};
  const bench::Notes notes = model.predict({});
  return std::fwrite(&notes, sizeof(notes), 1, stdout) == 1 ? 0 : 1;
}
