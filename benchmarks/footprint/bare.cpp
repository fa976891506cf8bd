// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

// A C++ program that reports that it runs, and sleeps until it is killed.
int main() {
  const auto line = std::make_unique<std::string>("ready to sleep, on the heap\n");
  std::fputs(line->c_str(), stdout);
  std::fflush(stdout);
  for (;;) pause();
}
