// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/booster.hpp"

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "integration/trained_booster.hpp"

namespace inferpool::test {
namespace {

using runtimes::Booster;
using runtimes::XgboostError;

TEST_CASE("a booster knows its columns and predicts rows of them") {
  const ScratchFolder folder;
  const TrainedBooster trained({{"objective", "multi:softprob"}, {"num_class", "3"}}, 3);
  trained.save(folder / "m.ubj");
  Booster booster(folder / "m.ubj", 1);
  CHECK(booster.features() == TrainedBooster::kColumns);
  const std::vector<float> rows = made_up_rows(7, TrainedBooster::kColumns, 3);
  const auto prediction = booster.predict(Tensor::from(rows, {7, TrainedBooster::kColumns}));
  CHECK(prediction.shape == std::vector<std::int64_t>{7, 3});
  CHECK(Tensor::from(prediction.values, {7, 3}) == trained.predict(rows));
}

TEST_CASE("a booster reads whole numbers and floats of 32 and 64 bits") {
  CHECK(Booster::reads(Datatype::kFp32));
  CHECK(Booster::reads(Datatype::kUint64));
  CHECK_FALSE(Booster::reads(Datatype::kBf16));
  CHECK_FALSE(Booster::reads(Datatype::kBytes));
}

const TrainedBooster::Parameters kSmall{{"objective", "binary:logistic"}, {"max_depth", "1"}};

// At the end the sanitizer reports what leaked.
TEST_CASE("a booster is loaded and dropped a thousand times, broken files among them") {
  const ScratchFolder folder;
  TrainedBooster(kSmall).save(folder / "m.json");
  write_file(folder / "broken.json", read_file(folder / "m.json").substr(0, 500));
  for (int i = 0; i < 1000; ++i) {
    CHECK(Booster(folder / "m.json", 1).features() == TrainedBooster::kColumns);
    if (i % 10 == 0) CHECK_THROWS_AS(Booster(folder / "broken.json", 1), XgboostError);
  }
}

}  // namespace
}  // namespace inferpool::test
