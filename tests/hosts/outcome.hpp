// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include <inferpool/error.hpp>

namespace inferpool::test {

// How it ended, without line ends: "ok", or the error's text.
template <typename F>
std::string outcome(F action) {
  std::string text = "ok";
  try {
    action();
  } catch (const Error& error) {
    text = error.what();
  }
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace inferpool::test
