// SPDX-License-Identifier: Apache-2.0
#include "tools/run_tool.hpp"

#include <cstdio>
#include <exception>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "tools/command_line.hpp"
#include "tools/error_details.hpp"

namespace inferpool::tools {

int print(const std::string& text) {
  // Not fputs: an output may have zeros in it.
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}

void print_error(const std::string& text) { std::fputs(text.c_str(), stderr); }

int run_tool(const char* name, const char* usage, const std::function<int()>& work) {
  try {
    return work();
  } catch (const Usage& error) {
    print_error(formatted("{}: {}\n{}", name, error.what(), usage));
    return 2;
  } catch (const Error& error) {
    print_error(formatted("{}: {}\n{}", name, error.what(), error_details(error)));
    return 1;
  } catch (const std::exception& error) {
    print_error(formatted("{}: {}\n", name, error.what()));
    return 1;
  }
}

}  // namespace inferpool::tools
