// SPDX-License-Identifier: Apache-2.0
#include "other_network.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <map>
#include <span>
#include <stdexcept>

#include <inferpool/pool.hpp>

#include "load.hpp"
#include "metadata.hpp"
#include "npy.hpp"

namespace {

using inferpool::Datatype;
using inferpool::Tensor;

using Files = std::map<std::string, std::string>;  // by the input's name

Files parse_files(const std::vector<std::string>& arguments, const std::vector<Port>& ports) {
  Files files;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals != std::string::npos) {
      files[argument.substr(0, equals)] = argument.substr(equals + 1);
    } else if (ports.size() == 1) {
      files[ports[0].name] = argument;
    } else {
      throw std::runtime_error("which input is " + argument + "? Write name=" + argument);
    }
  }
  return files;
}

Tensor zeros(const Port& port) {
  if (!port.shape) throw std::runtime_error(port.name + " may have any shape: give a file for it");
  std::vector<std::int64_t> sizes;
  for (const std::int64_t size : *port.shape) sizes.push_back(size < 0 ? 1 : size);
  return {port.datatype, inferpool::Shape(sizes)};
}

// A name that the network does not have goes into the request, too: the error lists the right ones.
inferpool::Request request_for(const std::vector<Port>& ports, Files files) {
  inferpool::Request request;
  for (const Port& port : ports) {
    const auto file = files.find(port.name);
    request.inputs.add(port.name, file == files.end() ? zeros(port) : read_npy(file->second));
    if (file != files.end()) files.erase(file);
  }
  for (const auto& [name, file] : files) request.inputs.add(name, read_npy(file));
  return request;
}

template <typename T>
void print_values(const Tensor& tensor) {
  const std::span<const T> values = tensor.values<T>();
  for (const T value : values.first(std::min<std::size_t>(values.size(), 8))) {
    std::printf(" %g", static_cast<double>(value));
  }
  std::printf("%s\n", values.size() > 8 ? " ..." : "");
}

void print(const std::string& name, const Tensor& tensor) {
  std::printf("  %s %s:", name.c_str(), to_string(tensor).c_str());
  switch (tensor.datatype()) {
    case Datatype::kFp32:
      return print_values<float>(tensor);
    case Datatype::kFp64:
      return print_values<double>(tensor);
    case Datatype::kInt64:
      return print_values<std::int64_t>(tensor);
    case Datatype::kInt32:
      return print_values<std::int32_t>(tensor);
    case Datatype::kUint8:
      return print_values<std::uint8_t>(tensor);
    case Datatype::kBool:
      return print_values<bool>(tensor);
    default:
      std::printf(" %zu bytes\n", tensor.bytes().size());
  }
}

}  // namespace

int run_other_network(const std::filesystem::path& file, const std::vector<std::string>& inputs) {
  inferpool::Settings settings;
  settings.worker = "inferpool-onnx";
  settings.uri = std::filesystem::absolute(file);
  settings.workers = 2;
  settings.threads_per_worker = 1;
  inferpool::Pool<> pool{settings};
  const Metadata metadata = ask_metadata(pool);
  std::printf("%s, computed by %s\n", file.c_str(), metadata.platform.c_str());
  for (const Port& port : metadata.inputs) std::printf("  input  %s\n", to_string(port).c_str());
  for (const Port& port : metadata.outputs) std::printf("  output %s\n", to_string(port).c_str());

  const auto request = request_for(metadata.inputs, parse_files(inputs, metadata.inputs));
  std::printf("\nasked with\n");
  for (const auto& [name, tensor] : request.inputs) print(name, tensor);
  const auto start = std::chrono::steady_clock::now();
  const inferpool::Response response = pool.infer(request);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  std::printf("answered after %.2f ms\n", took.count());
  for (const auto& [name, tensor] : response.outputs) print(name, tensor);
  std::printf("\n%d workers: %.0f calls/s\n", *pool.settings().workers,
              calls_per_second(pool, request));
  return 0;
}
