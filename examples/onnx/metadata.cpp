// SPDX-License-Identifier: Apache-2.0
#include "metadata.hpp"

#include <nlohmann/json.hpp>

namespace {

std::vector<Port> parse(const inferpool::Parameter& text) {
  std::vector<Port> ports;
  for (const auto& entry : nlohmann::json::parse(std::get<std::string>(text))) {
    Port port{
        .name = entry.at("name"),
        .datatype = inferpool::datatype_from_name(entry.at("datatype").get<std::string>()).value(),
        .shape = {}};
    if (entry.contains("shape")) port.shape = entry["shape"].get<std::vector<std::int64_t>>();
    ports.push_back(std::move(port));
  }
  return ports;
}

}  // namespace

Metadata ask_metadata(inferpool::Pool<>& pool) {
  inferpool::Request request;
  request.parameters["metadata"] = true;
  const inferpool::Response response = pool.infer(request);
  return {.platform = std::get<std::string>(response.parameters.at("platform")),
          .inputs = parse(response.parameters.at("inputs")),
          .outputs = parse(response.parameters.at("outputs"))};
}

std::string to_string(const Port& port) {
  std::string text = port.name;
  text.append(" ").append(name(port.datatype));
  return text + (port.shape ? " " + nlohmann::json(*port.shape).dump() : " of any shape");
}
