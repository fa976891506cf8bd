// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/probe.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <variant>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using tools::Probe;

// The input of a run of about `seconds`.
Tensor asking_for(double seconds, std::size_t bytes = 8) {
  return std::get<Tensor>(Probe::input(seconds, bytes));
}

// The shortest of a few runs.
double seconds_of(const Probe& probe, const Tensor& input) {
  double shortest = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(probe.predict(input));
    const std::chrono::duration<double> run = std::chrono::steady_clock::now() - begin;
    shortest = std::min(shortest, run.count());
  }
  return shortest;
}

TEST_CASE("the probe's worker is this program, with the settings that the model has") {
  Settings of_model;
  of_model.worker = "some_worker";
  of_model.concurrency = 3;
  of_model.env["OMP_NUM_THREADS"] = "1";
  const Settings settings = Probe::settings(of_model, 100);
  CHECK(std::filesystem::equivalent(settings.worker, "/proc/self/exe"));
  CHECK(settings.concurrency == 3);
  CHECK(settings.env.at("OMP_NUM_THREADS") == "1");
}

TEST_CASE("the probe takes and gives as many bytes as the model, or what its question needs") {
  const Probe probe(Probe::settings({}, 1234));
  CHECK(probe.predict(asking_for(0)).bytes().size() == 1234);
  CHECK(asking_for(0.5, 5000).bytes().size() == 5000);
  CHECK(asking_for(0.5, 0).bytes().size() == sizeof(double));
}

TEST_CASE("the probe computes for as long as it is asked to") {
  const Probe probe(Probe::settings({}, 1));
  // The probe measures how quick its processor is; meanwhile others may use that, too.
  CHECK(seconds_of(probe, asking_for(0)) < 0.01);
  CHECK(seconds_of(probe, asking_for(0.04)) > 0.01);
}

TEST_CASE("a program that was not started as the probe's worker goes on") {
  CHECK_FALSE(Probe::serve(0, nullptr));
}

}  // namespace
}  // namespace inferpool::test
