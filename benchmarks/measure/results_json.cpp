// SPDX-License-Identifier: Apache-2.0
// Results as JSON and back: see results.hpp.
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "measure/results.hpp"

namespace bench {

namespace {

using nlohmann::json;

json to_json(const Machine& machine) {
  return {{"processor", machine.processor},   {"cores", machine.cores},
          {"memory_gib", machine.memory_gib}, {"kernel", machine.kernel},
          {"compiler", machine.compiler},     {"build_type", machine.build_type}};
}

Machine machine_of(const json& object) {
  return {object.at("processor"), object.at("cores"),    object.at("memory_gib"),
          object.at("kernel"),    object.at("compiler"), object.at("build_type")};
}

json to_json(const Cell& cell) {
  json object = {
      {"table", cell.table}, {"row", cell.row}, {"column", cell.column}, {"unit", cell.unit}};
  if (cell.value) object["value"] = *cell.value;
  if (cell.p50) object["p50"] = *cell.p50;
  if (cell.p99) object["p99"] = *cell.p99;
  if (cell.p999) object["p999"] = *cell.p999;
  return object;
}

std::optional<double> number_at(const json& object, const char* name) {
  if (!object.contains(name)) return std::nullopt;
  return object.at(name).get<double>();
}

Cell cell_of(const json& object) {
  Cell cell{object.at("table"), object.at("row"), object.at("column"), object.at("unit")};
  cell.value = number_at(object, "value");
  cell.p50 = number_at(object, "p50");
  cell.p99 = number_at(object, "p99");
  cell.p999 = number_at(object, "p999");
  return cell;
}

json to_json(const Figure& figure) {
  json object = {
      {"what", figure.what}, {"target", figure.target}, {"relation", symbol(figure.relation)},
      {"unit", figure.unit}, {"holds", figure.holds()}, {"runs", figure.runs},
      {"note", figure.note}};
  if (figure.not_measured.empty()) {
    object["value"] = figure.value();
  } else {
    object["not_measured"] = figure.not_measured;
  }
  return object;
}

Figure figure_of(const json& object) {
  Figure figure;
  figure.what = object.at("what");
  figure.runs = object.at("runs").get<std::vector<double>>();
  figure.relation = relation_of(object.at("relation").get<std::string>());
  figure.target = object.at("target");
  figure.unit = object.at("unit");
  figure.note = object.at("note");
  figure.not_measured = object.value("not_measured", "");
  return figure;
}

}  // namespace

void write_json(const Results& results, const std::filesystem::path& file) {
  json object = {{"program", results.program},   {"machine", to_json(results.machine)},
                 {"cells", json::array()},       {"figures", json::array()},
                 {"left_out", results.left_out}, {"notes", results.notes}};
  for (const Cell& cell : results.cells) object["cells"].push_back(to_json(cell));
  for (const Figure& figure : results.figures) object["figures"].push_back(to_json(figure));
  std::ofstream stream(file);
  stream << object.dump(2) << '\n';
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

Results read_json(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  try {
    const json object = json::parse(stream);
    Results results{object.at("program"), machine_of(object.at("machine"))};
    for (const json& cell : object.at("cells")) results.cells.push_back(cell_of(cell));
    for (const json& figure : object.at("figures")) results.figures.push_back(figure_of(figure));
    results.left_out = object.value("left_out", std::vector<std::string>{});
    results.notes = object.value("notes", std::vector<std::string>{});
    return results;
  } catch (const json::exception& error) {
    throw std::runtime_error(file.string() + " is no result of a benchmark: " + error.what());
  }
}

}  // namespace bench
