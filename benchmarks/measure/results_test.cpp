// SPDX-License-Identifier: Apache-2.0
#include "measure/results.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>

#include "catch.hpp"

namespace bench {
namespace {

using inferpool::test::contains;

// A file of this process, which the destructor removes.
class ScratchFile {
 public:
  ScratchFile()
      : path_(std::filesystem::temp_directory_path() /
              ("inferpool-bench-test-" + std::to_string(getpid()))) {}
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Results some() {
  Results results{"ipc_overhead", {"a processor", 2, 8, "Linux", "g++", "Release"}};
  results.cells.push_back({"round trip", "pipe", "1 float", "ns"});
  results.cells.back().p50 = 50;
  results.cells.back().p99 = 99;
  results.cells.push_back({"rate", "pool", "1 worker", "requests/s", 1000.0});
  results.figures.push_back({"beside the floor", {2, 3, 4}, Relation::kAtMost, 3, "x", "why"});
  results.left_out.emplace_back("ZeroMQ: install libzmq3-dev");
  return results;
}

TEST_CASE("results are the same after they were written and read") {
  const ScratchFile file;
  write_json(some(), file.path());
  const Results results = read_json(file.path());
  CHECK(to_string(results) == to_string(some()));
  CHECK(to_string(results.machine) == to_string(some().machine));
  CHECK(results.figures.at(0).runs == std::vector<double>{2, 3, 4});
  CHECK(results.cells.at(0).p99 == 99);
  CHECK_FALSE(results.cells.at(0).p999);
}

TEST_CASE("a figure that was not measured has no value in the file, and says why there and after") {
  Results unmeasured = some();
  unmeasured.figures = {{.what = "calls", .target = 0, .not_measured = "calls: saw 0"}};
  const ScratchFile file;
  write_json(unmeasured, file.path());
  std::ifstream stream(file.path());
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  CHECK_THAT(text, contains("\"not_measured\": \"calls: saw 0\""));
  CHECK_THAT(text, contains("\"holds\": false"));
  CHECK_THAT(text, !contains("\"value\": 0"));
  CHECK_THAT(to_string(read_json(file.path())), contains("calls: not measured: calls: saw 0"));
}

TEST_CASE("a percentile is left out where fewer than two samples lie beyond it") {
  Samples samples;
  const auto cell_of = [&](int count) {
    while (samples.size() < static_cast<std::size_t>(count)) samples.add(1);
    return percentiles("round trip", "pipe", "1 float", "ns", samples);
  };
  CHECK(cell_of(199).p50 == 1);
  CHECK_FALSE(cell_of(199).p99);
  CHECK(cell_of(200).p99 == 1);
  CHECK_FALSE(cell_of(1999).p999);
  CHECK(cell_of(2000).p999 == 1);
}

TEST_CASE("a file that is not a result is refused and named") {
  const ScratchFile file;
  CHECK_THROWS_WITH(read_json(file.path()), contains(file.path().string()));
  std::ofstream(file.path()) << "{\"program\": 1}";
  CHECK_THROWS_WITH(read_json(file.path()), contains(file.path().string()));
}

TEST_CASE("results are printed as tables, what was left out, and figures") {
  const std::string text = to_string(some());
  CHECK_THAT(text, contains("round trip [ns; p50 / p99 / p99.9]"));
  CHECK_THAT(text, contains("pipe        50 / 99"));
  CHECK_THAT(text, contains("pool     1,000"));
  CHECK_THAT(text, contains("ZeroMQ: install libzmq3-dev"));
  CHECK_THAT(text, contains("beside the floor: 3 x (<= 3) holds; why"));
}

}  // namespace
}  // namespace bench
