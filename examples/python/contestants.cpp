// SPDX-License-Identifier: Apache-2.0
#include "contestants.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <thread>

namespace {

using inferpool::Tensor;

constexpr std::size_t kBatch = 32;  // as in threads.py

struct Closed {
  void operator()(std::FILE* pipe) const noexcept { pclose(pipe); }
};

std::string counted(int number, const std::string& what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

// The first line that a program writes.
std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, Closed> pipe(popen(command.c_str(), "re"));
  std::array<char, 256> line{};
  if (!pipe || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) {
    throw std::runtime_error("it printed nothing: " + command);
  }
  return line.data();
}

inferpool::Settings with_workers(inferpool::Settings settings, int workers) {
  settings.workers = workers;
  return settings;
}

inferpool::Request images(const HeldOut& held_out, std::size_t from, std::size_t count) {
  return {{"images", Tensor::borrow(held_out.images(from, count),
                                    {static_cast<std::int64_t>(count),
                                     static_cast<std::int64_t>(HeldOut::kPixels)})}};
}

}  // namespace

std::string PythonThreads::name() const { return counted(threads_, "thread"); }

double PythonThreads::measure(double seconds) {
  const std::string line =
      output_of("OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 " READER_PYTHON " '" +
                (folder_ / "threads.py").string() + "' '" + folder_.string() + "' " +
                std::to_string(threads_) + ' ' + std::to_string(seconds));
  double rate = 0;
  if (std::sscanf(line.c_str(), "%lf %lf", &rate, &locked_) != 2) {
    throw std::runtime_error("threads.py printed " + line);
  }
  return rate;
}

Workers::Workers(inferpool::Settings settings, int workers, const HeldOut& held_out)
    : pool_(with_workers(std::move(settings), workers)), held_out_(held_out) {}

std::string Workers::name() const { return counted(*pool_.settings().workers, "worker"); }

// Two callers for each worker, so that one waits for it while it runs.
double Workers::measure(double seconds) {
  using Clock = std::chrono::steady_clock;
  const std::size_t batches = held_out_.size() / kBatch;
  std::vector<std::size_t> done(static_cast<std::size_t>(*pool_.settings().workers) * 2);
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration<double>(seconds);
  {
    std::vector<std::jthread> callers;
    for (std::size_t& count : done) {
      callers.emplace_back([&] {
        std::size_t calls = 0;
        for (; Clock::now() < end; ++calls) {
          if (!pool_.try_infer(images(held_out_, calls % batches * kBatch, kBatch))) return;
        }
        count = calls;
      });
    }
  }
  std::size_t all = 0;
  for (const std::size_t count : done) all += count;
  return static_cast<double>(all * kBatch) /
         std::chrono::duration<double>(Clock::now() - begun).count();
}

std::vector<std::int64_t> Workers::read_all() {
  const auto response = pool_.infer(images(held_out_, 0, held_out_.size()));
  const auto digits = response["digit"].values<std::int64_t>();
  return {digits.begin(), digits.end()};
}
