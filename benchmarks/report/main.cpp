// SPDX-License-Identifier: Apache-2.0
// report <folder> <program>...: reads <folder>/<program>.json of each benchmark, prints all
// figures, and writes report.txt, README-table.md, results.json and the plots into the folder. Exit
// status 0 whether figures hold or not, 1 if it cannot read or write, 2 for wrong arguments.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>

#include "measure/results.hpp"
#include "report/plots.hpp"
#include "report/summary.hpp"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

void report(const fs::path& folder, std::span<const char* const> programs) {
  std::vector<bench::Results> all;
  std::vector<fs::path> files;
  std::vector<std::string> missing;
  for (const std::string program : programs) {
    const fs::path file = folder / (program + ".json");
    if (!fs::exists(file)) {
      missing.push_back(program);
      continue;
    }
    files.push_back(file);
    all.push_back(bench::read_json(file));
  }
  std::string text;
  if (!all.empty()) text += bench::to_string(all.front().machine) + "\n\n";
  text += bench::summary(all, missing);
  write(folder / "report.txt", text);
  write(folder / "README-table.md", bench::readme_table(all));
  write(folder / "results.json", bench::combined_json(files, missing));
  text += "\n" + bench::draw(bench::drawings_of(all), folder);
  std::fputs(text.c_str(), stdout);
  std::printf("all of it: %s\n", folder.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: report <folder of the results> <program>...\n", stderr);
    return 2;
  }
  try {
    report(argv[1], std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(2));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "report: %s\n", error.what());
    return 1;
  }
}
