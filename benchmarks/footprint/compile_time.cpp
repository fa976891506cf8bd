// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "footprint/footprint.hpp"
#include "footprint/std_headers.hpp"
#include "measure/child_process.hpp"
#include "measure/rounds.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUse =
    "#include <inferpool/pool.hpp>\n"
    "struct Model {\n"
    "  explicit Model(const inferpool::Settings&) {}\n"
    "  inferpool::Tensor predict(const inferpool::Tensor& t) { return t; }\n"
    "};\n"
    "inferpool::Tensor use(inferpool::Pool<Model>& pool, const inferpool::Tensor& t) {\n"
    "  return pool.infer(t);\n"
    "}\n";
constexpr const char* kServe =
    "#include <inferpool/worker.hpp>\n"
    "struct Model {\n"
    "  explicit Model(const inferpool::Settings&) {}\n"
    "  inferpool::Tensor predict(const inferpool::Tensor& t) { return t; }\n"
    "};\n"
    "int main(int argc, char** argv) { return inferpool::run_worker<Model>(argc, argv); }\n";

// A temporary folder that is removed with the object.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "inferpool-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream file(path_ / name);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + (path_ / name).string());
    return path_ / name;
  }
  [[nodiscard]] fs::path file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

double user_nanoseconds(const ChildProcess::End& end) {
  return static_cast<double>(end.used.ru_utime.tv_sec) * 1e9 +
         static_cast<double>(end.used.ru_utime.tv_usec) * 1e3;
}

// The processor time of a child process in user mode, in milliseconds. It always measures a shell
// that counts; the code does nothing.
Instrument processor_time_of_children() {
  return {"processor time of children",
          [](const Instrument::Code& code) {
            code();
            const char* const count = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
            return user_nanoseconds(ChildProcess({"/bin/sh", "-c", count}).wait()) / 1e6;
          },
          {[] {}, 5, 60'000}};
}

// Returns nanoseconds of processor time in user mode.
double compile(const fs::path& source, std::vector<std::string> options) {
  std::vector<std::string> command{BENCH_COMPILER, "-std=c++20", "-I", BENCH_INCLUDE};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(source.string());
  const ChildProcess::End end = ChildProcess(command).wait();
  if (end.exit_status != 0)
    throw std::runtime_error(BENCH_COMPILER " did not compile " + source.filename().string());
  return user_nanoseconds(end);
}

// A source that includes the same standard headers as the inferpool headers that `source` includes.
std::string std_headers_of(const fs::path& source, const Folder& folder) {
  const fs::path rule = folder.file("rule");
  compile(source, {"-M", "-MF", rule.string()});
  std::ifstream stream(rule);
  std::set<std::string> headers;
  for (const fs::path& file : files_below(BENCH_INCLUDE, stream)) {
    std::ifstream text(file);
    headers.merge(std_headers_in(text));
  }
  if (headers.empty()) throw std::runtime_error("pool.hpp seems to include no standard header");
  std::string text;
  for (const std::string& header : headers) text += "#include <" + header + ">\n";
  return text;
}

Contender contender(const std::string& name, const fs::path& source) {
  return {name, [source](Nanoseconds, Samples& samples) {
            samples.add(compile(source, {"-fsyntax-only"}));
          }};
}

void add_cells(const Rounds& rounds, Results& results) {
  for (std::size_t i = 0; i < rounds.contenders(); ++i)
    results.cells.push_back(
        {.table = "compile time (" BENCH_COMPILER " -std=c++20 -fsyntax-only, user mode)",
         .row = rounds.name(i),
         .column = "median",
         .unit = "ms",
         .value = rounds.all(i).quantile(0.5) / 1e6});
}

}  // namespace

void measure_compile_time(const Options& options, Progress& progress, Results& results) {
  progress.step("compile time");
  if (!fs::exists(BENCH_COMPILER)) {
    results.left_out.push_back("compile time: install the compiler " BENCH_COMPILER);
    return;
  }
  setenv("CCACHE_DISABLE", "1", 1);  // the compiler may be a link to ccache
  const Folder folder;
  const fs::path pool = folder.write("pool.cpp", "#include <inferpool/pool.hpp>\n");
  const fs::path std_headers = folder.write("std_headers.cpp", std_headers_of(pool, folder));
  Rounds rounds({contender("the std headers that pool.hpp includes", std_headers),
                 contender("inferpool/pool.hpp", pool),
                 contender("a host: Pool<Model> and infer", folder.write("host.cpp", kUse)),
                 contender("a worker: run_worker<Model>", folder.write("worker.cpp", kServe))},
                {.runs = options.runs, .slices = options.full ? 4 : 1, .slice = {}});
  results.figures.push_back(measured({.what = "compile time of #include <inferpool/pool.hpp>",
                                      .target = 1.5,
                                      .unit = "x that of the std headers that it includes",
                                      .note = "processor time in user mode, -fsyntax-only"},
                                     processor_time_of_children(), [&] {
                                       rounds.run(&progress);
                                       add_cells(rounds, results);
                                       return ratios(rounds.means(1), rounds.means(0));
                                     }));
}

}  // namespace bench
