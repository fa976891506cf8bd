// SPDX-License-Identifier: Apache-2.0
// Catch2, version 2 or 3: the one place where they differ.
#pragma once

#include <string>

#if __has_include(<catch2/catch_all.hpp>)

#include <catch2/catch_all.hpp>

namespace inferpool::test {
using Catch::Approx;
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
}  // namespace inferpool::test

#else

#include <catch2/catch.hpp>

namespace inferpool::test {
using Catch::Detail::Approx;
inline auto contains(const std::string& text) { return Catch::Matchers::Contains(text); }
}  // namespace inferpool::test

#endif
