// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/late_value.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "catch.hpp"

namespace inferpool::detail {
namespace {

TEST_CASE("a late value is made where it stays, and may be moved out") {
  struct Fixed {
    explicit Fixed(std::string t) : text(std::move(t)) {}
    Fixed(const Fixed&) = delete;
    Fixed& operator=(const Fixed&) = delete;
    std::string text;
  };
  LateValue<Fixed> value;
  value.make([] { return Fixed("a text that lies in no small buffer"); });
  const std::string text = std::move((*value).text);
  REQUIRE(text == "a text that lies in no small buffer");
}

TEST_CASE("a late value is destroyed once, one that never came is not") {
  const auto shared = std::make_shared<int>(1);
  {
    LateValue<std::shared_ptr<int>> made, never, failed;
    made.make([&] { return shared; });
    REQUIRE_THROWS_AS(failed.make([]() -> std::shared_ptr<int> { throw std::runtime_error(""); }),
                      std::runtime_error);
    REQUIRE(shared.use_count() == 2);
  }
  REQUIRE(shared.use_count() == 1);
}

}  // namespace
}  // namespace inferpool::detail
