// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/float_values.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::test {
namespace {

using runtimes::from_floats;
using runtimes::kWholeFloats;
using runtimes::NetworkError;
using runtimes::to_floats;

template <typename T>
std::vector<float> floats_of(const std::vector<T>& values) {
  std::vector<float> floats(values.size());
  to_floats(Tensor::from(values, {static_cast<std::int64_t>(values.size())}), "x", floats);
  return floats;
}

template <typename T>
std::vector<T> from(const std::vector<float>& floats) {
  Tensor tensor(datatype_of<T>, {static_cast<std::int64_t>(floats.size())});
  from_floats(floats, "y", tensor);
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

template <typename T>
std::string refusal_of(T value) {
  try {
    floats_of<T>({T{}, value});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "none";
}

template <typename T>
std::string complaint_about(float value) {
  try {
    from<T>({0, value});
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("whole numbers below 16777216 become FP32 and back exactly") {
  const std::vector<std::int64_t> wide{1 - kWholeFloats, -1, 0, 1, kWholeFloats - 1};
  CHECK(from<std::int64_t>(floats_of(wide)) == wide);
  const std::vector<std::int8_t> narrow{-128, 0, 127};
  CHECK(from<std::int8_t>(floats_of(narrow)) == narrow);
  const std::vector<std::uint64_t> positive{0, 16777215};
  CHECK(from<std::uint64_t>(floats_of(positive)) == positive);
}

TEST_CASE("a whole number that FP32 may not hold is refused with its place") {
  CHECK_THAT(refusal_of<std::int64_t>(kWholeFloats + 1),
             contains("the input \"x\" has the value 16777217 at element 1") &&
                 contains("whole numbers from -16777216 to 16777216"));
  CHECK_THAT(refusal_of<std::int32_t>(-16777217), contains("has the value -16777217"));
  CHECK_THAT(refusal_of<std::int64_t>(std::numeric_limits<std::int64_t>::min()),
             contains("-9223372036854775808"));
  CHECK_THAT(refusal_of<std::uint64_t>(std::numeric_limits<std::uint64_t>::max()),
             contains("18446744073709551615"));
  CHECK(refusal_of<std::int64_t>(kWholeFloats) == "none");
  CHECK(refusal_of<std::uint16_t>(65535) == "none");
}

TEST_CASE("a float that is not surely a whole number becomes none") {
  CHECK_THAT(complaint_about<std::int64_t>(2.5F),
             contains("the output \"y\" is 2.5 at element 1, which is not surely a right INT64"));
  CHECK_THAT(complaint_about<std::int64_t>(16777216.F), contains("16777216"));
  CHECK_THAT(complaint_about<std::int64_t>(-16777216.F), contains("-16777216"));
  CHECK_THAT(complaint_about<std::int64_t>(std::nanf("")), contains("nan"));
  CHECK_THAT(complaint_about<std::int64_t>(-HUGE_VALF), contains("-inf"));
  CHECK_THAT(complaint_about<std::uint8_t>(-1), contains("UINT8"));
  CHECK_THAT(complaint_about<std::uint8_t>(256), contains("UINT8"));
  CHECK(complaint_about<std::uint8_t>(255) == "none");
}

TEST_CASE("FP64 is rounded to FP32 and back, and refused past its range") {
  CHECK(floats_of<double>({0.1, -3}) == std::vector<float>{0.1F, -3});
  CHECK(from<double>({0.1F}) == std::vector<double>{static_cast<double>(0.1F)});
  CHECK_THAT(refusal_of(1e39), contains("has the value 1e+39") && contains("values of its range"));
  CHECK(std::isinf(floats_of<double>({HUGE_VAL})[0]));
  CHECK(std::isnan(floats_of<double>({std::nan("")})[0]));
}

TEST_CASE("halves and BOOL become FP32 and back") {
  const std::vector<Float16> halves{Float16::from(0.5F), Float16::from(-65504)};
  CHECK(from<Float16>(floats_of(halves)) == halves);
  CHECK(from<Float16>({2049}) == std::vector<Float16>{Float16::from(2048)});
  const std::vector<BFloat16> brains{BFloat16::from(0.5F), BFloat16::from(3e38F)};
  CHECK(from<BFloat16>(floats_of(brains)) == brains);
  Tensor flags(Datatype::kBool, {2});
  flags.mutable_values<bool>()[1] = true;
  std::vector<float> floats(2);
  to_floats(flags, "x", floats);
  CHECK(floats == std::vector<float>{0, 1});
  Tensor back(Datatype::kBool, {2});
  from_floats(std::vector<float>{0, 0.25F}, "y", back);
  CHECK(back == flags);
}

TEST_CASE("texts are not numbers") {
  constexpr std::string_view kTexts[] = {"a"};
  Tensor texts = Tensor::from_strings(kTexts);
  std::vector<float> floats(1);
  CHECK_THROWS_AS(to_floats(texts, "x", floats), Error);
  CHECK_THROWS_AS(from_floats(floats, "y", texts), NetworkError);
}

}  // namespace
}  // namespace inferpool::test
