// SPDX-License-Identifier: Apache-2.0
#include "measure/instrument.hpp"

#include <cstdlib>
#include <stdexcept>

#include "catch.hpp"
#include "measure/figure.hpp"
#include "unit/settings/scoped_variable.hpp"

namespace bench {
namespace {

using inferpool::test::ScopedVariable;

// Counts increments of `count`, times `gain`.
class Raises {
 public:
  explicit Raises(double gain = 1) : gain_(gain) {}
  [[nodiscard]] Instrument instrument() {
    return {"raises",
            [this](const Instrument::Code& code) {
              const int before = count_;
              code();
              return gain_ * (count_ - before);
            },
            {[this] { count_ += 3; }, 3, 3}};
  }
  void raise() { ++count_; }

 private:
  double gain_;
  int count_ = 0;
};

TEST_CASE("an instrument that sees its known case measures") {
  Raises raises;
  const Instrument instrument = raises.instrument();
  CHECK(instrument.blindness().empty());
  CHECK(instrument.measure([&] { raises.raise(); }) == 1);
}

TEST_CASE("an instrument that sees nothing, or too much, of its known case says so") {
  CHECK(Raises(0).instrument().blindness() == "raises: saw 0 in a case that has 3");
  CHECK(Raises(2).instrument().blindness() == "raises: saw 6 in a case that has 3");
}

TEST_CASE("an instrument that cannot look says why") {
  const Instrument broken(
      "raises",
      [](const Instrument::Code&) -> double { throw std::runtime_error("not on this machine"); },
      {[] {}, 1, 1});
  CHECK(broken.blindness() == "raises: not on this machine");
}

TEST_CASE("an instrument that the environment names sees nothing, and others do") {
  Raises raises;
  {
    const ScopedVariable blind("INFERPOOL_BLIND", "lowers,raises");
    const Instrument instrument = raises.instrument();
    CHECK(instrument.blindness() == "raises: saw 0 in a case that has 3");
    CHECK(instrument.measure([&] { raises.raise(); }) == 0);
  }
  const ScopedVariable others("INFERPOOL_BLIND", "lowers,raise");
  CHECK(raises.instrument().blindness().empty());
}

TEST_CASE("the figure of a blind instrument is not measured, and does not hold") {
  Raises blind(0);
  int runs = 0;
  const auto run = [&] { return std::vector<double>{static_cast<double>(++runs)}; };
  const Figure none = measured({.what = "it", .target = 3}, blind.instrument(), run);
  CHECK(runs == 0);
  CHECK_FALSE(none.holds());
  CHECK(to_string(none) == "it: not measured: raises: saw 0 in a case that has 3");
  Raises seeing;
  const Figure one = measured({.what = "it", .target = 3}, seeing.instrument(), run);
  CHECK(one.holds());
  CHECK(one.not_measured.empty());
  CHECK(one.value() == 1);
}

TEST_CASE("a figure whose runs fail is not measured, and says why") {
  Raises seeing;
  const auto fail = []() -> std::vector<double> { throw std::runtime_error("no worker"); };
  const Figure none = measured({.what = "it", .target = 3}, seeing.instrument(), fail);
  CHECK(to_string(none) == "it: not measured: no worker");
}

}  // namespace
}  // namespace bench
