// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "measure/figure.hpp"
#include "measure/machine.hpp"
#include "measure/samples.hpp"

namespace bench {

// One cell of a table of results: either `value`, or percentiles.
struct Cell {
  std::string table;
  std::string row;
  std::string column;
  std::string unit;
  std::optional<double> value = {};
  std::optional<double> p50 = {};
  std::optional<double> p99 = {};
  std::optional<double> p999 = {};
};

// A cell with the percentiles of the samples. A percentile with fewer than two samples beyond it is
// left out.
[[nodiscard]] Cell percentiles(std::string table, std::string row, std::string column,
                               std::string unit, const Samples& samples);

// Everything that one benchmark program measured.
struct Results {
  std::string program;
  Machine machine = {};
  std::vector<Cell> cells = {};
  std::vector<Figure> figures = {};
  // What could not be measured here, and what to install: "ZeroMQ: install libzmq3-dev".
  std::vector<std::string> left_out = {};
  // What a reader of the cells must know: what limits them, or how they were measured.
  std::vector<std::string> notes = {};
};

// Text for a reader: tables, notes, what was left out, figures.
[[nodiscard]] std::string to_string(const Results& results);

// Throws std::runtime_error that names the file.
void write_json(const Results& results, const std::filesystem::path& file);
[[nodiscard]] Results read_json(const std::filesystem::path& file);

}  // namespace bench
