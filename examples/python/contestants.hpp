// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <inferpool/pool.hpp>

#include "held_out.hpp"

// One way to run the class: some threads in one Python process, or some workers of a pool.
class Contestant {
 public:
  Contestant() = default;
  Contestant(const Contestant&) = delete;
  Contestant& operator=(const Contestant&) = delete;
  virtual ~Contestant() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  // Runs for `seconds` and returns images per second.
  [[nodiscard]] virtual double measure(double seconds) = 0;
};

// The class in a python3 of its own, driven by threads.py, without inferpool.
class PythonThreads final : public Contestant {
 public:
  PythonThreads(std::filesystem::path folder, int threads)
      : folder_(std::move(folder)), threads_(threads) {}
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double measure(double seconds) override;
  // For the last measurement, the share of the threads' processor time in which they certainly held
  // the interpreter's lock (see threads.py).
  [[nodiscard]] double locked() const noexcept { return locked_; }

 private:
  std::filesystem::path folder_;
  int threads_;
  double locked_ = 0;
};

class Workers final : public Contestant {
 public:
  // `held_out` outlives it.
  Workers(inferpool::Settings settings, int workers, const HeldOut& held_out);
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double measure(double seconds) override;
  // The digits that the workers read in all held-out images.
  [[nodiscard]] std::vector<std::int64_t> read_all();

 private:
  inferpool::Pool<> pool_;
  const HeldOut& held_out_;
};
